package io.caravan.kafka;

import java.util.Optional;
import java.util.Set;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.consumer.CommitManager;
import org.apache.camel.component.kafka.consumer.KafkaManualCommit;
import org.apache.camel.component.kafka.consumer.KafkaManualCommitFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a record came from and who read it, noted on every record of a batch. It commits nothing by itself:
 * {@link Batch} commits the whole batch, each partition once.
 *
 * @param consumer the consumer, to be used on the thread of its route only
 * @param partition the partition of the record
 * @param offset the offset of the record
 * @param departures how often the partition had left the consumer by then
 * @param epoch the leader epoch in which the record was written, empty where nobody knows it
 * @param timestamp what Kafka has as the time of the record, milliseconds since the epoch, or -1
 */
public record RecordPosition(
        Consumer<?, ?> consumer,
        TopicPartition partition,
        long offset,
        int departures,
        Optional<Integer> epoch,
        long timestamp)
        implements KafkaManualCommit {

    /** Of a record that the consumer has just read. */
    public RecordPosition(Consumer<?, ?> consumer, TopicPartition partition, long offset, long timestamp) {
        this(
                consumer,
                partition,
                offset,
                departures(consumer, partition),
                ResumingConsumer.epoch(consumer, partition, offset),
                timestamp);
    }

    /** Of one whose time nobody knows. */
    public RecordPosition(Consumer<?, ?> consumer, TopicPartition partition, long offset) {
        this(consumer, partition, offset, -1);
    }

    /** What the group has committed of the partition, with the leader epoch of the record before where it is known; null where nothing was. */
    public OffsetAndMetadata committed() {
        OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
        return committed == null ? null : Mark.withEpoch(committed);
    }

    private static int departures(Consumer<?, ?> consumer, TopicPartition partition) {
        return consumer instanceof Departing departing ? departing.departures(partition) : 0;
    }

    /** Whether the partition has not left its consumer since; else what was not committed is read again. */
    boolean isCurrent() {
        return departures == departures(consumer, partition);
    }

    /** A consumer that knows how often a partition has left it. Used on the thread of its route only. */
    interface Departing {
        int departures(TopicPartition partition);
    }

    @Override
    public void commit() {
        throw new UnsupportedOperationException("a batch is committed as a whole");
    }

    /**
     * Makes positions. With a factory that is none of Camel's own, Camel itself never commits: neither on a failed batch,
     * which it would skip, nor on a rebalance.
     */
    public static final class Factory implements KafkaManualCommitFactory {

        @Override
        public KafkaManualCommit newInstance(
                CamelExchangePayload exchange, KafkaRecordPayload position, CommitManager manager) {
            long timestamp = exchange.exchange.getMessage().getHeader(KafkaConstants.TIMESTAMP, -1L, Long.class);
            return new RecordPosition(exchange.consumer, position.partition, position.recordOffset, timestamp);
        }
    }
}
