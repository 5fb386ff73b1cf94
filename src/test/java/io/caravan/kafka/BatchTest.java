package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class BatchTest {

    private static final CamelContext CAMEL = new DefaultCamelContext();
    private static final TopicPartition ONE = new TopicPartition("iot.raw", 1);
    private static final TopicPartition TWO = new TopicPartition("iot.raw", 2);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST);
    private final Batch batch = new Batch();

    @Test
    void eachPartitionIsCommittedBehindItsLastRecord() {
        consumer.assign(List.of(ONE, TWO));
        Exchange exchange = records(ONE, 5, TWO, 9, ONE, 7, TWO, 10);
        batch.open(exchange);

        assertThat(messages(exchange)).hasSize(4);
        assertThat(exchange.getProperty(Batch.MESSAGES)).isEqualTo(messages(exchange));
        assertThat(committed()).isEmpty();

        batch.commit(exchange);

        assertThat(committed()).containsExactlyInAnyOrder(8L, 11L);
    }

    @Test
    void recordsOfAPartitionThatLeftBeforeAreNotWorkedOn() {
        consumer.assign(List.of(TWO));
        Exchange exchange = records(ONE, 5, TWO, 9);
        batch.open(exchange);
        batch.commit(exchange);

        assertThat(messages(exchange))
                .extracting(message -> Batch.positionOf(message).partition())
                .containsExactly(TWO);
        assertThat(consumer.committed(Set.of(ONE))).doesNotContainKey(ONE);
        assertThat(consumer.committed(Set.of(TWO))).containsEntry(TWO, new OffsetAndMetadata(10));
    }

    @Test
    void theMarkOfTheLastRecordIsCommittedAlsoBesideAText() {
        consumer.assign(List.of(ONE, TWO));
        Exchange first = new DefaultExchange(CAMEL);
        first.getMessage()
                .setHeader(KafkaConstants.MANUAL_COMMIT, new RecordPosition(consumer, ONE, 5, 0, Optional.of(2), 500));
        Exchange last = new DefaultExchange(CAMEL);
        last.getMessage()
                .setHeader(KafkaConstants.MANUAL_COMMIT, new RecordPosition(consumer, ONE, 6, 0, Optional.of(3), 600));
        Exchange exchange = batchOf(first, last, record(consumer, TWO, 9));
        batch.open(exchange);
        Batch.annotate(exchange, ONE, "text");
        batch.commit(exchange);

        assertThat(consumer.committed(Set.of(ONE, TWO)))
                .containsEntry(ONE, new OffsetAndMetadata(7, "text last=6/3/600"))
                .containsEntry(TWO, new OffsetAndMetadata(10));
        assertThat(Batch.positionOf(last.getMessage()).committed())
                .isEqualTo(new OffsetAndMetadata(7, Optional.of(3), "text"));
    }

    /** What was fetched in advance comes first where a commit has failed and nobody has rejoined yet. */
    @Test
    void whatIsReadAgainIsInItInItsOrderAndOnce() {
        consumer.assign(List.of(ONE, TWO));
        Exchange exchange = records(ONE, 4, ONE, 5, TWO, 4, ONE, 2, ONE, 3, ONE, 4, TWO, 5, ONE, 5, ONE, 6);
        batch.open(exchange);
        batch.commit(exchange);

        assertThat(messages(exchange))
                .extracting(message -> Batch.positionOf(message).offset())
                .containsExactly(4L, 2L, 3L, 4L, 5L, 5L, 6L);
        assertThat(committed()).containsExactlyInAnyOrder(7L, 6L);
    }

    /** Else they would be committed, and those before them, whose commit has failed, would count as never there. */
    @Test
    void recordsThatWereReadBeforeTheirPartitionLeftAndCameBackAreNotWorkedOn() {
        Map<TopicPartition, Integer> departures = new HashMap<>();
        class Departing extends MockConsumer<byte[], byte[]> implements RecordPosition.Departing {
            Departing() {
                super(OffsetResetStrategy.EARLIEST);
            }

            @Override
            public int departures(TopicPartition partition) {
                return departures.getOrDefault(partition, 0);
            }
        }
        Departing departing = new Departing();
        departing.assign(List.of(ONE, TWO));
        Exchange before = record(departing, ONE, 4);
        Exchange other = record(departing, TWO, 9);
        departures.put(ONE, 1);
        Exchange exchange = batchOf(before, other, record(departing, ONE, 2));
        batch.open(exchange);
        batch.commit(exchange);

        assertThat(messages(exchange))
                .extracting(message -> Batch.positionOf(message).offset())
                .containsExactly(9L, 2L);
        assertThat(departing.committed(Set.of(ONE))).containsEntry(ONE, new OffsetAndMetadata(3));
    }

    @Test
    void aBatchThatEndsBehindWhatItHadAlreadyHasWhatItCommits() {
        consumer.assign(List.of(ONE));
        Exchange exchange = records(ONE, 0, ONE, 1, ONE, 2, ONE, 3, ONE, 0, ONE, 1);
        batch.open(exchange);
        batch.commit(exchange);

        assertThat(messages(exchange))
                .extracting(message -> Batch.positionOf(message).offset())
                .containsExactly(0L, 1L);
        assertThat(committed()).containsExactly(2L);
    }

    @Test
    void aPartitionThatLeftMeanwhileIsNotCommitted() {
        consumer.assign(List.of(ONE, TWO));
        Exchange exchange = records(ONE, 5, TWO, 9);
        batch.open(exchange);
        consumer.assign(List.of(ONE));
        batch.commit(exchange);

        assertThat(committed()).containsExactly(6L);
    }

    @Test
    void withNothingLeftThereIsNothingToCommit() {
        consumer.assign(List.of());
        Exchange exchange = records(ONE, 5);
        batch.open(exchange);
        batch.commit(exchange);

        assertThat(messages(exchange)).isEmpty();
        assertThat(committed()).isEmpty();
    }

    @Test
    void aGroupThatHasMovedOnIsTold() {
        MockConsumer<byte[], byte[]> fenced = new MockConsumer<>(OffsetResetStrategy.EARLIEST) {
            @Override
            public synchronized void commitSync(java.util.Map<TopicPartition, OffsetAndMetadata> offsets) {
                throw new CommitFailedException();
            }
        };
        fenced.assign(List.of(ONE));
        Exchange exchange = batchOf(record(fenced, ONE, 5));
        batch.open(exchange);

        assertThatThrownBy(() -> batch.commit(exchange)).isInstanceOf(CommitFailedException.class);
    }

    @Test
    void aPositionCommitsNothingByItself() {
        assertThatThrownBy(() -> new RecordPosition(consumer, ONE, 1).commit())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    private List<Long> committed() {
        return consumer.committed(Set.of(ONE, TWO)).values().stream()
                .map(OffsetAndMetadata::offset)
                .toList();
    }

    private Exchange records(Object... partitionsAndOffsets) {
        List<Exchange> records = new ArrayList<>();
        for (int i = 0; i < partitionsAndOffsets.length; i += 2) {
            records.add(
                    record(consumer, (TopicPartition) partitionsAndOffsets[i], (Integer) partitionsAndOffsets[i + 1]));
        }
        return batchOf(records.toArray(Exchange[]::new));
    }

    private static Exchange record(MockConsumer<?, ?> consumer, TopicPartition partition, long offset) {
        Exchange record = new DefaultExchange(CAMEL);
        record.getMessage().setHeader(KafkaConstants.MANUAL_COMMIT, new RecordPosition(consumer, partition, offset));
        return record;
    }

    private static Exchange batchOf(Exchange... records) {
        Exchange exchange = new DefaultExchange(CAMEL);
        exchange.getMessage().setBody(List.of(records));
        return exchange;
    }

    @SuppressWarnings("unchecked")
    private static List<Message> messages(Exchange exchange) {
        return exchange.getMessage().getBody(List.class);
    }
}
