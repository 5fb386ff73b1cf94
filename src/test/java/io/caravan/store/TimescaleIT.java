package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only TimescaleDB does: hypertables, their columnstore, and retention by chunks. */
class TimescaleIT {

    /** Readings of 20 devices: 50 messages a device, of 10 metrics each, on a day ten days ago. */
    private static final String OLD_DAY =
            """
            SELECT array_agg('acme'::text), array_agg('d' || device), array_agg('m' || metric),
                array_agg((extract(epoch FROM date_trunc('day', now(), 'UTC') - interval '10 days'
                    + message * interval '1 minute') * 1000000)::bigint),
                array_agg(1000::bigint * message + metric), array_agg(message + metric / 10.0::float8), array_agg('V'::text),
                array_agg(0::smallint)
            FROM generate_series(%d, %d) AS message, generate_series(1, 20) AS device, generate_series(1, 10) AS metric""";

    private final Timescale timescale = new Timescale();
    private Connection connection;

    @BeforeEach
    void connect() throws Exception {
        connection = DriverManager.getConnection(timescale.migratedDatabase());
    }

    @AfterEach
    void drop() throws Exception {
        if (connection != null) {
            connection.close();
        }
        timescale.close();
    }

    @Test
    void readingsAndEventsAreHypertablesOfDaysThatThePartitionFunctionsLeaveAlone() throws Exception {
        assertThat(
                        rows(
                                "SELECT hypertable_name, time_interval::text FROM timescaledb_information.dimensions ORDER BY 1"))
                .containsExactly(
                        Map.of("hypertable_name", "events", "time_interval", "1 day"),
                        Map.of("hypertable_name", "readings", "time_interval", "1 day"),
                        Map.of("hypertable_name", "trend_statistics", "time_interval", "1 day"));
        assertThat(value("SELECT ensure_partitions(7, 3)")).isEqualTo(0);
        assertThat(value("SELECT count(*) FROM show_chunks('readings')")).isEqualTo(0L);
    }

    @Test
    void theColumnstoreFollowsTheConfiguration() throws Exception {
        for (String after : List.of("7d", "168h", "30d", "2d")) {
            keepColumnstore(after);
            assertThat(rows("SELECT hypertable_name, (config ->> 'compress_after')::interval = '%s'::interval AS wanted"
                                    .formatted(after)
                            + " FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL ORDER BY 1"))
                    .containsExactly(
                            Map.of("hypertable_name", "events", "wanted", true),
                            Map.of("hypertable_name", "readings", "wanted", true),
                            Map.of("hypertable_name", "trend_statistics", "wanted", true));
        }
        keepColumnstore("off");
        assertThat(value("SELECT count(*) FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL"))
                .isEqualTo(0L);
    }

    @Test
    void aTableThatIsBusyIsLeftForTheNextTime() throws Exception {
        try (Connection reader =
                DriverManager.getConnection(connection.getMetaData().getURL())) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("LOCK TABLE readings IN ACCESS SHARE MODE");

            keepColumnstore("7d");

            assertThat(value(
                            "SELECT string_agg(hypertable_name, ' ' ORDER BY hypertable_name) FROM timescaledb_information.jobs"
                                    + " WHERE hypertable_name IS NOT NULL"))
                    .isEqualTo("events trend_statistics");
            reader.rollback();
        }
        keepColumnstore("7d");
        assertThat(value("SELECT count(*) FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL"))
                .isEqualTo(3L);
    }

    @Test
    void aColumnarDayTakesLateReadingsAndRefusesDuplicates() throws Exception {
        assertThat(store(1, 50)).isEqualTo(10_000);
        makeColumnar("readings");

        assertThat(store(41, 50)).as("all of them known").isZero();
        assertThat(store(41, 60)).as("half of them known").isEqualTo(2_000);
        assertThat(store(61, 62)).as("none of them known").isEqualTo(400);
        assertThatThrownBy(() -> value("INSERT INTO readings SELECT * FROM readings WHERE metric = 'm3' LIMIT 1"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
        runPolicy("readings");

        assertThat(store(1, 62)).as("columnar again, with the late ones").isZero();
        assertThat(value("SELECT count(*) FROM readings")).isEqualTo(12_400L);
    }

    @Test
    void aBatchOfAllDevicesGoesIntoAColumnarDayHoweverManyReadingsItWouldHaveToUnpack() throws Exception {
        execute("INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)"
                + " SELECT 'acme', 'd' || device, 'm1', date_trunc('day', now(), 'UTC') - interval '10 days'"
                + " + n * interval '10 seconds', n, n, 'V', 0"
                + " FROM generate_series(1, 300) AS device, generate_series(1, 1000) AS n");
        makeColumnar("readings");

        assertThat(value(
                        "SELECT insert_readings(array_agg('acme'::text), array_agg('d' || device), array_agg('m1'::text),"
                                + " array_agg((extract(epoch FROM date_trunc('day', now(), 'UTC') - interval '10 days'"
                                + " + n * interval '10 seconds') * 1000000)::bigint), array_agg(n + late), array_agg(1::float8),"
                                + " array_agg('V'::text), array_agg(0::smallint))"
                                + " FROM generate_series(1, 300) AS device, generate_series(500::bigint, 503) AS n,"
                                + " (VALUES (0), (1)) AS batch (late)"))
                .as("a duplicate and a late reading in each of 300 segments of 1000")
                .isEqualTo(1_200);
    }

    @Test
    void columnarEventsKeepTheirBodyToTheByteAndCountOnce() throws Exception {
        String body = "{\"b\": 1.0,  \"a\":\"\\u0000 ü\", \"a\":2}";
        String insert = "INSERT INTO events (tenant_id, device_id, ts, seq, kind, body)"
                + " SELECT 't', 'd', date_trunc('day', now(), 'UTC') - interval '10 days', n, 'door', '" + body
                + "' FROM generate_series(1, %d) AS n ON CONFLICT DO NOTHING";
        execute(insert.formatted(3));
        makeColumnar("events");

        execute(insert.formatted(4));

        assertThat(rows("SELECT body::text, count(*) FROM events GROUP BY 1"))
                .containsExactly(Map.of("body", body, "count", 4L));
    }

    @Test
    void pagesOfReadingsAreTheSameOnceTheirDayIsColumnar() throws Exception {
        store(1, 50);
        execute("INSERT INTO devices (tenant_id, device_id, label, device_type) VALUES ('acme', 'd7', '', 'x')");
        List<Map<String, Object>> before = page("");
        List<Map<String, Object>> beforeOfMetric = page("m3");
        makeColumnar("readings");

        assertThat(before).hasSize(100);
        assertThat(page("")).isEqualTo(before);
        assertThat(beforeOfMetric).hasSize(25);
        assertThat(page("m3")).isEqualTo(beforeOfMetric);
    }

    @Test
    void retentionDropsColumnarDaysAsWell() throws Exception {
        store(1, 2);
        makeColumnar("readings");
        execute(
                "INSERT INTO readings (tenant_id, device_id, metric, ts, seq, quality) VALUES ('t', 'd', 'm', now(), 1, 0)");

        assertThat(value("SELECT drop_partitions_older_than('readings', '10 days')"))
                .as("the tenth day is kept to its beginning")
                .isEqualTo(0);
        assertThat(value("SELECT drop_partitions_older_than('readings', '9 days')"))
                .isEqualTo(1);

        assertThat(value("SELECT count(*) FROM readings")).isEqualTo(1L);
        assertThat(store(1, 1)).as("a late reading finds its place again").isEqualTo(200);
    }

    private int store(int firstMessage, int lastMessage) throws SQLException {
        return (int) value("SELECT insert_readings(t, d, m, ts, s, v, u, q) FROM ("
                + OLD_DAY.formatted(firstMessage, lastMessage) + ") AS batch (t, d, m, ts, s, v, u, q)");
    }

    private List<Map<String, Object>> page(String metric) throws Exception {
        Map<String, Object> parameters = new HashMap<>(Map.of("tenant", "acme", "device", "d7", "rows", 100));
        parameters.put("from", OffsetDateTime.parse("2020-01-01T00:00:00Z"));
        parameters.put(
                "beforeTime",
                Instant.now()
                        .truncatedTo(ChronoUnit.DAYS)
                        .atOffset(ZoneOffset.UTC)
                        .minusDays(10)
                        .plusMinutes(25));
        parameters.put("beforeMetric", "m5");
        parameters.put("beforeSequence", Long.MIN_VALUE);
        parameters.put("firstMetric", metric);
        parameters.put("lastMetric", metric.isEmpty() ? "\uDBFF\uDFFF" : metric);
        return new NamedStatement("api-readings.sql").query(connection, parameters);
    }

    private void keepColumnstore(String after) throws Exception {
        new NamedStatement("keep-columnstore.sql").query(connection, Map.of("compressAfter", after));
    }

    /** Does what the policy does within a day. */
    private void makeColumnar(String family) throws Exception {
        keepColumnstore("7d");
        runPolicy(family);
        assertThat(value("SELECT bool_and(is_compressed) FROM timescaledb_information.chunks WHERE hypertable_name = '"
                        + family + "' AND range_end < now() - interval '7 days'"))
                .isEqualTo(true);
    }

    private void runPolicy(String family) throws SQLException {
        execute("CALL run_job("
                + value("SELECT job_id FROM timescaledb_information.jobs WHERE hypertable_name = '" + family + "'")
                + ")");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Object value(String sql) throws SQLException {
        return rows(sql).get(0).values().iterator().next();
    }

    private List<Map<String, Object>> rows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return NamedStatement.rows(statement.executeQuery(sql));
        }
    }
}
