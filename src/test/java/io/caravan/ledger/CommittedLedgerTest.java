package io.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.kafka.Batch;
import io.caravan.kafka.RecordPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The totals of a stage, committed with its offsets, through all that can happen to a partition. */
class CommittedLedgerTest {

    private static final CamelContext CAMEL = new DefaultCamelContext();
    private static final TopicPartition RAW = new TopicPartition("iot.raw", 0);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST);
    private final Batch batches = new Batch();
    private CommittedLedger ledger = new CommittedLedger();
    private int epoch;

    @BeforeEach
    void assign() {
        consumer.assign(List.of(RAW));
        consumer.updateBeginningOffsets(Map.of(RAW, 0L));
    }

    @Test
    void totalsGrowWithEachBatch() {
        commit(batch(0, 1, 2));
        commit(batch(3, 4));

        assertThat(committed()).isEqualTo(new Totals(0, 5, 0, 0, 5, 0));
    }

    @Test
    void anotherProcessGoesOnWithTheCommittedTotals() {
        commit(batch(0, 1, 2));
        ledger = new CommittedLedger();
        commit(batch(3));

        assertThat(committed()).isEqualTo(new Totals(0, 4, 0, 0, 4, 0));
    }

    @Test
    void aBatchThatIsReadAgainBecauseItWasNotCommittedCountsOnce() {
        commit(batch(0, 1));
        ledger.note(batch(2, 3));
        commit(batch(2, 3, 4));

        assertThat(committed()).isEqualTo(new Totals(0, 5, 0, 0, 5, 0));
    }

    @Test
    void whatAnotherMemberHasCommittedMeanwhileIsTakenOver() {
        commit(batch(0, 1));
        consumer.commitSync(Map.of(RAW, new OffsetAndMetadata(10, new Totals(0, 10, 0, 0, 7, 3).metadata())));
        commit(batch(10));

        assertThat(committed()).isEqualTo(new Totals(0, 11, 0, 0, 8, 3));
    }

    /** The partition leaves a consumer that is gathering a batch of it, and comes back when another has done a part of that. */
    @Test
    void whatAnotherMemberHasDoneWhileItWaitedHereCountsOnce() {
        consumer.updateEndOffsets(Map.of(RAW, 20L));
        commit(batch(0, 1));
        commit(batch(2, 3));
        commit(batch(2, 3, 4, 5));
        assertThat(committed()).isEqualTo(new Totals(0, 6, 0, 0, 6, 0));

        commit(batch(6, 7, 8, 9));
        commit(batch(6, 7));
        assertThat(committed()).as("nothing goes back").isEqualTo(new Totals(0, 10, 0, 0, 10, 0));

        commit(batch(10));
        assertThat(committed()).isEqualTo(new Totals(0, 11, 0, 0, 11, 0));
    }

    @Test
    void aLogThatBeginsAgainKeepsTheTotals() {
        commit(batch(100, 101));
        consumer.updateEndOffsets(Map.of(RAW, 3L));
        commit(batch(0, 1, 2));

        assertThat(committed()).isEqualTo(new Totals(-2, 3, 0, 0, 5, 0));
        assertThat(committed().received()).isEqualTo(5);
    }

    @Test
    void totalsAreReadThoughAMarkFollowsThem() {
        Totals totals = new Totals(0, 10, 0, 0, 7, 3);

        assertThat(Totals.of(new OffsetAndMetadata(10, totals.metadata() + " last=9/3/1700000000000")))
                .isEqualTo(totals);
    }

    /** Kafka has lost the end of the log, has written others there, and has gone beyond what was committed already. */
    @Test
    void recordsInThePlaceOfOthersCountAndTheOthersStayCounted() {
        commit(batch(0, 1, 2, 3, 4, 5));
        ledger = new CommittedLedger();
        consumer.updateEndOffsets(Map.of(RAW, 20L));
        epoch = 1;
        commit(batch(2, 3));
        assertThat(committed()).isEqualTo(new Totals(-4, 4, 0, 0, 8, 0));

        commit(batch(4, 5, 6, 7));
        assertThat(committed()).isEqualTo(new Totals(-4, 8, 0, 0, 12, 0));
        assertThat(committed().received()).isEqualTo(12);
    }

    @Test
    void aBatchOfBeforeThatIsReadAgainFromALaterLeaderCountsOnce() {
        commit(batch(0, 1));
        epoch = 1;
        commit(batch(2, 3));
        consumer.updateEndOffsets(Map.of(RAW, 20L));
        ledger = new CommittedLedger();
        commit(batch(2, 3, 4));

        assertThat(committed()).isEqualTo(new Totals(0, 5, 0, 0, 5, 0));
    }

    @Test
    void aBatchOfAPartitionThatHasLeftIsForgotten() {
        commit(batch(0, 1));
        Exchange gone = batch(2, 3);
        consumer.assign(List.of());
        ledger.note(gone);
        consumer.assign(List.of(RAW));
        // the other member has made dead letters of both
        consumer.commitSync(Map.of(RAW, new OffsetAndMetadata(4, new Totals(0, 4, 0, 0, 2, 2).metadata())));
        commit(batch(4));

        assertThat(committed()).isEqualTo(new Totals(0, 5, 0, 0, 3, 2));
    }

    @Test
    void aPartitionThatLeftBetweenTwoBatchesComesBackWithWhatTheOtherMemberCommitted() {
        commit(batch(0, 1));
        ledger.note(batch(2, 3));
        ledger.left(List.of(RAW));
        // the other member has made dead letters of both
        consumer.commitSync(Map.of(RAW, new OffsetAndMetadata(4, new Totals(0, 4, 0, 0, 2, 2).metadata())));
        commit(batch(4));

        assertThat(committed()).isEqualTo(new Totals(0, 5, 0, 0, 3, 2));
    }

    @Test
    void offsetsWithoutRecordsAreGapsAndThoseDeletedUnreadAreLost() {
        commit(batch(0, 1, 3));
        assertThat(committed()).isEqualTo(new Totals(0, 4, 1, 0, 3, 0));

        consumer.updateBeginningOffsets(Map.of(RAW, 10L));
        commit(batch(11, 12));

        assertThat(committed()).isEqualTo(new Totals(0, 13, 2, 6, 5, 0));
        assertThat(committed().received()).isEqualTo(5 + 6);
    }

    @Test
    void aRecordThatABatchHoldsTwiceCountsOnce() {
        commit(batch(0, 1, 2, 0, 1, 2, 3));

        assertThat(committed()).isEqualTo(new Totals(0, 4, 0, 0, 4, 0));
    }

    /** What was fetched in advance comes first where the commit of the batch before has failed and nobody has rejoined yet. */
    @Test
    void aBatchThatBeginsBehindWhatIsReadAgainInItCountsAllOfIt() {
        commit(batch(0, 1));
        ledger.note(batch(2, 3));
        ledger.left(List.of(RAW));
        commit(batch(4, 5, 2, 3, 4, 5, 6));

        assertThat(committed()).isEqualTo(new Totals(0, 7, 0, 0, 7, 0));
    }

    @Test
    void aBatchThatEndsBehindWhatItHadAlreadyCountsWhatItCommits() {
        commit(batch(0, 1, 2, 3, 0, 1));
        assertThat(committed()).isEqualTo(new Totals(0, 2, 0, 0, 2, 0));

        commit(batch(2, 3, 4));
        assertThat(committed()).isEqualTo(new Totals(0, 5, 0, 0, 5, 0));
    }

    @Test
    void offsetsThatWereMovedByHandBeginANewCount() {
        commit(batch(0, 1));
        consumer.commitSync(Map.of(RAW, new OffsetAndMetadata(100)));
        commit(batch(100));

        assertThat(committed()).isEqualTo(new Totals(100, 101, 0, 0, 1, 0));
    }

    @Test
    void aGroupThatCommitsForTheFirstTimeCountsFromItsFirstRecord() {
        commit(batch(42, 43));

        assertThat(committed()).isEqualTo(new Totals(42, 44, 0, 0, 2, 0));
    }

    @Test
    void aRecordWithoutAnOutcomeShows() {
        Exchange exchange = exchange(0, 1, 2);
        Tally.of(exchange).add(position(0), Tally.Fate.FORWARDED);
        Tally.of(exchange).add(position(2), Tally.Fate.DEAD_LETTER);
        commit(exchange);

        assertThat(committed()).isEqualTo(new Totals(0, 3, 0, 0, 1, 1));
        assertThat(committed().received()).isEqualTo(3);
    }

    @Test
    void theMetadataStayFarBelowWhatKafkaAllows() {
        long many = Long.MAX_VALUE;

        assertThat(new Totals(many, many, many, many, many, many).metadata()).hasSizeLessThan(4_096);
    }

    private void commit(Exchange exchange) {
        ledger.note(exchange);
        batches.commit(exchange);
    }

    private Totals committed() {
        return Totals.of(consumer.committed(Set.of(RAW)).get(RAW));
    }

    /** A batch whose records were all forwarded. */
    private Exchange batch(long... offsets) {
        Exchange exchange = exchange(offsets);
        for (Object message : exchange.getMessage().getBody(List.class)) {
            Tally.of(exchange).add(Batch.positionOf((Message) message), Tally.Fate.FORWARDED);
        }
        return exchange;
    }

    private Exchange exchange(long... offsets) {
        Exchange exchange = new DefaultExchange(CAMEL);
        exchange.getMessage()
                .setBody(LongStream.of(offsets).mapToObj(this::record).toList());
        batches.open(exchange);
        Tally.open(exchange);
        return exchange;
    }

    private Exchange record(long offset) {
        Exchange record = new DefaultExchange(CAMEL);
        Message message = record.getMessage();
        message.setHeader(KafkaConstants.MANUAL_COMMIT, position(offset));
        return record;
    }

    private RecordPosition position(long offset) {
        return new RecordPosition(consumer, RAW, offset, 0, Optional.of(epoch), -1);
    }
}
