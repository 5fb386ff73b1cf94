package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What waits because its tenant has sent more than it may, in the statement itself. */
class WaitingStatementsTest {

    @RegisterExtension
    static final OwnDatabase database =
            new OwnDatabase("TRUNCATE dead_letters, ledger, tenant_limits, waiting_tenants");

    /** What the clock of the statements shows. */
    private long seconds;

    @Test
    void theOldestAreLetGoAsFarAsTheirTenantHasRoom() throws Exception {
        letters("a", 1, 30);
        letters("b", 31, 60);
        limit("a", 2);
        limit("b", 1);

        assertThat(release("5")).as("its ten seconds are used up").isZero();
        assertThat(room("a")).isEqualTo(-20);

        seconds += 14;
        stored("a", 4);
        stored("b", 14);
        assertThat(release("5"))
                .as("of 28 and 14, less the ten seconds and what was stored")
                .isEqualTo(4);
        assertThat(released()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(release("5")).as("no time has passed").isZero();

        seconds += 3;
        stored("a", 4);
        assertThat(release("5"))
                .as("what was stored are those that were let go")
                .isEqualTo(6);
        assertThat(released()).hasSize(10).contains(10L).doesNotContain(11L);

        seconds += 10;
        stored("a", 6 + 20);
        assertThat(release("5"))
                .as("what is new of the one takes its room; the other's is 13 less 10")
                .isEqualTo(3);
        assertThat(released()).contains(31L, 32L, 33L);
    }

    @Test
    void whatIsLetGoAndWhatIsNewShareTheLimit() throws Exception {
        letters("a", 1, 1_000);
        limit("a", 10);
        release("off");
        long counted = 0;
        for (int round = 0; round < 50; round++) {
            long let = release("off");
            counted += let;
            seconds++;
            stored("a", 4 + let);
        }

        assertThat(counted + 49 * 4)
                .as("in 49 s, of which the first ten were used up")
                .isEqualTo(390);
    }

    @Test
    void withoutALimitAllGoAndTheOneOfTheInstallationHoldsForAllOthers() throws Exception {
        letters("a", 1, 5);
        assertThat(release("1")).isZero();
        assertThat(release("off")).isEqualTo(5);
        assertThat(release("off")).isZero();
        assertThat(database.rows("SELECT FROM waiting_tenants")).isEmpty();

        letters("b", 11, 15);
        limit("b", 0);
        release("off");
        seconds += 1_000;
        assertThat(release("off")).as("a limit of nothing").isZero();
    }

    @Test
    void whatSomebodyHasReplayedIsNotReplayedAgain() throws Exception {
        letters("a", 1, 3);
        database.execute("UPDATE dead_letters SET replays = 1, sent_replay = 1, resolved_replay = 1 WHERE id = 1");
        database.execute("UPDATE dead_letters SET replays = 1, sent_replay = 1, failed_replay = 1 WHERE id = 2");
        limit("a", 1);

        assertThat(release("off")).as("its ten seconds are used up").isZero();
        assertThat(released()).containsExactly(1L, 2L);
        seconds += 20;
        assertThat(release("off")).isEqualTo(1);

        assertThat(database.rows("SELECT waiting, replays, sent_replay < replays AS due FROM dead_letters ORDER BY id"))
                .containsExactly(
                        Map.of("waiting", false, "replays", 1, "due", false),
                        Map.of("waiting", false, "replays", 1, "due", false),
                        Map.of("waiting", false, "replays", 1, "due", true));
        assertThat(database.rows("SELECT under_way FROM waiting_tenants")).containsExactly(Map.of("under_way", 1.0));
    }

    @Test
    void whatFailsOnItsWayHidesNothingLater() throws Exception {
        letters("a", 1, 3_000);
        limit("a", 10);
        release("off");
        seconds += 10;
        for (int round = 0; round < 400; round++) { // two processes, each once a second
            release("off");
            seconds += round % 2;
        }
        assertThat(released()).as("of which the store counts none").hasSizeGreaterThan(1_900);

        long letGo = 0;
        for (int round = 0; round < 20; round++) {
            seconds++;
            stored("a", 20);
            letGo += release("off");
        }
        assertThat(letGo).as("of a tenant that sends twice what it may").isLessThanOrEqualTo(10);
    }

    @Test
    void whatWaitsIsCountedForEachTenantAndForTheSmallestTogether() throws Exception {
        assertThat(waiting()).isEmpty();
        letters("a", 1, 3);
        letters("b", 4, 5);
        database.execute("UPDATE dead_letters SET failed_at = '2026-01-01' WHERE id = 4");
        database.execute("UPDATE dead_letters SET waiting = false WHERE id = 5");
        assertThat(waiting())
                .extracting(row -> row.get("tenant") + " " + row.get("messages") + " "
                        + row.get("since").toString().startsWith("2026-01-01"))
                .containsExactlyInAnyOrder("a 3 false", "b 1 true");

        for (int id = 100; id < 400; id++) {
            letters("t" + id, id, id);
        }
        assertThat(waiting())
                .hasSize(201)
                .anyMatch(row -> row.get("tenant").equals("others")
                        && row.get("messages").equals(102L));
    }

    @Test
    void oneOfSeveralSessionsDoesIt() throws Exception {
        letters("a", 1, 2);
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            other.createStatement().execute("SELECT release_waiting(1, now())");
            assertThat(release("off")).isZero();
            other.rollback(); // the server ends a transaction some time after its connection has gone
        }
        assertThat(release("off")).isEqualTo(2);
    }

    private void letters(String tenant, int first, int last) throws SQLException {
        database.execute(
                "INSERT INTO dead_letters (id, origin_topic, origin_partition, origin_offset, tenant_id, stage, reason,"
                        + " failed_at, payload, payload_length, waiting) OVERRIDING SYSTEM VALUE SELECT n, 'iot.raw', 0, n, '"
                        + tenant + "', 'enrich', 'over-quota', now(), 'abc', 3, true FROM generate_series(" + first
                        + ", "
                        + last + ") AS n");
    }

    private void limit(String tenant, int messages) throws SQLException {
        database.execute("INSERT INTO tenant_limits (tenant_id, messages_per_second) VALUES ('" + tenant + "', "
                + messages + ")");
    }

    /** The store counts messages. */
    private void stored(String tenant, long messages) throws SQLException {
        database.execute("INSERT INTO ledger (tenant_id, topic, partition, forwarded) VALUES ('" + tenant
                + "', 'iot.enriched', 0, " + messages + ") ON CONFLICT (topic, partition, tenant_id)"
                + " DO UPDATE SET forwarded = ledger.forwarded + excluded.forwarded");
    }

    private long release(String limit) throws SQLException {
        String fallback = limit.equals("off") ? "NULL" : limit;
        return (long) database.value("SELECT release_waiting(" + fallback
                + ", '2026-01-01T00:00:00Z'::timestamptz + interval '" + seconds + " s')");
    }

    private static double room(String tenant) throws SQLException {
        return (double) database.value("SELECT room FROM waiting_tenants WHERE tenant_id = '" + tenant + "'");
    }

    private static List<Object> released() throws SQLException {
        return database.column("SELECT id FROM dead_letters WHERE NOT waiting ORDER BY id");
    }

    private static List<Map<String, Object>> waiting() throws Exception {
        return database.query("count-waiting.sql", Map.of());
    }
}
