package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which messages that no birth explained are replayed by themselves, in the statement itself. */
class UnexplainedStatementTest {

    private static final int NODE_BIRTH = 0;
    private static final int NODE_DEATH = 1;
    private static final int DEVICE_BIRTH = 2;

    @RegisterExtension
    static final OwnDatabase database =
            new OwnDatabase("TRUNCATE dead_letters, sparkplug_births, tenant_limits, waiting_tenants, ledger");

    /** Where the next record of iot.raw lies. */
    private int offset;

    @Test
    void ofANodeItTakesABirthBehindItInItsSession() throws Exception {
        long early = letter("plant", "NDATA/n", 70);
        long before = letter("plant", "NDATA/n", 50);
        birth("plant", "n", "", NODE_BIRTH, 30, 60);
        long behind = letter("plant", "NDATA/n", 20);
        letter("plant", "NDATA/other", 50);
        letter("other", "NDATA/n", 50);

        assertThat(replayed()).as("not %d, of an older session", early).containsExactly(before);
        birth("plant", "n", "", NODE_DEATH, 15, 0);
        assertThat(replayed()).as("there is no session").containsExactly(before);
        birth("plant", "n", "", NODE_BIRTH, 10, 15);
        assertThat(replayed()).as("not %d, that session is over", behind).containsExactly(before);
    }

    @Test
    void ofADeviceItTakesItsOwnBirthBehindItAndBehindThatOfTheNode() throws Exception {
        birth("plant", "n", "d", DEVICE_BIRTH, 55, 0);
        long first = letter("plant", "DDATA/n/d", 50);
        birth("plant", "n", "", NODE_BIRTH, 40, 60);
        assertThat(replayed())
                .as("the birth of the device is of the session before")
                .isEmpty();
        long second = letter("plant", "DDATA/n/d", 35);
        birth("plant", "n", "e", DEVICE_BIRTH, 32, 0);
        assertThat(replayed()).as("that is another device").isEmpty();

        birth("plant", "n", "d", DEVICE_BIRTH, 30, 0);
        assertThat(replayed()).containsExactly(first, second);
        long third = letter("plant", "DDATA/n/d", 25);
        birth("plant", "n", "d", DEVICE_BIRTH, 20, 0);
        assertThat(replayed()).as("a late birth alone").containsExactly(first, second, third);
    }

    @Test
    void theBirthOfTheNodeMayBeOld() throws Exception {
        birth("plant", "n", "", NODE_BIRTH, 7_200, 7_300);
        long late = letter("plant", "DDATA/n/d", 50);
        birth("plant", "n", "d", DEVICE_BIRTH, 30, 0);
        assertThat(replayed()).containsExactly(late);
    }

    @Test
    void onlyWhatIsWholeAndYoungAndWasNotReplayed() throws Exception {
        long good = letter("plant", "NDATA/n", 50);
        long old = letter("plant", "NDATA/n", 3_700);
        String[] unfit = {"replays = 1", "enriched = true", "payload_length = 4", "headers = '{\"received-by\":\"b\"}'"
        };
        for (String change : unfit) {
            database.execute("UPDATE dead_letters SET " + change + " WHERE id = " + letter("plant", "NDATA/n", 50));
        }
        database.execute("UPDATE dead_letters SET failed_at = received_at WHERE id = " + old);
        birth("plant", "n", "", NODE_BIRTH, 30, 9_000);
        assertThat(replayed()).containsExactly(good);
    }

    @Test
    void aHeaderThatTheDatabaseCannotReadStopsNoOther() throws Exception {
        long foreign = letter("plant", "NDATA/n", 50);
        database.execute(
                "UPDATE dead_letters SET headers = '{\"received-by\":\"a\",\"x\":\"\\u0000\"}' WHERE id = " + foreign);
        long ours = letter("plant", "NDATA/n", 40);
        birth("plant", "n", "", NODE_BIRTH, 30, 60);
        assertThat(replayed()).containsExactly(ours);
    }

    @Test
    void theOldestGoFirstAndNobodyWaitsForThoseOfAnother() throws Exception {
        for (int i = 0; i < 250; i++) {
            letter("many", "NDATA/n", 400 - i);
        }
        long few = letter("plant", "NDATA/n", 50);
        birth("many", "n", "", NODE_BIRTH, 30, 900);
        birth("plant", "n", "", NODE_BIRTH, 30, 900);

        assertThat(replayed()).hasSize(101).contains(1L, 100L, few).doesNotContain(101L);
        assertThat(replayed()).hasSize(201).contains(200L).doesNotContain(201L);
        assertThat(replayed()).hasSize(251);
    }

    @Test
    void theirTenantsLimitHolds() throws Exception {
        database.execute("INSERT INTO tenant_limits (tenant_id, messages_per_second) VALUES ('plant', 1)");
        letter("plant", "NDATA/n", 50);
        long free = letter("free", "NDATA/n", 50);
        birth("plant", "n", "", NODE_BIRTH, 30, 60);
        birth("free", "n", "", NODE_BIRTH, 30, 60);
        assertThat(replayed()).hasSize(2);

        database.execute("SELECT release_waiting(NULL, now())");
        assertThat(ids("replays = 1")).as("the other has no room yet").containsExactly(free);
        database.execute("SELECT release_waiting(NULL, now() + interval '11 s')");
        assertThat(ids("replays = 1")).hasSize(2);
        assertThat(replayed()).as("each once").isEmpty();
    }

    /** Runs the statement; the messages that are to be replayed by now. */
    private List<Object> replayed() throws Exception {
        database.update("replay-unexplained.sql", Map.of());
        return ids("waiting");
    }

    private static List<Object> ids(String condition) throws SQLException {
        return database.column("SELECT id FROM dead_letters WHERE " + condition + " ORDER BY id");
    }

    /** A message that was received so many seconds ago; its id is its place. */
    private long letter(String tenant, String rest, int age) throws SQLException {
        offset++;
        database.execute(
                "INSERT INTO dead_letters (id, origin_topic, origin_partition, origin_offset, tenant_id, topic, stage,"
                        + " reason, received_at, failed_at, headers, payload, payload_length) OVERRIDING SYSTEM VALUE VALUES ("
                        + offset + ", 'iot.raw', 0, " + offset + ", '" + tenant + "', 'spBv1.0/" + tenant + "/" + rest
                        + "', 'enrich', 'unknown-alias', " + ago(age)
                        + ", now(), '{\"received-by\":\"a\"}', 'abc', 3)");
        return offset;
    }

    private void birth(String tenant, String node, String device, int kind, int age, int since) throws SQLException {
        offset++;
        database.execute(
                "INSERT INTO sparkplug_births (origin_partition, origin_offset, received_by, tenant_id, node, device,"
                        + " kind, hash, received_at, since, metrics) VALUES (0, " + offset + ", 'a', '" + tenant
                        + "', '"
                        + node + "', '" + device + "', " + kind + ", " + offset + ", " + ago(age) + ", " + ago(since)
                        + ", '[]')");
    }

    private static String ago(int seconds) {
        return "now() - interval '" + seconds + " s'";
    }
}
