package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.ds.PGSimpleDataSource;

/** What each statement of {@code sql/} promises in its first line. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatementsTest {

    private static final long NOW = micros(Instant.now().truncatedTo(ChronoUnit.MICROS));

    private static final String JDBC = "jdbc:database?useHeadersAsParameters=true";

    private String url;

    private Connection connection;

    @BeforeAll
    void migrate() throws Exception {
        url = database();
    }

    /** The JDBC URL of a new database with the tables of the project. */
    String database() throws Exception {
        return Postgres.migratedDatabase();
    }

    @BeforeEach
    void connect() throws Exception {
        connection = Postgres.connect(url);
        query(
                "TRUNCATE readings, events, trend_statistics, latest, presence, devices, dead_letters, ledger, ledger_positions;"
                        + " SELECT 1");
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @Test
    void aReadingIsStoredAsItCame() throws Exception {
        assertThat(insertReadings(readings("voltage.phase_a", NOW, Long.MIN_VALUE, 121.3)))
                .isEqualTo(1);

        assertThat(query("SELECT * FROM readings")).singleElement().satisfies(row -> assertThat(row)
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
        assertThat(query("SELECT value FROM readings ORDER BY value"))
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

        assertThat(query("SELECT value FROM readings ORDER BY metric"))
                .extracting("value")
                .containsExactly(null, Double.POSITIVE_INFINITY, -0.0);
    }

    @Test
    void boxedValuesMayBeNull() throws Exception {
        Map<String, Object> boxed =
                readings(new String[] {"a", "b"}, new long[] {NOW, NOW}, new long[2], new double[2]);

        insertReadings(with(boxed, "values", new Double[] {null, 2.5}));

        assertThat(query("SELECT value FROM readings ORDER BY metric"))
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
            assertThat(query("SELECT (extract(epoch FROM ts) * 1000000)::bigint AS micros FROM readings WHERE ts = '"
                            + time.getValue() + "'"))
                    .as(time.getKey())
                    .singleElement()
                    .isEqualTo(Map.of("micros", micros));
        }
        assertThat(query("SELECT ts FROM readings EXCEPT SELECT ts FROM latest"))
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

        assertThat(query("SELECT metric FROM readings")).isEmpty();
        assertThat(query("SELECT kind FROM events")).isEmpty();
    }

    @Test
    void halfACharacterIsStoredAsAQuestionMark() throws Exception {
        insertReadings(readings("\ud800", NOW, 0, 1));

        assertThat(query("SELECT metric FROM readings")).containsExactly(Map.of("metric", "?"));
    }

    @Test
    void anEmptyBatchIsNoError() throws Exception {
        assertThat(insertReadings(readings(new String[0], new long[0], new long[0], new double[0])))
                .isZero();
        assertThat(insertEvents(new long[0], new long[0], new String[0])).isZero();
    }

    @Test
    void thePlannerDissolvesTheSharedFunctions() throws Exception {
        assertThat(query(
                                "EXPLAIN VERBOSE SELECT * FROM reading_rows('{t}', '{d}', '{m}', '{1}', '{1}', '{1}', '{u}', '{0}')")
                        .toString())
                .contains("unnest")
                .doesNotContain("reading_rows(", "moment(");
    }

    @Test
    void aWindowIsFoundByItsTime() throws Exception {
        query("INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, quality)"
                + " SELECT 't', 'd' || n % 1000, 'm', date_trunc('day', now(), 'UTC') + n * interval '0.4 seconds', n, 1, 0"
                + " FROM generate_series(1, 200000) AS n; ANALYZE readings; SELECT 1");

        assertThat(query("EXPLAIN SELECT tenant_id, device_id, metric, sum(value) FROM readings"
                                + " WHERE ts >= date_trunc('day', now(), 'UTC') + interval '3 hours'"
                                + " AND ts < date_trunc('day', now(), 'UTC') + interval '181 minutes' GROUP BY 1, 2, 3")
                        .toString())
                .containsPattern("Index (Only )?Scan (on|using) (readings_[0-9]+_ts_idx|_hyper_\\w+_readings_time)");
    }

    @Test
    void theOldestReadingOfAMomentOrLaterIsFound() throws Exception {
        String next = "SELECT next_reading('%s') AS found";
        assertThat(query(next.formatted("-infinity"))).extracting("found").containsOnlyNulls();
        String[] times = {"-infinity", "2026-01-01 00:00:00.000001+00", "2026-01-01 00:00:00.000002+00", "9000-01-01+00"
        };
        String[] found = {
            "0044-03-15 12:00:00.123457+00 BC",
            "2026-01-01 00:00:00.000001+00",
            "2026-11-01 05:30:00+00",
            "9999-12-31+00"
        };
        for (String time : found) {
            query("INSERT INTO readings (tenant_id, device_id, metric, ts, seq, quality) VALUES ('t', 'd', 'm', '"
                    + time + "', 1, 0); SELECT 1");
        }

        for (int i = 0; i < times.length; i++) {
            assertThat(query("SELECT next_reading('" + times[i] + "') = '" + found[i] + "' AS right"))
                    .as(times[i])
                    .containsExactly(Map.of("right", true));
        }
        assertThat(query(next.formatted("infinity"))).extracting("found").containsOnlyNulls();
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

        query(
                """
                INSERT INTO commands (command_id, tenant_id, device_id, topic, content_type, payload, created_by, created_at, expires_at)
                SELECT gen_random_uuid(), 'acme', name, 't', 'text/plain', '', 'me', now() - created, now() - created + lasts
                FROM (VALUES ('new', '1 day'::interval, '1 minute'::interval), ('old', '12 days', '1 minute'),
                    ('long', '12 days', '7 days')) AS command (name, created, lasts)
                RETURNING device_id
                """);

        retain("off", "off", "off");
        assertThat(query("SELECT value FROM readings")).hasSize(3);
        assertThat(query("SELECT device_id FROM commands")).hasSize(3);
        retain("10d", "30d", "240h");

        assertThat(query("SELECT value FROM readings ORDER BY value"))
                .extracting("value")
                .containsExactly(1.0, 2.0);
        assertThat(query("SELECT seq FROM events ORDER BY seq"))
                .extracting("seq")
                .containsExactly(1L, 2L);
        assertThat(query("SELECT seq FROM trend_statistics")).extracting("seq").containsExactly(2L);
        assertThat(query("SELECT origin_offset FROM dead_letters"))
                .extracting("origin_offset")
                .containsExactly(1L);
        assertThat(query("SELECT device_id FROM commands ORDER BY 1"))
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

        List<Integer> stored = together(4, () -> {
            try (Connection session = Postgres.connect(url)) {
                return insertReadings(session, batch);
            }
        });

        assertThat(stored.stream().mapToInt(Integer::intValue).sum()).isEqualTo(rows);
        assertThat(query("SELECT count(*)::int AS rows FROM readings")).containsExactly(Map.of("rows", rows));
    }

    @Test
    void anEventCountsOnceAndKeepsItsBodyToTheByte() throws Exception {
        String body = "{\"b\": 1.0,  \"a\":\"\\u0000 ü\", \"a\":2}";

        assertThat(insertEvents(new long[] {NOW}, new long[] {7}, new String[] {body}))
                .isEqualTo(1);
        assertThat(insertEvents(new long[] {NOW, NOW}, new long[] {7, 8}, new String[] {"{}", "[1]"}))
                .isEqualTo(1);

        assertThat(query("SELECT kind, body::text FROM events ORDER BY seq"))
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
    void presenceMovesForwardAndNeverBack() throws Exception {
        upsertPresence(NOW);
        upsertPresence(NOW - 1);
        assertThat(lastSeen()).isEqualTo(NOW);
        upsertPresence(NOW + 1);
        assertThat(lastSeen()).isEqualTo(NOW + 1);
    }

    @Test
    void whetherADeviceIsOnlineMovesForwardByTimeThenSequenceAndNeverBack() throws Exception {
        upsertPresence(status(NOW, NOW, 5, true));
        upsertPresence(status(NOW + 1, NOW - 1, 9, false));
        assertThat(online()).as("older").isEqualTo(true);
        upsertPresence(status(NOW + 2, NOW, 4, false));
        assertThat(online()).as("same time, lower sequence").isEqualTo(true);
        upsertPresence(status(NOW - 9, NOW, 6, false));
        assertThat(online()).as("same time, higher sequence, received before").isEqualTo(false);
        assertThat(lastSeen()).isEqualTo(NOW + 2);
        upsertPresence(status(NOW + 3, NOW - 1, 9, true));
        assertThat(online()).as("telemetry that is older than the status").isEqualTo(false);
        upsertPresence(status(NOW + 3, NOW + 1, -9, true));
        assertThat(online()).as("newer telemetry").isEqualTo(true);
    }

    @Test
    void aStateIsAsOldAsItsFirstMessage() throws Exception {
        long second = 1_000_000;
        long before = NOW - 1_000 * second;
        upsertPresence(status(before, before, 1, true));
        upsertPresence(status(before + second, before + second, 1, true));
        assertThat(since()).as("still online").isEqualTo(before);
        upsertPresence(status(before + 2 * second, before + 2 * second, 1, false));
        assertThat(since()).as("gone").isEqualTo(before + 2 * second);
        upsertPresence(status(before + 99 * second, before + 99 * second, 1, false));
        assertThat(since()).as("still gone, however long it was silent").isEqualTo(before + 2 * second);
        upsertPresence(status(before + 99 * second, before - 1, 1, true));
        assertThat(since()).as("something old").isEqualTo(before + 2 * second);
        upsertPresence(status(before + 100 * second, before + 100 * second, 1, true));
        assertThat(since()).as("back").isEqualTo(before + 100 * second);
    }

    @Test
    void aDeviceThatWasSilentForTooLongIsOnlineSinceItIsBack() throws Exception {
        long second = 1_000_000;
        long before = NOW - 1_000 * second;
        query(
                "INSERT INTO devices (tenant_id, device_id, label, device_type) VALUES ('acme', 'd', '', 'smart_meter'); SELECT 1");
        upsertPresence(status(before, before, 1, true));
        upsertPresence(status(before + 30 * second, before + 1, 1, true));
        assertThat(since()).as("the patience for its type").isEqualTo(before);
        upsertPresence(status(before + 60 * second + 1, before + 2, 1, true));
        assertThat(since()).as("a microsecond is too long").isEqualTo(before + 60 * second + 1);
        query("DELETE FROM devices; SELECT 1");
        upsertPresence(status(before + 72 * second, before + 3, 1, true));
        assertThat(since()).as("the patience for all others").isEqualTo(before + 72 * second);
    }

    @Test
    void aStateBeginsNeitherAnewNorInTheFutureBecauseTheClockOfTheReceiptIsFast() throws Exception {
        long hour = 3_600_000_000L;
        upsertPresence(status(NOW + hour, NOW, 1, true));
        Object first = since();
        assertThat((long) first).as("its first message").isLessThanOrEqualTo(micros(Instant.now()));
        upsertPresence(status(NOW + 2 * hour, NOW + 1, 1, true));
        assertThat(since()).as("still online").isEqualTo(first);
        upsertPresence(status(NOW + 2 * hour, NOW + 2, 1, false));
        assertThat((long) since()).as("gone").isLessThanOrEqualTo(micros(Instant.now()));
    }

    @Test
    void aDeviceThatWasGoneForAMomentOfABatchIsOnlineSinceItIsBack() throws Exception {
        upsertPresence(status(NOW, NOW, 1, true));
        upsertPresence(with(status(NOW + 9, NOW + 9, 1, true), "firstHeard", new long[] {NOW + 5}));
        assertThat(since()).isEqualTo(NOW + 9);
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
        assertThat(query("SELECT value, avg, min, max FROM trend_statistics WHERE seq = 2"))
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

        assertThat(query("SELECT metric FROM trend_statistics")).isEmpty();
    }

    @Test
    void anUnknownDeviceIsAddedAndAKnownOneAnsweredAsItIs() throws Exception {
        List<Map<String, Object>> added = provision(connection, "acme", 10, "b-1");
        assertThat(added).singleElement().satisfies(row -> assertThat(row)
                .containsEntry("tenant_id", "acme")
                .containsEntry("device_id", "b-1")
                .containsEntry("label", "Label of b-1")
                .containsEntry("device_type", "smart_breaker")
                .containsEntry("site_id", null)
                .containsEntry("zone_id", "zone of b-1")
                .containsKey("created_at"));
        query("UPDATE devices SET label = 'Main hall', site_id = 's1', device_type = 'smart_meter'; SELECT 1");

        assertThat(provision(connection, "acme", 10, "b-1")).singleElement().satisfies(row -> assertThat(row)
                .containsEntry("label", "Main hall")
                .containsEntry("site_id", "s1")
                .containsEntry("device_type", "smart_meter")
                .containsEntry("created_at", added.get(0).get("created_at")));
        assertThat(new NamedStatement("select-directory.sql")
                        .query(connection, Map.of("since", "1970-01-01T00:00:00Z")))
                .isEqualTo(provision(connection, "acme", 10, "b-1"));
    }

    @Test
    void aTypeThatNoMessageToldIsFilledInOnceAndOnlyWhereAMessageAddedTheDevice() throws Exception {
        query("INSERT INTO devices (tenant_id, device_id, label, device_type) VALUES ('acme', 'by-hand', '', 'unknown')"
                + "; SELECT 1");
        provisionAs("unknown", "b-1", "b-2", "by-hand");
        query("UPDATE devices SET updated_at = '2020-01-01Z'; SELECT 1");
        assertThat(types(provisionAs("unknown", "b-1", "by-hand")))
                .isEqualTo(Map.of("b-1", "unknown", "by-hand", "unknown"));

        assertThat(types(provisionAs("smart_meter", "b-1", "by-hand", "b-1")))
                .isEqualTo(Map.of("b-1", "smart_meter", "by-hand", "unknown"));
        assertThat(types(provisionAs("smart_breaker", "b-1", "b-2")))
                .isEqualTo(Map.of("b-1", "smart_meter", "b-2", "smart_breaker"));
        assertThat(query("SELECT device_id FROM devices WHERE updated_at > '2020-01-01Z' ORDER BY device_id"))
                .as("what other processes read again")
                .extracting(row -> row.get("device_id"))
                .containsExactly("b-1", "b-2");
    }

    @Test
    void sessionsThatTellTheTypesOfTheSameDevicesInAnotherOrderAgree() throws Exception {
        String[] devices = IntStream.range(0, 40).mapToObj(i -> "d" + i).toArray(String[]::new);
        provisionAs("unknown", devices);
        AtomicInteger number = new AtomicInteger();
        together(4, () -> {
            List<String> order = new ArrayList<>(List.of(devices));
            Collections.shuffle(order, new Random(number.get()));
            try (Connection session = Postgres.connect(url)) {
                return provision(session, "type-" + number.incrementAndGet(), "acme", 50, order.toArray(String[]::new));
            }
        });

        assertThat(query("SELECT DISTINCT device_type LIKE 'type-%' AS told FROM devices"))
                .containsExactly(Map.of("told", true));
    }

    @Test
    void aTenantGetsNoMoreDevicesThanTheCapAndKeepsThoseItHas() throws Exception {
        assertThat(provision(connection, "acme", 3, "z", "z", "y", "x", "w", "v"))
                .extracting("device_id")
                .containsExactlyInAnyOrder("z", "y", "x");
        assertThat(provision(connection, "acme", 3, "w", "x"))
                .extracting("device_id")
                .containsExactly("x");
        assertThat(provision(connection, "other", 3, "w"))
                .extracting("device_id")
                .containsExactly("w");
        assertThat(provision(connection, "acme", 0, "x", "u"))
                .extracting("device_id")
                .containsExactly("x");
    }

    @Test
    void sessionsThatProvisionAtOnceAgreeOnTheDevicesAndKeepTheCap() throws Exception {
        List<List<Map<String, Object>>> answers = together(4, () -> {
            List<Map<String, Object>> rows = new ArrayList<>();
            try (Connection session = Postgres.connect(url)) {
                for (int i = 0; i < 40; i++) {
                    rows.addAll(provision(session, "acme", 25, "d" + i, "e" + i));
                }
            }
            return rows;
        });

        assertThat(query("SELECT device_id FROM devices")).hasSize(25);
        assertThat(answers).allSatisfy(answer -> assertThat(answer).isEqualTo(answers.get(0)));
    }

    @Test
    void aDeadLetterIsOneRowHoweverOftenItIsDelivered() throws Exception {
        deadLetters(new long[] {7}, new long[] {NOW}, "bad-json");
        deadLetters(new long[] {7}, new long[] {NOW}, "bad-json");

        assertThat(query("SELECT * FROM dead_letters")).singleElement().satisfies(row -> assertThat(row)
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
        NamedStatement insert = new NamedStatement("insert-dead-letters.sql");
        for (int i = 0; i < 2; i++) {
            insert.update(connection, before);
            insert.update(connection, after);
        }

        assertThat(attemptsAndReason())
                .containsExactly(
                        Map.of("attempts", 1, "reason", "bad-json"), Map.of("attempts", 2, "reason", "second"));
    }

    @Test
    void aPartOfAMessageIsOneRowHoweverOftenTheMessageIsTakenApart() throws Exception {
        NamedStatement insert = new NamedStatement("insert-dead-letters.sql");
        for (long when = NOW; when < NOW + 2; when++) {
            Map<String, Object> parts =
                    deadLetter(new long[] {7, 7, 7}, new long[] {when, when, when}, "whole", "first", "second");
            parts.put("originParts", new Integer[] {null, 1, 2});
            insert.update(connection, parts);
            insert.update(connection, parts);
        }

        assertThat(attemptsAndReason())
                .containsExactlyInAnyOrder(
                        Map.of("attempts", 2, "reason", "whole"),
                        Map.of("attempts", 2, "reason", "first"),
                        Map.of("attempts", 2, "reason", "second"));
    }

    @Test
    void statementsRunThroughCamelJdbc() throws Exception {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
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

    private static Map<String, Object> readings(String metric, long time, long sequence, double value) {
        return readings(new String[] {metric}, new long[] {time}, new long[] {sequence}, new double[] {value});
    }

    private static Map<String, Object> readings(String[] metrics, long[] times, long[] sequences, double[] values) {
        int rows = metrics.length;
        return new HashMap<>(Map.of(
                "tenants",
                filled(rows, "acme"),
                "devices",
                filled(rows, "breaker-1"),
                "metrics",
                metrics,
                "timestamps",
                times,
                "sequences",
                sequences,
                "values",
                values,
                "units",
                filled(rows, "°C"),
                "qualities",
                new short[rows]));
    }

    private static Map<String, Object> events(long[] times, long[] sequences, String[] bodies) {
        int rows = times.length;
        return new HashMap<>(Map.of(
                "eventTenants",
                filled(rows, "acme"),
                "eventDevices",
                filled(rows, "door-1"),
                "eventTimestamps",
                times,
                "eventSequences",
                sequences,
                "eventKinds",
                filled(rows, "door"),
                "eventBodies",
                bodies,
                "eventMessages",
                new int[rows]));
    }

    private static Map<String, Object> presence(long time) {
        return status(time, time, 1, true);
    }

    /** One message; a smart meter may be silent for 30 seconds, everything else for 10. */
    private static Map<String, Object> status(long received, long time, long sequence, boolean online) {
        Map<String, Object> values = new HashMap<>();
        values.put("tenants", new String[] {"acme"});
        values.put("devices", new String[] {"d"});
        values.put("firstHeard", new long[] {received});
        values.put("lastHeard", new long[] {received});
        values.put("online", new Boolean[] {online});
        values.put("announces", new Boolean[] {false});
        values.put("changed", new long[] {received});
        values.put("timestamps", new long[] {time});
        values.put("sequences", new long[] {sequence});
        values.put("types", new String[] {"unknown", "smart_meter"});
        values.put("silences", new long[] {10_000, 30_000});
        return values;
    }

    private static Map<String, Object> trends(long[] times, long[] sequences) {
        int rows = times.length;
        Map<String, Object> values = new HashMap<>();
        values.put("tenants", filled(rows, "acme"));
        values.put("devices", filled(rows, "breaker-1"));
        values.put("metrics", filled(rows, "voltage_phase_a"));
        values.put("timestamps", times);
        values.put("sequences", sequences);
        values.put("values", filled(rows, 2));
        values.put("averages", filled(rows, Double.NaN));
        values.put("minima", filled(rows, 1));
        values.put("maxima", filled(rows, 3));
        return values;
    }

    private static Map<String, Object> asked(String tenant, int cap, String... devices) {
        int rows = devices.length;
        String[] labels = new String[rows];
        String[] zones = new String[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = "Label of " + devices[i];
            zones[i] = "zone of " + devices[i];
        }
        return new HashMap<>(Map.of(
                "tenants", filled(rows, tenant),
                "devices", devices,
                "labels", labels,
                "types", filled(rows, "smart_breaker"),
                "sites", new String[rows],
                "zones", zones,
                "cap", cap));
    }

    private static Map<String, Object> deadLetter(long[] offsets, long[] failed, String... reasons) {
        int rows = offsets.length;
        int[] partitions = new int[rows];
        byte[][] payloads = new byte[rows][];
        for (int i = 0; i < rows; i++) {
            partitions[i] = 3;
            payloads[i] = new byte[] {0, -1, 'x'};
        }
        Map<String, Object> values = new HashMap<>();
        values.put("wait", false);
        values.put("originTopics", filled(rows, "iot.raw"));
        values.put("originPartitions", partitions);
        values.put("originOffsets", offsets);
        values.put("originParts", new Integer[rows]);
        values.put("stampedTimes", new Long[rows]);
        values.put("tenants", filled(rows, "default"));
        values.put("devices", new String[rows]);
        values.put("dialects", filled(rows, "iot"));
        values.put("topics", filled(rows, "iot/d/raw"));
        values.put("stages", filled(rows, "enrich"));
        values.put("reasons", reasons);
        values.put("details", filled(rows, "detail"));
        values.put("receivedTimes", new Long[rows]);
        values.put("failedTimes", failed);
        values.put("headers", filled(rows, "{\"dialect\":\"iot\"}"));
        values.put("payloads", payloads);
        values.put("payloadLengths", new long[rows]);
        values.put("payloadHashes", new String[rows]);
        values.put("recordKeys", filled(rows, "default/d"));
        values.put("enriched", new Boolean[rows]);
        values.put("replayed", new Long[rows]);
        values.put("replayNumbers", new Integer[rows]);
        return values;
    }

    private int insertReadings(Map<String, Object> batch) throws Exception {
        return insertReadings(connection, batch);
    }

    private static int insertReadings(Connection session, Map<String, Object> batch) throws Exception {
        List<Map<String, Object>> answer = new NamedStatement("store-batch.sql").query(session, BatchToStore.of(batch));
        return (int) answer.get(0).get("stored");
    }

    /** How many of the events were new. */
    private int insertEvents(long[] times, long[] sequences, String[] bodies) throws Exception {
        int before = query("SELECT FROM events").size();
        new NamedStatement("store-batch.sql").query(connection, BatchToStore.of(events(times, sequences, bodies)));
        return query("SELECT FROM events").size() - before;
    }

    private void upsertLatest(Map<String, Object> batch) throws Exception {
        new NamedStatement("upsert-latest.sql").update(connection, batch);
    }

    private Object latestValue() throws SQLException {
        return query("SELECT value FROM latest").get(0).get("value");
    }

    private void upsertPresence(long time) throws Exception {
        upsertPresence(presence(time));
    }

    private void upsertPresence(Map<String, Object> batch) throws Exception {
        new NamedStatement("upsert-presence.sql").update(connection, batch);
    }

    private int insertTrends(Map<String, Object> batch) throws Exception {
        return new NamedStatement("insert-trend-statistics.sql").update(connection, batch);
    }

    private Object online() throws SQLException {
        return query("SELECT online FROM presence").get(0).get("online");
    }

    private Object since() throws SQLException {
        return query("SELECT (extract(epoch FROM since) * 1000000)::bigint AS micros FROM presence")
                .get(0)
                .get("micros");
    }

    private Object lastSeen() throws SQLException {
        return query("SELECT (extract(epoch FROM last_seen) * 1000000)::bigint AS micros FROM presence")
                .get(0)
                .get("micros");
    }

    private static List<Map<String, Object>> provision(Connection session, String tenant, int cap, String... devices)
            throws Exception {
        return provision(session, "smart_breaker", tenant, cap, devices);
    }

    private static List<Map<String, Object>> provision(
            Connection session, String type, String tenant, int cap, String... devices) throws Exception {
        Map<String, Object> asked = asked(tenant, cap, devices);
        asked.put("types", filled(devices.length, type));
        return new NamedStatement("provision-devices.sql").query(session, asked);
    }

    private List<Map<String, Object>> provisionAs(String type, String... devices) throws Exception {
        return provision(connection, type, "acme", 50, devices);
    }

    private static Map<Object, Object> types(List<Map<String, Object>> devices) {
        return devices.stream().collect(Collectors.toMap(row -> row.get("device_id"), row -> row.get("device_type")));
    }

    private void retain(String readings, String events, String deadLetters) throws Exception {
        new NamedStatement("apply-retention.sql").query(connection, retention(readings, events, deadLetters));
    }

    private static Map<String, Object> retention(String readings, String events, String deadLetters) {
        return Map.of(
                "keepReadings",
                readings,
                "keepEvents",
                events,
                "keepTrends",
                "10d",
                "keepDeadLetters",
                deadLetters,
                "keepCommands",
                deadLetters,
                "keepAudit",
                "1d");
    }

    private void deadLetters(long[] offsets, long[] failed, String... reasons) throws Exception {
        new NamedStatement("insert-dead-letters.sql").update(connection, deadLetter(offsets, failed, reasons));
    }

    private List<Map<String, Object>> attemptsAndReason() throws SQLException {
        return query("SELECT attempts, reason FROM dead_letters");
    }

    private static <T> List<T> together(int sessions, Callable<T> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(sessions);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(Collections.nCopies(sessions, work))) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    /** SQLState class 22: the rows are at fault, not the server, so that a retry of the same batch cannot help. */
    private static void assertDataError(ThrowingCallable statement) {
        assertThatThrownBy(statement).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                .startsWith("22"));
    }

    private List<Map<String, Object>> query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (!rows) {
                rows = statement.getMoreResults();
            }
            try (ResultSet result = statement.getResultSet()) {
                return NamedStatement.rows(result);
            }
        }
    }

    private static Map<String, Object> with(Map<String, Object> batch, String name, Object value) {
        Map<String, Object> changed = new HashMap<>(batch);
        changed.put(name, value);
        return changed;
    }

    private static double[] filled(int rows, double number) {
        double[] column = new double[rows];
        Arrays.fill(column, number);
        return column;
    }

    private static String[] filled(int rows, String text) {
        String[] column = new String[rows];
        Arrays.fill(column, text);
        return column;
    }

    private static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000), time.getNano() / 1000);
    }
}
