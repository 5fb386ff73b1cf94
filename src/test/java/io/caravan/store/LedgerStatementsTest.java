package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How the store's ledger counts, in the statements themselves. */
class LedgerStatementsTest {

    @RegisterExtension
    static final OwnDatabase database = new OwnDatabase("TRUNCATE readings, events, ledger, ledger_positions");

    @Test
    void aMessageIsForwardedWhenSomethingOfItIsNewAndADuplicateWhenNothingIs() throws Exception {
        store(BatchToStore.readings(offsets(0, 3), 1, 2, 3));
        Map<String, Object> batch = BatchToStore.readings(offsets(3, 3), 2, 3, 4);
        // the first of these messages also has a reading that is new
        batch.put("timestamps", new long[] {2, 3, 99});
        batch.put("messages", new int[] {1, 2, 1});
        store(batch);

        assertThat(ledger()).isEqualTo("forwarded 5, dead-lettered 0, duplicates 1, repeated 0");
        assertThat(positions()).isEqualTo("0..6, gaps 0, lost 0");
    }

    @Test
    void ofTwoEqualMessagesInOneBatchTheSecondIsTheDuplicate() throws Exception {
        store(BatchToStore.readings(offsets(0, 4), 1, 1, 2, 2));

        assertThat(ledger()).isEqualTo("forwarded 2, dead-lettered 0, duplicates 2, repeated 0");
    }

    @Test
    void anEventCountsLikeAReading() throws Exception {
        for (int time = 0; time < 2; time++) {
            Map<String, Object> batch = BatchToStore.messages(time);
            batch.put("eventTenants", new String[] {"acme"});
            batch.put("eventDevices", new String[] {"door"});
            batch.put("eventTimestamps", new long[] {1});
            batch.put("eventSequences", new long[] {1});
            batch.put("eventKinds", new String[] {"status"});
            batch.put("eventBodies", new String[] {"{}"});
            batch.put("eventMessages", new int[] {1});
            store(batch);
        }

        assertThat(ledger()).isEqualTo("forwarded 1, dead-lettered 0, duplicates 1, repeated 0");
    }

    @Test
    void offsetsThatAreReadAgainAreNotCountedAgain() throws Exception {
        store(BatchToStore.readings(offsets(0, 3), 1, 2, 3));
        store(BatchToStore.readings(offsets(0, 5), 1, 2, 3, 4, 4));

        assertThat(ledger()).isEqualTo("forwarded 4, dead-lettered 0, duplicates 1, repeated 0");
        assertThat(positions()).isEqualTo("0..5, gaps 0, lost 0");
    }

    @Test
    void aDuplicateWithTheOriginOfAnEarlierMessageIsRepeated() throws Exception {
        store(BatchToStore.readings(offsets(0, 2), 1, 2));
        Map<String, Object> batch = BatchToStore.readings(offsets(2, 5), 1, 2, 3, 3, 3);
        // 1 and 2 once more; 3; 3 once more in the same batch; and a device that sent 3 twice itself
        batch.put("originOffsets", new long[] {0, 1, 2, 2, 3});
        store(batch);

        assertThat(ledger()).isEqualTo("forwarded 3, dead-lettered 0, duplicates 4, repeated 3");
    }

    @Test
    void aRefusedMessageIsADeadLetterOnceAndRepeatedFromThenOn() throws Exception {
        refuse(BatchToStore.messages(0));
        Map<String, Object> again = BatchToStore.messages(1);
        again.put("originOffsets", new long[] {0});
        refuse(again);

        assertThat(ledger()).isEqualTo("forwarded 0, dead-lettered 1, duplicates 1, repeated 1");
        assertThat(positions()).isEqualTo("0..2, gaps 0, lost 0");
    }

    @Test
    void holesAreGapsAndWhatWasDeletedOrSkippedIsLost() throws Exception {
        store(BatchToStore.readings(new long[] {4, 6}, 1, 2));
        assertThat(positions()).isEqualTo("4..7, gaps 1, lost 0");

        Map<String, Object> behindRetention = BatchToStore.readings(new long[] {10, 11}, 3, 4);
        behindRetention.put("starts", new long[] {7});
        behindRetention.put("losses", new long[] {3, 0});
        store(behindRetention);
        assertThat(positions()).isEqualTo("4..12, gaps 1, lost 3");

        store(BatchToStore.readings(offsets(20, 1), 5));
        assertThat(positions()).isEqualTo("4..21, gaps 1, lost 11");
        assertThat(ledger()).isEqualTo("forwarded 5, dead-lettered 0, duplicates 0, repeated 0");
    }

    @Test
    void aTopicThatWasMadeAnewIsCountedOn() throws Exception {
        store(BatchToStore.readings(offsets(0, 5), 1, 2, 3, 4, 5));
        Map<String, Object> anew = BatchToStore.readings(offsets(0, 2), 6, 7);
        anew.put("ends", new Long[] {2L});
        store(anew);

        assertThat(ledger()).isEqualTo("forwarded 7, dead-lettered 0, duplicates 0, repeated 0");
        assertThat(positions()).isEqualTo("-5..2, gaps 0, lost 0");
    }

    /** It may have to read again what is before, where Kafka has lost the offsets that the group had committed as well. */
    @Test
    void messagesInThePlaceOfOthersCountAndTheOthersStayCounted() throws Exception {
        store(BatchToStore.readings(offsets(0, 2), 1, 2));
        store(BatchToStore.readings(offsets(2, 3), 3, 4, 5));
        Map<String, Object> cut = BatchToStore.readings(offsets(2, 5), 3, 14, 15, 16, 17);
        cut.put("turnPartitions", new int[] {0, 0, 0});
        cut.put("turnEpochs", new int[] {0, 2, 3});
        cut.put("turnOffsets", new long[] {2, 3, 6});
        store(cut);

        assertThat(ledger()).isEqualTo("forwarded 9, dead-lettered 0, duplicates 0, repeated 0");
        assertThat(positions()).isEqualTo("-2..7, gaps 0, lost 0");
    }

    @Test
    void messagesThatALaterLeaderHandsOutAgainCountOnce() throws Exception {
        store(BatchToStore.readings(offsets(0, 3), 1, 2, 3));
        Map<String, Object> later = BatchToStore.readings(offsets(3, 2), 4, 5);
        later.put("turnEpochs", new int[] {1});
        store(later);
        Map<String, Object> again = BatchToStore.readings(offsets(1, 4), 2, 3, 4, 5);
        again.put("turnPartitions", new int[] {0, 0});
        again.put("turnEpochs", new int[] {0, 1});
        again.put("turnOffsets", new long[] {1, 3});
        store(again);
        store(BatchToStore.readings(offsets(0, 3), 1, 2, 3));
        store(again);

        assertThat(ledger()).isEqualTo("forwarded 5, dead-lettered 0, duplicates 0, repeated 0");
        assertThat(positions()).isEqualTo("0..5, gaps 0, lost 0");
    }

    @Test
    void tenantsAreCountedApart() throws Exception {
        Map<String, Object> batch = BatchToStore.readings(offsets(0, 3), 1, 2, 3);
        batch.put("owners", new String[] {"acme", "other", "acme"});
        store(batch);

        assertThat(tenant("acme")).isEqualTo(Map.of("forwarded", 2L, "dead_lettered", 0L, "duplicates", 0L));
        assertThat(tenant("other")).isEqualTo(Map.of("forwarded", 1L, "dead_lettered", 0L, "duplicates", 0L));
        assertThat(tenant("nobody")).isEqualTo(Map.of("forwarded", 0L, "dead_lettered", 0L, "duplicates", 0L));
    }

    @Test
    void aBatchThatIsRefusedCountsNothing() throws Exception {
        Map<String, Object> batch = BatchToStore.readings(offsets(0, 2), 1, 2);
        batch.put("metrics", new String[] {"good", "nul\0character"});
        try {
            store(batch);
        } catch (SQLException refused) {
            // its other messages come again, one by one
        }

        assertThat(ledger()).isEqualTo("forwarded 0, dead-lettered 0, duplicates 0, repeated 0");
    }

    private static long[] offsets(long first, int count) {
        return LongStream.range(first, first + count).toArray();
    }

    private static void store(Map<String, Object> batch) throws Exception {
        database.query("store-batch.sql", batch);
    }

    private static void refuse(Map<String, Object> batch) throws Exception {
        database.query("count-refused.sql", batch);
    }

    private static Map<String, Object> tenant(String tenant) throws Exception {
        return database.query("api-ledger.sql", Map.of("topic", "iot.enriched", "tenant", tenant))
                .get(0);
    }

    private static String ledger() throws SQLException {
        return (String)
                database.value(
                        "SELECT format('forwarded %s, dead-lettered %s, duplicates %s, repeated %s', coalesce(sum(forwarded), 0),"
                                + " coalesce(sum(dead_lettered), 0), coalesce(sum(duplicates), 0), coalesce(sum(repeated), 0)) FROM ledger");
    }

    private static String positions() throws SQLException {
        return (String) database.value(
                "SELECT format('%s..%s, gaps %s, lost %s', first, next, gaps, lost) FROM ledger_positions");
    }
}
