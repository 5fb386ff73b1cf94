package io.caravan.store;

import static io.caravan.store.Parameters.NOW;
import static io.caravan.store.Parameters.deadLetter;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What of a dead letter is one row, in the statement itself. */
class DeadLetterStatementsTest {

    @RegisterExtension
    static final OwnDatabase database = new OwnDatabase("TRUNCATE dead_letters");

    @Test
    void aDeadLetterIsOneRowHoweverOftenItIsDelivered() throws Exception {
        deadLetters(new long[] {7}, new long[] {NOW}, "bad-json");
        deadLetters(new long[] {7}, new long[] {NOW}, "bad-json");

        assertThat(database.rows("SELECT * FROM dead_letters")).singleElement().satisfies(row -> assertThat(row)
                .containsEntry("origin_topic", "iot.raw")
                .containsEntry("origin_partition", 3)
                .containsEntry("origin_offset", 7L)
                .containsEntry("attempts", 1)
                .containsEntry("reason", "bad-json")
                .containsEntry("device_id", null)
                .containsEntry("received_at", null)
                .containsEntry("payload", new byte[] {0, -1, 'x'}));
    }

    @Test
    void aReplayThatFailsAgainAddsAnAttemptAndItsReason() throws Exception {
        deadLetters(new long[] {7}, new long[] {NOW}, "bad-json");
        deadLetters(new long[] {7}, new long[] {NOW + 5}, "unknown-device");
        deadLetters(new long[] {7}, new long[] {NOW}, "bad-json");
        assertThat(attemptsAndReason()).containsExactly(Map.of("attempts", 2, "reason", "unknown-device"));

        deadLetters(new long[] {7, 7, 7}, new long[] {NOW, NOW + 9, NOW + 7}, "bad-json", "third", "second");
        assertThat(attemptsAndReason())
                .as("two of the batch are new")
                .containsExactly(Map.of("attempts", 4, "reason", "third"));
    }

    @Test
    void thePlaceOfATopicThatWasMadeAnewIsThatOfAnotherMessage() throws Exception {
        Map<String, Object> before = deadLetter(new long[] {7}, new long[] {NOW}, "bad-json");
        before.put("stampedTimes", new Long[] {NOW - 10});
        Map<String, Object> after = deadLetter(new long[] {7, 7}, new long[] {NOW + 9, NOW + 8}, "second", "first");
        after.put("stampedTimes", new Long[] {NOW, NOW});
        for (int i = 0; i < 2; i++) {
            database.update("insert-dead-letters.sql", before);
            database.update("insert-dead-letters.sql", after);
        }

        assertThat(attemptsAndReason())
                .containsExactly(
                        Map.of("attempts", 1, "reason", "bad-json"), Map.of("attempts", 2, "reason", "second"));
    }

    @Test
    void aPartOfAMessageIsOneRowHoweverOftenTheMessageIsTakenApart() throws Exception {
        for (long when = NOW; when < NOW + 2; when++) {
            Map<String, Object> parts =
                    deadLetter(new long[] {7, 7, 7}, new long[] {when, when, when}, "whole", "first", "second");
            parts.put("originParts", new Integer[] {null, 1, 2});
            database.update("insert-dead-letters.sql", parts);
            database.update("insert-dead-letters.sql", parts);
        }

        assertThat(attemptsAndReason())
                .containsExactlyInAnyOrder(
                        Map.of("attempts", 2, "reason", "whole"),
                        Map.of("attempts", 2, "reason", "first"),
                        Map.of("attempts", 2, "reason", "second"));
    }

    private void deadLetters(long[] offsets, long[] failed, String... reasons) throws Exception {
        database.update("insert-dead-letters.sql", deadLetter(offsets, failed, reasons));
    }

    private List<Map<String, Object>> attemptsAndReason() throws SQLException {
        return database.rows("SELECT attempts, reason FROM dead_letters");
    }
}
