package io.caravan.store;

import static io.caravan.store.Parameters.NOW;
import static io.caravan.store.Parameters.asked;
import static io.caravan.store.Parameters.deadLetter;
import static io.caravan.store.Parameters.events;
import static io.caravan.store.Parameters.micros;
import static io.caravan.store.Parameters.presence;
import static io.caravan.store.Parameters.readings;
import static io.caravan.store.Parameters.retention;
import static io.caravan.store.Parameters.trends;
import static io.caravan.store.Parameters.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** What each statement of {@code sql/} promises in its first line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatementsTest {

    private static final String JDBC = "jdbc:database?useHeadersAsParameters=true";

    @RegisterExtension
    final OwnDatabase database = new OwnDatabase(
            this::database,
            "TRUNCATE readings, events, trend_statistics, latest, presence, devices, dead_letters, ledger, ledger_positions");

    /** The JDBC URL of a new database with the tables of the project. */
    String database() throws Exception {
        return Postgres.migratedDatabase();
    }

    @Test
    void aReadingIsStoredAsItCame() throws Exception {
        assertThat(insertReadings(readings("voltage.phase_a", NOW, Long.MIN_VALUE, 121.3)))
                .isEqualTo(1);

        assertThat(database.rows("SELECT * FROM readings")).singleElement().satisfies(row -> assertThat(row)
                .containsEntry("tenant_id", "acme")
                .containsEntry("device_id", "breaker-1")
                .containsEntry("metric", "voltage.phase_a")
                .containsEntry("seq", Long.MIN_VALUE)
                .containsEntry("value", 121.3)
                .containsEntry("unit", "°C")
                .containsEntry("quality", 0));
    }

    @Test
    void aReadingCountsOnceHoweverOftenItComes() throws Exception {
        Map<String, Object> once = readings("power", NOW, 1, 5.0);

        assertThat(insertReadings(once)).isEqualTo(1);
        assertThat(insertReadings(once)).isZero();
        assertThat(insertReadings(readings(
                        new String[] {"power", "power", "power", "energy"},
                        new long[] {NOW, NOW + 1, NOW + 1, NOW},
                        new long[] {1, 1, 1, 1},
                        new double[] {6, 7, 8, 9})))
                .as("the first is known, the third repeats the second of its own batch")
                .isEqualTo(2);
        assertThat(database.rows("SELECT value FROM readings ORDER BY value"))
                .extracting("value")
                .containsExactly(5.0, 7.0, 9.0);
    }

    @Test
    void readingsThatDifferInOnePartOfTheirIdentityAreAllKept() throws Exception {
        assertThat(insertReadings(readings("power", NOW, 1, 5))).isEqualTo(1);
        assertThat(insertReadings(readings("power", NOW, 2, 5))).isEqualTo(1);
        assertThat(insertReadings(readings("power", NOW + 1, 1, 5))).isEqualTo(1);
        assertThat(insertReadings(readings("energy", NOW, 1, 5))).isEqualTo(1);
        Map<String, Object> other = readings("power", NOW, 1, 5);
        assertThat(insertReadings(with(other, "tenants", new String[] {"other"})))
                .isEqualTo(1);
        assertThat(insertReadings(with(other, "devices", new String[] {"breaker-2"})))
                .isEqualTo(1);
    }

    @Test
    void aReadingWithoutValueIsNullAndInfinityStays() throws Exception {
        insertReadings(readings(new String[] {"a", "b", "c"}, new long[] {NOW, NOW, NOW}, new long[3], new double[] {
            Double.NaN, Double.POSITIVE_INFINITY, -0.0
        }));

        assertThat(database.rows("SELECT value FROM readings ORDER BY metric"))
                .extracting("value")
                .containsExactly(null, Double.POSITIVE_INFINITY, -0.0);
    }

    @Test
    void boxedValuesMayBeNull() throws Exception {
        Map<String, Object> boxed =
                readings(new String[] {"a", "b"}, new long[] {NOW, NOW}, new long[2], new double[2]);

        insertReadings(with(boxed, "values", new Double[] {null, 2.5}));

        assertThat(database.rows("SELECT value FROM readings ORDER BY metric"))
                .extracting("value")
                .containsExactly(null, 2.5);
    }

    @Test
    void timesAreExactToTheMicrosecond() throws Exception {
        Map<String, String> times = Map.of(
                "-4700-01-01T00:00:00.000001Z", "4701-01-01 00:00:00.000001+00 BC",
                "-0043-03-15T12:00:00.123457Z", "0044-03-15 12:00:00.123457+00 BC",
                "1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59.999999+00",
                "1970-01-01T00:00:00Z", "1970-01-01 00:00:00+00",
                "2025-03-09T06:59:59.999999Z", "2025-03-09 06:59:59.999999+00",
                "2026-11-01T05:30:00.000001Z", "2026-11-01 05:30:00.000001+00",
                "9999-12-31T23:59:59.999999Z", "9999-12-31 23:59:59.999999+00");
        for (Map.Entry<String, String> time : times.entrySet()) {
            long micros = micros(Instant.parse(time.getKey()));
            insertReadings(readings("m", micros, 0, 1));
            upsertLatest(readings(time.getKey(), micros, 0, 1));
            assertThat(database.rows(
                            "SELECT (extract(epoch FROM ts) * 1000000)::bigint AS micros FROM readings WHERE ts = '"
                                    + time.getValue() + "'"))
                    .as(time.getKey())
                    .singleElement()
                    .isEqualTo(Map.of("micros", micros));
        }
        assertThat(database.rows("SELECT ts FROM readings EXCEPT SELECT ts FROM latest"))
                .isEmpty();
    }

    @Test
    void aTimeThatTheDatabaseCannotHoldIsADataError() {
        assertDataError(() -> insertReadings(readings("m", Long.MIN_VALUE, 0, 1)));
    }

    @Test
    void aRowThatTheDatabaseRefusesIsADataErrorAndStoresNothing() throws Exception {
        assertDataError(() -> insertReadings(
                readings(new String[] {"good", "nul\0character"}, new long[] {NOW, NOW}, new long[2], new double[2])));
        assertDataError(() -> insertEvents(new long[] {NOW, NOW}, new long[] {1, 2}, new String[] {"{}", "{no json"}));

        assertThat(database.rows("SELECT metric FROM readings")).isEmpty();
        assertThat(database.rows("SELECT kind FROM events")).isEmpty();
    }

    @Test
    void halfACharacterIsStoredAsAQuestionMark() throws Exception {
        insertReadings(readings("\ud800", NOW, 0, 1));

        assertThat(database.rows("SELECT metric FROM readings")).containsExactly(Map.of("metric", "?"));
    }

    @Test
    void anEmptyBatchIsNoError() throws Exception {
        assertThat(insertReadings(readings(new String[0], new long[0], new long[0], new double[0])))
                .isZero();
        assertThat(insertEvents(new long[0], new long[0], new String[0])).isZero();
    }

    @Test
    void thePlannerDissolvesTheSharedFunctions() throws Exception {
        assertThat(database.rows(
                                "EXPLAIN VERBOSE SELECT * FROM reading_rows('{t}', '{d}', '{m}', '{1}', '{1}', '{1}', '{u}', '{0}')")
                        .toString())
                .contains("unnest")
                .doesNotContain("reading_rows(", "moment(");
    }

    @Test
    void aWindowIsFoundByItsTime() throws Exception {
        database.execute("INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, quality)"
                + " SELECT 't', 'd' || n % 1000, 'm', date_trunc('day', now(), 'UTC') + n * interval '0.4 seconds', n, 1, 0"
                + " FROM generate_series(1, 200000) AS n; ANALYZE readings");

        assertThat(database.rows("EXPLAIN SELECT tenant_id, device_id, metric, sum(value) FROM readings"
                                + " WHERE ts >= date_trunc('day', now(), 'UTC') + interval '3 hours'"
                                + " AND ts < date_trunc('day', now(), 'UTC') + interval '181 minutes' GROUP BY 1, 2, 3")
                        .toString())
                .containsPattern("Index (Only )?Scan (on|using) (readings_[0-9]+_ts_idx|_hyper_\\w+_readings_time)");
    }

    @Test
    void theOldestReadingOfAMomentOrLaterIsFound() throws Exception {
        String next = "SELECT next_reading('%s') AS found";
        assertThat(database.rows(next.formatted("-infinity")))
                .extracting("found")
                .containsOnlyNulls();
        String[] times = {"-infinity", "2026-01-01 00:00:00.000001+00", "2026-01-01 00:00:00.000002+00", "9000-01-01+00"
        };
        String[] found = {
            "0044-03-15 12:00:00.123457+00 BC",
            "2026-01-01 00:00:00.000001+00",
            "2026-11-01 05:30:00+00",
            "9999-12-31+00"
        };
        for (String time : found) {
            database.execute(
                    "INSERT INTO readings (tenant_id, device_id, metric, ts, seq, quality) VALUES ('t', 'd', 'm', '"
                            + time + "', 1, 0)");
        }

        for (int i = 0; i < times.length; i++) {
            assertThat(database.rows("SELECT next_reading('" + times[i] + "') = '" + found[i] + "' AS right"))
                    .as(times[i])
                    .containsExactly(Map.of("right", true));
        }
        assertThat(database.rows(next.formatted("infinity")))
                .extracting("found")
                .containsOnlyNulls();
    }

    @Test
    void retentionKeepsWhatItIsToldTo() throws Exception {
        long day = 24 * 3_600 * 1_000_000L;
        insertReadings(readings(
                new String[] {"m", "m", "m"},
                new long[] {NOW, NOW - 8 * day, NOW - 12 * day},
                new long[3],
                new double[] {1, 2, 3}));
        insertEvents(
                new long[] {NOW, NOW - 12 * day, NOW - 40 * day}, new long[] {1, 2, 3}, new String[] {"{}", "{}", "{}"
                });
        insertTrends(trends(new long[] {NOW - 12 * day, NOW - 8 * day}, new long[] {1, 2}));
        deadLetters(new long[] {1, 2}, new long[] {NOW, NOW - 12 * day}, "bad-json", "bad-json");

        database.rows(
                """
                INSERT INTO commands (command_id, tenant_id, device_id, topic, content_type, payload, created_by, created_at, expires_at)
                SELECT gen_random_uuid(), 'acme', name, 't', 'text/plain', '', 'me', now() - created, now() - created + lasts
                FROM (VALUES ('new', '1 day'::interval, '1 minute'::interval), ('old', '12 days', '1 minute'),
                    ('long', '12 days', '7 days')) AS command (name, created, lasts)
                RETURNING device_id
                """);

        retain("off", "off", "off");
        assertThat(database.rows("SELECT value FROM readings")).hasSize(3);
        assertThat(database.rows("SELECT device_id FROM commands")).hasSize(3);
        retain("10d", "30d", "240h");

        assertThat(database.rows("SELECT value FROM readings ORDER BY value"))
                .extracting("value")
                .containsExactly(1.0, 2.0);
        assertThat(database.rows("SELECT seq FROM events ORDER BY seq"))
                .extracting("seq")
                .containsExactly(1L, 2L);
        assertThat(database.rows("SELECT seq FROM trend_statistics"))
                .extracting("seq")
                .containsExactly(2L);
        assertThat(database.rows("SELECT origin_offset FROM dead_letters"))
                .extracting("origin_offset")
                .containsExactly(1L);
        assertThat(database.rows("SELECT device_id FROM commands ORDER BY 1"))
                .extracting("device_id")
                .containsExactly("long", "new");
    }

    @Test
    void twoSessionsStoreOverlappingBatchesOnce() throws Exception {
        int rows = 2000;
        String[] metrics = new String[rows];
        long[] times = new long[rows];
        for (int i = 0; i < rows; i++) {
            metrics[i] = "m" + i % 7;
            times[i] = NOW + i;
        }
        Map<String, Object> batch = readings(metrics, times, new long[rows], new double[rows]);

        List<Integer> stored = OwnDatabase.together(4, () -> {
            try (Connection session = database.connect()) {
                return insertReadings(session, batch);
            }
        });

        assertThat(stored.stream().mapToInt(Integer::intValue).sum()).isEqualTo(rows);
        assertThat(database.rows("SELECT count(*)::int AS rows FROM readings")).containsExactly(Map.of("rows", rows));
    }

    @Test
    void anEventCountsOnceAndKeepsItsBodyToTheByte() throws Exception {
        String body = "{\"b\": 1.0,  \"a\":\"\\u0000 ü\", \"a\":2}";

        assertThat(insertEvents(new long[] {NOW}, new long[] {7}, new String[] {body}))
                .isEqualTo(1);
        assertThat(insertEvents(new long[] {NOW, NOW}, new long[] {7, 8}, new String[] {"{}", "[1]"}))
                .isEqualTo(1);

        assertThat(database.rows("SELECT kind, body::text FROM events ORDER BY seq"))
                .containsExactly(Map.of("kind", "door", "body", body), Map.of("kind", "door", "body", "[1]"));
    }

    @Test
    void latestMovesForwardByTimeThenSequenceAndNeverBack() throws Exception {
        upsertLatest(readings("power", NOW, 5, 1));
        upsertLatest(readings("power", NOW - 1, 9, 2));
        assertThat(latestValue()).as("older").isEqualTo(1.0);
        upsertLatest(readings("power", NOW, 4, 3));
        assertThat(latestValue()).as("same time, lower sequence").isEqualTo(1.0);
        upsertLatest(readings("power", NOW, 5, 4));
        assertThat(latestValue()).as("the same reading").isEqualTo(1.0);
        upsertLatest(readings("power", NOW, 6, 5));
        assertThat(latestValue()).as("same time, higher sequence").isEqualTo(5.0);
        upsertLatest(readings("power", NOW + 1, -9, Double.NaN));
        assertThat(latestValue()).as("newer, without value").isNull();
    }

    @Test
    void whatADeviceSaysOfAChannelCountsOnce() throws Exception {
        Map<String, Object> batch = trends(new long[] {NOW, NOW + 1}, new long[] {1, 1});

        assertThat(insertTrends(batch)).isEqualTo(2);
        assertThat(insertTrends(batch)).isZero();
        assertThat(insertTrends(trends(new long[] {NOW, NOW, NOW}, new long[] {1, 2, 2})))
                .isEqualTo(1);
        assertThat(insertTrends(with(trends(new long[] {NOW}, new long[] {1}), "tenants", new String[] {"other"})))
                .isEqualTo(1);
        assertThat(database.rows("SELECT value, avg, min, max FROM trend_statistics WHERE seq = 2"))
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("value", 2.0)
                        .containsEntry("avg", null)
                        .containsEntry("min", 1.0)
                        .containsEntry("max", 3.0));
    }

    @Test
    void aTrendThatTheDatabaseRefusesIsADataErrorAndStoresNothing() throws Exception {
        Map<String, Object> batch = trends(new long[] {NOW, NOW + 1}, new long[] {1, 1});

        assertDataError(() -> insertTrends(with(batch, "metrics", new String[] {"good", "nul\0character"})));

        assertThat(database.rows("SELECT metric FROM trend_statistics")).isEmpty();
    }

    @Test
    void statementsRunThroughCamelJdbc() throws Exception {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.url());
        source.setUser("postgres");
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.getRegistry().bind("database", source);
        camel.start();
        try {
            ProducerTemplate template = camel.createProducerTemplate();
            Map<String, Object> power = readings("power", NOW, 1, 5);

            Map<String, Object> batch = BatchToStore.of(power);
            assertThat(answer(template, "store-batch.sql", batch))
                    .isEqualTo(List.of(Map.of("stored", 1, "resolved", 0)));
            assertThat(answer(template, "store-batch.sql", batch))
                    .isEqualTo(List.of(Map.of("stored", 0, "resolved", 0)));
            assertThat(answer(template, "count-refused.sql", BatchToStore.messages(9)))
                    .isNotNull();
            assertThat(updated(template, "insert-trend-statistics.sql", trends(new long[] {NOW}, new long[] {1})))
                    .isEqualTo(1);
            assertThat(updated(template, "upsert-latest.sql", power)).isEqualTo(1);
            assertThat(updated(template, "upsert-presence.sql", presence(NOW))).isEqualTo(1);
            assertThat(updated(
                            template,
                            "insert-dead-letters.sql",
                            deadLetter(new long[] {1}, new long[] {NOW}, "bad-json")))
                    .isEqualTo(1);
            Object device = answer(template, "provision-devices.sql", asked("acme", 5, "d1"));
            assertThat(device).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(1);
            assertThat(answer(template, "select-directory.sql", Map.of("since", "1970-01-01T00:00:00Z")))
                    .isEqualTo(device);
            assertThat(answer(template, "ensure-partitions.sql", Map.of())).isEqualTo(List.of(Map.of("created", 0)));
            assertThat(answer(template, "keep-columnstore.sql", Map.of("compressAfter", "off")))
                    .isEqualTo(List.of(Map.of("columnstore", false)));
            assertThat(answer(template, "apply-retention.sql", retention("90d", "off", "2160h")))
                    .isEqualTo(List.of(Map.of(
                            "readings", 0, "events", 0, "trends", 0, "audit", 0L, "commands", 0L, "dead_letters", 0L)));
            assertThat(answer(template, "drop-windows.sql", Map.of("keepWindows", "365d")))
                    .isEqualTo(List.of(Map.of("windows", 0L)));
        } finally {
            camel.stop();
        }
    }

    private static Object answer(ProducerTemplate template, String file, Map<String, Object> headers) throws Exception {
        return template.requestBodyAndHeaders(JDBC, NamedStatement.read(file), headers);
    }

    private static Object updated(ProducerTemplate template, String file, Map<String, Object> headers)
            throws Exception {
        String sql = NamedStatement.read(file);
        return template.request(JDBC, exchange -> {
                    exchange.getMessage().setBody(sql);
                    exchange.getMessage().setHeaders(new HashMap<>(headers));
                })
                .getMessage()
                .getHeader(JdbcConstants.JDBC_UPDATE_COUNT);
    }

    private int insertReadings(Map<String, Object> batch) throws Exception {
        return insertReadings(database.connection(), batch);
    }

    private static int insertReadings(Connection session, Map<String, Object> batch) throws Exception {
        List<Map<String, Object>> answer = new NamedStatement("store-batch.sql").query(session, BatchToStore.of(batch));
        return (int) answer.get(0).get("stored");
    }

    /** How many of the events were new. */
    private int insertEvents(long[] times, long[] sequences, String[] bodies) throws Exception {
        int before = database.rows("SELECT FROM events").size();
        database.query("store-batch.sql", BatchToStore.of(events(times, sequences, bodies)));
        return database.rows("SELECT FROM events").size() - before;
    }

    private void upsertLatest(Map<String, Object> batch) throws Exception {
        database.update("upsert-latest.sql", batch);
    }

    private Object latestValue() throws SQLException {
        return database.rows("SELECT value FROM latest").get(0).get("value");
    }

    private int insertTrends(Map<String, Object> batch) throws Exception {
        return database.update("insert-trend-statistics.sql", batch);
    }

    private void retain(String readings, String events, String deadLetters) throws Exception {
        database.query("apply-retention.sql", retention(readings, events, deadLetters));
    }

    private void deadLetters(long[] offsets, long[] failed, String... reasons) throws Exception {
        database.update("insert-dead-letters.sql", deadLetter(offsets, failed, reasons));
    }

    /** SQLState class 22: the rows are at fault, not the server, so that a retry of the same batch cannot help. */
    private static void assertDataError(ThrowingCallable statement) {
        assertThatThrownBy(statement).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                .startsWith("22"));
    }
}
