package io.caravan.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The frame of every stage that reads Kafka: {@link #open} when a batch arrives, {@link #commit} when all its effects are
 * durable. Offsets are committed per partition and only for partitions that are still assigned; what was lost to another
 * member in between is dropped here and read again there. With each goes the {@link Mark} of the last record, so that who reads
 * on sees whether the log still has that record. Stateless; both methods run on the consumer's thread.
 */
public final class Batch {

    /** The property of the exchange that keeps the messages while the body is something else. */
    public static final String MESSAGES = "caravanBatch";

    private static final String CONSUMER = "caravanConsumer";
    private static final String OFFSETS = "caravanOffsets";

    /**
     * Turns the batch of exchanges into the list of its messages, without those of partitions that have left, also where they
     * have come back: what was done before they left may not be committed, and is read again. The records of a partition are
     * in it in their order and once each: where it was read again from an earlier place, what the batch had from there on is
     * dropped, for it comes once more; or has gone with a topic that was made anew.
     */
    public void open(Exchange exchange) {
        List<?> records = exchange.getMessage().getBody(List.class);
        List<Message> messages = new ArrayList<>(records.size());
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Map<TopicPartition, RecordPosition> last = new HashMap<>();
        Consumer<?, ?> consumer = null;
        Set<TopicPartition> assigned = Set.of();
        for (Object record : records) {
            Message message = ((Exchange) record).getMessage();
            RecordPosition position = positionOf(message);
            if (consumer == null) {
                consumer = position.consumer();
                assigned = consumer.assignment();
                BoundedConsumer.batchTaken(consumer);
            }
            if (assigned.contains(position.partition()) && position.isCurrent()) {
                RecordPosition before = last.put(position.partition(), position);
                if (before != null && before.offset() >= position.offset()) {
                    messages.removeIf(earlier -> isFrom(position, positionOf(earlier)));
                }
                messages.add(message);
            }
        }
        last.forEach((partition, position) -> offsets.put(
                partition,
                new OffsetAndMetadata(
                        position.offset() + 1, Mark.of(position).map(Mark::text).orElse(""))));
        exchange.setProperty(CONSUMER, consumer);
        exchange.setProperty(OFFSETS, offsets);
        exchange.setProperty(MESSAGES, messages);
        exchange.getMessage().setBody(messages);
    }

    private static boolean isFrom(RecordPosition start, RecordPosition position) {
        return position.partition().equals(start.partition()) && position.offset() >= start.offset();
    }

    /**
     * Commits the last offset of each partition of the batch.
     *
     * @throws org.apache.kafka.common.KafkaException when the group has moved on (never retried) or Kafka does not answer
     */
    public void commit(Exchange exchange) {
        Consumer<?, ?> consumer = exchange.getProperty(CONSUMER, Consumer.class);
        @SuppressWarnings("unchecked")
        Map<TopicPartition, OffsetAndMetadata> offsets = exchange.getProperty(OFFSETS, Map.class);
        offsets.keySet().retainAll(consumer.assignment());
        if (!offsets.isEmpty()) {
            consumer.commitSync(offsets);
        }
    }

    /** Has the commit of a partition carry a text of less than 4 KB beside the offset, before the mark. */
    public static void annotate(Exchange exchange, TopicPartition partition, String metadata) {
        @SuppressWarnings("unchecked")
        Map<TopicPartition, OffsetAndMetadata> offsets = exchange.getProperty(OFFSETS, Map.class);
        offsets.computeIfPresent(
                partition, (same, offset) -> new OffsetAndMetadata(offset.offset(), metadata + offset.metadata()));
    }

    /** Has nothing committed for a partition: another member has got further. */
    public static void leave(Exchange exchange, TopicPartition partition) {
        exchange.getProperty(OFFSETS, Map.class).remove(partition);
    }

    /** The position of a record of a batch. */
    public static RecordPosition positionOf(Message message) {
        return message.getHeader(KafkaConstants.MANUAL_COMMIT, RecordPosition.class);
    }
}
