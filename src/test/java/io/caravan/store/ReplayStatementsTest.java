package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a dead letter that is replayed, in the statements themselves. */
class ReplayStatementsTest {

    private static final long FAILED = 1_795_255_200_000_000L;

    @RegisterExtension
    static final OwnDatabase database = new OwnDatabase("TRUNCATE dead_letters, readings, ledger, ledger_positions;"
            + " ALTER SEQUENCE dead_letters_id_seq RESTART WITH 100");

    @BeforeEach
    void threeDeadLetters() throws Exception {
        database.execute(
                "INSERT INTO dead_letters (id, origin_topic, origin_partition, origin_offset, tenant_id, dialect, stage, reason,"
                        + " failed_at, headers, payload, payload_length, record_key) OVERRIDING SYSTEM VALUE"
                        + " SELECT n, 'iot.raw', 0, n, 'default', 'iot', 'enrich', 'unknown-device', moment(" + FAILED
                        + "),"
                        + " '{\"dialect\":\"iot\"}', 'abc', 3, 'default/d' FROM generate_series(1, 3) AS n");
    }

    @Test
    void aReplayIsAskedForSentAndResolved() throws Exception {
        assertThat(states()).containsExactly("open", "open", "open");
        assertThat(request(2)).containsEntry("state", "replaying").containsEntry("replays", 1);
        assertThat(states()).containsExactly("open", "replaying", "open");

        assertThat(claim()).singleElement().satisfies(row -> assertThat(row)
                .containsEntry("id", 2L)
                .containsEntry("replays", 1)
                .containsEntry("record_key", "default/d")
                .containsEntry("payload", "abc".getBytes()));
        sent(2, 1);
        assertThat(claim()).isEmpty();

        assertThat(resolve(2, 1)).isEqualTo(1);
        assertThat(resolve(2, 1)).as("a second copy").isZero();
        assertThat(states()).containsExactly("open", "resolved", "open");
    }

    @Test
    void whatIsTakenAndNotSentIsTakenAgainAfterAWhileAndByNobodyElseBefore() throws Exception {
        request(1);
        assertThat(claim()).hasSize(1);
        assertThat(claim()).isEmpty();

        database.execute("UPDATE dead_letters SET sending_until = clock_timestamp() - interval '1 ms' WHERE id = 1");
        assertThat(claim()).hasSize(1);
        database.execute("UPDATE dead_letters SET sending_until = clock_timestamp() + interval '1 h' WHERE id = 1");
        assertThat(claim()).as("a clock was ahead").hasSize(1);
    }

    @Test
    void twoSessionsTakeNoReplayTogetherAndNobodyWaits() throws Exception {
        request(1);
        request(2);
        database.connection().setAutoCommit(false);
        assertThat(database.query("claim-replays.sql", Map.of("rows", 1, "bytes", 100)))
                .extracting("id")
                .containsExactly(1L);
        try (Connection other = database.connect()) {
            assertThat(new NamedStatement("claim-replays.sql").query(other, Map.of("rows", 10, "bytes", 100)))
                    .extracting("id")
                    .containsExactly(2L);
        }
        database.connection().commit();
        database.connection().setAutoCommit(true);
    }

    @Test
    void aPageEndsWithThePayloadThatTakesItOverItsBytes() throws Exception {
        request(1);
        request(2);
        request(3);

        assertThat(database.query("claim-replays.sql", Map.of("rows", 10, "bytes", 4)))
                .extracting("id")
                .containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void aReplayThatFailsAgainIsTheSameRowWithOneMoreAttemptAndItsNewReason() throws Exception {
        request(1);
        sent(1, 1);
        fail(1, 1, FAILED + 5, "timestamp-in-future");
        fail(1, 1, FAILED + 5, "timestamp-in-future");

        assertThat(database.rows("SELECT attempts, reason, device_id FROM dead_letters WHERE id = 1"))
                .containsExactly(Map.of("attempts", 2, "reason", "timestamp-in-future", "device_id", "d7"));
        assertThat(database.rows("SELECT FROM dead_letters")).hasSize(3);
        assertThat(states()).containsExactly("open", "open", "open");
        assertThat(request(1)).containsEntry("replays", 2).containsEntry("state", "replaying");
    }

    @Test
    void whoseARowIsThatFailsAgainIsNotWhoseTheWholeMessageIs() throws Exception {
        request(1);
        sent(1, 1);
        database.execute("UPDATE dead_letters SET tenant_id = 'acme', device_id = 'hub' WHERE id = 1");
        fail(1, 1, FAILED + 5, "invalid-metric", "a");

        assertThat(database.rows("SELECT tenant_id, device_id, reason FROM dead_letters WHERE id = 1"))
                .containsExactly(Map.of("tenant_id", "acme", "device_id", "hub", "reason", "invalid-metric"));
    }

    @Test
    void ofTheFailuresInABatchThoseCountThatAreNews() throws Exception {
        for (int number = 1; number <= 2; number++) {
            request(1);
            sent(1, number);
        }
        fail(1, 1, FAILED + 5, "unknown-device");
        // that one is read again, and the second was noted by a clock that is behind
        failTogether(1, new Integer[] {1, 2}, new long[] {FAILED + 5, FAILED + 4});

        assertThat(database.rows("SELECT attempts, failed_replay FROM dead_letters WHERE id = 1"))
                .containsExactly(Map.of("attempts", 3, "failed_replay", 2));
        assertThat(states()).startsWith("open");
    }

    @Test
    void ofTwoReplaysThatFailInOneBatchNoneStaysWithoutAnOutcome() throws Exception {
        for (int number = 1; number <= 2; number++) {
            request(1);
            sent(1, number);
        }
        failTogether(1, new Integer[] {1, 2}, new long[] {FAILED + 5, FAILED + 4});

        assertThat(database.rows("SELECT attempts FROM dead_letters WHERE id = 1"))
                .containsExactly(Map.of("attempts", 3));
        assertThat(states()).startsWith("open");
    }

    @Test
    void inWhateverOrderTheOutcomesComeTheStateIsTheSame() throws Exception {
        request(1);
        request(2);
        sent(1, 1);
        sent(2, 1);
        // the topic of the type refused what the general one took: the one replay is stored, and is a dead letter
        resolve(1, 1);
        fail(1, 1, FAILED + 5, "too-large");
        fail(2, 1, FAILED + 5, "too-large");
        resolve(2, 1);
        assertThat(states()).containsExactly("open", "open", "open");

        request(1);
        request(2);
        sent(1, 2);
        sent(2, 2);
        resolve(1, 2);
        // late news of the first replay
        fail(1, 1, FAILED + 9, "too-large");
        fail(2, 1, FAILED + 9, "too-large");
        resolve(2, 2);
        assertThat(states()).containsExactly("resolved", "resolved", "open");
    }

    @Test
    void outcomesOfReplaysThatNobodyAskedForChangeNothing() throws Exception {
        assertThat(resolve(1, 1)).isZero();
        assertThat(resolve(99, 1)).isZero();
        assertThat(resolve(1, -1)).isZero();
        fail(1, 0, FAILED + 1, "too-large");

        assertThat(states()).containsExactly("open", "open", "open");
        assertThat(database.rows("SELECT count(*)::int AS n FROM dead_letters")).containsExactly(Map.of("n", 4));
    }

    @Test
    void aFailedReplayOfARowThatRetentionHasTakenIsADeadLetterOfItsOwn() throws Exception {
        request(1);
        sent(1, 1);
        database.execute("DELETE FROM dead_letters WHERE id = 1");
        fail(1, 1, FAILED + 5, "too-large");

        assertThat(database.rows("SELECT origin_offset, attempts FROM dead_letters WHERE origin_partition = 7"))
                .containsExactly(Map.of("origin_offset", 70L, "attempts", 1));
    }

    @Test
    void askedForTwiceBeforeItIsSentItIsSentOnceAndAfterwardsAgain() throws Exception {
        request(1);
        assertThat(request(1)).containsEntry("replays", 1);
        assertThat(claim()).hasSize(1);
        assertThat(request(1)).containsEntry("replays", 1);
        sent(1, 1);
        assertThat(request(1)).containsEntry("replays", 2);
        resolve(1, 1);
        assertThat(states()).containsExactly("replaying", "open", "open");
    }

    @Test
    void whatIsNotThereAsAWholeIsNotReplayed() throws Exception {
        database.execute("UPDATE dead_letters SET payload_length = 100000 WHERE id = 1");
        database.execute("UPDATE dead_letters SET enriched = true WHERE id = 2");

        assertThat(request(1)).containsEntry("replays", 0);
        assertThat(request(2)).containsEntry("replays", 0);
        assertThat(requestAll(10, null, 0)).containsEntry("requested", 1L).containsEntry("last", 3L);
        assertThat(database.query("count-replayable.sql", with(filter(), "state", "open")))
                .containsExactly(Map.of("replayable", 0L, "not_replayable", 2L));
    }

    @Test
    void aFilterIsFollowedPageByPageUnderOneNumber() throws Exception {
        Map<String, Object> first = requestAll(3, null, 0);
        assertThat(first)
                .containsEntry("requested", 2L)
                .containsEntry("last", 2L)
                .containsEntry("more", true);
        Long number = (Long) first.get("replay");
        assertThat(requestAll(3, number, 2))
                .containsEntry("requested", 1L)
                .containsEntry("replay", number)
                .containsEntry("more", false);
        assertThat(requestAll(3, number, 3)).containsEntry("requested", 0L).containsEntry("more", false);

        claim();
        sent(1, 1);
        sent(2, 1);
        resolve(1, 1);
        fail(2, 1, FAILED + 1, "too-large");
        assertThat(database.query("api-replay.sql", Map.of("tenant", "default", "replay", number))
                        .get(0))
                .containsEntry("requested", 3L)
                .containsEntry("replaying", 1L)
                .containsEntry("resolved", 1L)
                .containsEntry("open", 1L);
    }

    @Test
    void aMessageWithoutATimeOfReceiptHasTheSameOneInEveryReplay() throws Exception {
        request(1);
        fail(1, 1, FAILED + 5, "too-large");
        sent(1, 1);
        request(1);

        assertThat(database.rows("SELECT received_at = moment(" + FAILED + ") AS same FROM dead_letters WHERE id = 1"))
                .containsExactly(Map.of("same", true));
    }

    @Test
    void theBatchThatStoresAReplayResolvesItsDeadLetterAlsoWhenItIsADuplicate() throws Exception {
        request(1);
        request(2);
        sent(1, 1);
        sent(2, 1);
        Map<String, Object> batch = BatchToStore.readings(new long[] {0, 1}, 1, 1);
        batch.put("replayed", new long[] {1, 2});
        batch.put("replayNumbers", new int[] {1, 1});

        assertThat(database.query("store-batch.sql", batch)).containsExactly(Map.of("stored", 1, "resolved", 2));
        assertThat(states()).containsExactly("resolved", "resolved", "open");
    }

    /** What enrich had worked out itself stood among the headers, and would be taken for given. */
    @Test
    void deadLettersOfEarlierVersionsKeepTheHeadersThatTheyCameWith(@TempDir Path sql) throws Exception {
        Files.createDirectory(sql.resolve("migrations"));
        Files.copy(Postgres.SQL.resolve("ensure-partitions.sql"), sql.resolve("ensure-partitions.sql"));
        for (int version = 1; version <= 8; version++) {
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(Postgres.SQL.resolve("migrations"), "V" + version + "__*.sql")) {
                for (Path file : files) {
                    Files.copy(file, sql.resolve("migrations").resolve(file.getFileName()));
                }
            }
        }
        String old = Postgres.emptyDatabase();
        new Migrations(sql, old, "postgres", "").run();
        try (Connection before = Postgres.connect(old);
                Statement statement = before.createStatement()) {
            statement.execute(
                    "INSERT INTO dead_letters (origin_topic, origin_partition, origin_offset, tenant_id, dialect, topic,"
                            + " stage, reason, failed_at, headers, payload, payload_length)"
                            + " SELECT 'iot.raw', 0, n, 'default', dialect, topic, stage, '', now(),"
                            + " '{\"dialect\":\"x\",\"tenant\":\"t\",\"device\":\"d\"}', '', 0"
                            + " FROM (VALUES (1, 'building', 'building/a/b/c', 'enrich'), (2, 'iot', 'iot/d/raw', 'enrich'),"
                            + " (3, 'iot', 'iot/t/d/raw', 'enrich'), (4, NULL, NULL, 'enrich'), (5, 'iot', 'iot/d/raw', 'ingest'),"
                            + " (6, 'iot', 'iot/d/raw', 'store')) AS letter (n, dialect, topic, stage)");
        }
        new Migrations(Postgres.SQL, old, "postgres", "").run();

        try (Connection after = Postgres.connect(old);
                Statement statement = after.createStatement();
                ResultSet letters =
                        statement.executeQuery("SELECT concat_ws(' ', headers ->> 'tenant', headers ->> 'device',"
                                + " headers ->> 'dialect', enriched) AS letter FROM dead_letters ORDER BY id")) {
            assertThat(NamedStatement.rows(letters))
                    .extracting("letter")
                    .containsExactly("x f", "d x f", "t d x f", "x f", "t d x f", "t d x t");
        }
    }

    private Map<String, Object> request(long id) throws Exception {
        return database.query("request-replay.sql", Map.of("tenant", "default", "id", id))
                .get(0);
    }

    private Map<String, Object> requestAll(int rows, Long number, long after) throws Exception {
        Map<String, Object> filter = with(filter(), "rows", rows);
        filter.put("request", number);
        filter.put("after", after);
        filter.put("state", "open");
        return database.query("request-replays.sql", filter).get(0);
    }

    private static Map<String, Object> filter() {
        Map<String, Object> filter = new HashMap<>();
        for (String name : List.of("reason", "device", "dialect", "replay")) {
            filter.put(name, null);
        }
        filter.put("tenant", "default");
        filter.put("from", OffsetDateTime.parse("1970-01-01T00:00:00Z"));
        filter.put("to", OffsetDateTime.parse("9999-01-01T00:00:00Z"));
        return filter;
    }

    private List<Map<String, Object>> claim() throws Exception {
        return database.query("claim-replays.sql", Map.of("rows", 10, "bytes", 100));
    }

    private void sent(long letter, int number) throws Exception {
        database.update("replays-sent.sql", Map.of("letters", new long[] {letter}, "numbers", new int[] {number}));
    }

    private int resolve(long letter, int number) throws SQLException {
        return (int) database.rows(
                        "SELECT resolve_replays(ARRAY[" + letter + "]::bigint[], ARRAY[" + number + "]) AS resolved")
                .get(0)
                .get("resolved");
    }

    /** As the route of the dead letters does: both statements, with the same columns. */
    private void fail(long letter, int number, long failed, String reason) throws Exception {
        fail(letter, number, failed, reason, "abc");
    }

    private void fail(long letter, int number, long failed, String reason, String payload) throws Exception {
        Map<String, Object> columns = new HashMap<>();
        columns.put("wait", false);
        columns.put("originTopics", new String[] {"iot.raw"});
        columns.put("originPartitions", new Integer[] {7});
        columns.put("originOffsets", new long[] {70});
        columns.put("originParts", new Integer[1]);
        columns.put("stampedTimes", new Long[1]);
        columns.put("tenants", new String[] {"default"});
        for (String name : List.of("dialects", "topics", "headers", "payloadHashes", "recordKeys", "details")) {
            columns.put(name, new String[1]);
        }
        columns.put("devices", new String[] {"d7"});
        columns.put("stages", new String[] {"enrich"});
        columns.put("reasons", new String[] {reason});
        columns.put("receivedTimes", new Long[1]);
        columns.put("failedTimes", new long[] {failed});
        columns.put("payloads", new byte[][] {payload.getBytes(StandardCharsets.UTF_8)});
        columns.put("payloadLengths", new long[] {payload.length()});
        columns.put("enriched", new Boolean[] {false});
        columns.put("replayed", new Long[] {letter});
        columns.put("replayNumbers", new Integer[] {number});
        database.update("fail-replays.sql", columns);
        database.update("insert-dead-letters.sql", columns);
    }

    private void failTogether(long letter, Integer[] numbers, long[] failed) throws Exception {
        int size = numbers.length;
        Map<String, Object> columns = new HashMap<>();
        for (String name : List.of("tenants", "stages", "reasons")) {
            columns.put(name, Collections.nCopies(size, "any").toArray(new String[0]));
        }
        columns.put("devices", new String[size]);
        columns.put("details", new String[size]);
        columns.put("failedTimes", failed);
        columns.put("replayed", Collections.nCopies(size, letter).toArray(new Long[0]));
        columns.put("replayNumbers", numbers);
        database.update("fail-replays.sql", columns);
    }

    private static Map<String, Object> with(Map<String, Object> values, String name, Object value) {
        values.put(name, value);
        return values;
    }

    private List<Object> states() throws SQLException {
        return database
                .rows("SELECT dead_letter_state(replays, failed_replay, resolved_replay) AS state FROM dead_letters"
                        + " WHERE id BETWEEN 1 AND 3 ORDER BY id")
                .stream()
                .map(row -> row.get("state"))
                .toList();
    }
}
