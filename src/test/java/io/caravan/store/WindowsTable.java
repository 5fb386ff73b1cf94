package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caravan.it.Rows;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the tests of the table of windows do to it and ask of it. They share one database, and each begins it anew. */
abstract class WindowsTable {

    private static final AtomicInteger PARTITIONS = new AtomicInteger();

    /** A full quarter of an hour, so that windows of all widths begin. */
    static final Instant T = Instant.parse("2026-11-21T10:00:00Z");

    static final int DAY = 86_400;

    @RegisterExtension
    static final OwnDatabase database = new OwnDatabase(
            """
            TRUNCATE devices;
            TRUNCATE readings, windows, window_marks, window_widths, window_types, window_retyped;
            DELETE FROM window_state;
            INSERT INTO window_state DEFAULT VALUES""");

    private long sequence;

    @BeforeEach
    void threeWidths() throws Exception {
        configure(60, 300, 900);
    }

    /** Forgets all, as between two tests. */
    void beginAnew() throws Exception {
        database.reset();
        threeWidths();
    }

    /** Waits until a session of this database waits for an advisory lock. */
    static void awaitOneThatWaits() {
        awaitOneThatWaits("advisory");
    }

    /** @param lock a type of locks as pg_locks has it */
    static void awaitOneThatWaits(String lock) {
        Rows sessions = new Rows(database.url(), "postgres");
        Awaitility.await()
                .until(() -> sessions.count("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = '" + lock
                                + "' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                        > 0);
    }

    /** Ten o'clock of a day in the past, UTC. */
    static Instant daysAgo(int days) {
        return Instant.now()
                .truncatedTo(ChronoUnit.DAYS)
                .minus(Duration.ofDays(days))
                .plus(Duration.ofHours(10));
    }

    void retainReadings(String keep) throws SQLException {
        database.rows("SELECT drop_partitions_older_than('readings', '" + keep + "')");
    }

    void assertThatWindowsAreRight() throws SQLException {
        assertThatWindowsAreRight(60, 300, 900);
    }

    /** Every ended window is there as the readings say, and no other. */
    void assertThatWindowsAreRight(int... widths) throws SQLException {
        assertThat(marks()).isZero();
        for (int width : widths) {
            String start = "date_bin('" + width + " s', ts, '1970-01-01 00:00:00Z')";
            List<Map<String, Object>> expected =
                    database.rows("SELECT tenant_id, device_id, metric, " + start + " AS start,"
                            + " count(value) AS count, sum(value) AS sum, avg(value) AS avg, min(value) AS min, max(value) AS max,"
                            + " stddev_samp(value) AS stddev, (array_agg(value ORDER BY ts, seq))[1] AS first,"
                            + " (array_agg(value ORDER BY ts DESC, seq DESC))[1] AS last, sum(abs(value)) AS magnitude"
                            + " FROM readings WHERE value IS NOT NULL AND ts < date_bin('" + width
                            + " s', (SELECT closing_until FROM window_state), '1970-01-01 00:00:00Z')"
                            + " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4");
            List<Map<String, Object>> actual = database.rows(
                    "SELECT * FROM windows WHERE width = " + width + " ORDER BY tenant_id, device_id, metric, start");
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                Map<String, Object> window = actual.get(i);
                Map<String, Object> truth = expected.get(i);
                for (String exact :
                        List.of("tenant_id", "device_id", "metric", "start", "count", "min", "max", "first", "last")) {
                    assertThat(window).as(truth.toString()).containsEntry(exact, truth.get(exact));
                }
                double magnitude = (Double) truth.get("magnitude");
                assertThat((Double) window.get("sum")).isCloseTo((Double) truth.get("sum"), within(1e-9 * magnitude));
                assertThat((Double) window.get("avg")).isCloseTo((Double) truth.get("avg"), within(1e-9 * magnitude));
                Double stddev = (Double) truth.get("stddev");
                if (stddev == null) {
                    assertThat(window.get("stddev")).isNull();
                } else {
                    assertThat((Double) window.get("stddev")).isCloseTo(stddev, within(1e-6 * stddev));
                }
            }
        }
    }

    void configure(Integer... widths) throws Exception {
        configure(Map.of(), widths);
    }

    /** @param ofTypes the widths of types that have their own */
    void configure(Map<String, List<Integer>> ofTypes, Integer... widths) throws Exception {
        List<String> types = new ArrayList<>();
        List<Integer> typeWidths = new ArrayList<>();
        ofTypes.forEach((type, own) -> own.forEach(width -> {
            types.add(type);
            typeWidths.add(width);
        }));
        database.query(
                "configure-windows.sql",
                Map.of(
                        "widths", widths,
                        "types", types.toArray(String[]::new),
                        "typeWidths", typeWidths.toArray(Integer[]::new)));
    }

    /** What the route does at a moment, until nothing is left to do. */
    void settleAt(Instant now) throws Exception {
        close(now);
        while (settleStep(DAY)) {
            assertThat(closing()).isNotNull();
        }
        while ((Boolean) correct(1_000).get("more")) {
            assertThat(marks()).isPositive();
        }
        while ((Boolean) retype(1_000).get("more")) {
            assertThat(closing()).isNotNull();
        }
    }

    void close(Instant now) throws SQLException {
        close(database.connection(), now);
    }

    static Instant close(Connection connection, Instant now) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT close_windows('" + now + "', '0 s')")) {
            result.next();
            return result.getTimestamp(1).toInstant();
        }
    }

    boolean settleStep(int seconds) throws Exception {
        return (Boolean) settleStep(database.connection(), seconds).get("more");
    }

    static Map<String, Object> settleStep(Connection connection, int seconds) throws Exception {
        return new NamedStatement("settle-windows.sql")
                .query(connection, Map.of("spanSeconds", (long) seconds))
                .get(0);
    }

    Map<String, Object> correct(int most) throws Exception {
        return database.query("settle-marked-windows.sql", Map.of("most", most)).get(0);
    }

    /** @param most a device counts as 100 windows and those that it has */
    Map<String, Object> retype(int most) throws Exception {
        return database.query("settle-retyped-windows.sql", Map.of("most", most))
                .get(0);
    }

    void store(String device, Instant from, double... values) throws Exception {
        for (double value : values) {
            insert(device, "m", from, ++sequence, value);
        }
    }

    int insert(String device, String metric, Instant time, long sequence, double value) throws Exception {
        return insert(new String[] {device}, metric, new Instant[] {time}, new long[] {sequence}, new double[] {value});
    }

    int insert(String[] devices, String metric, Instant[] times, long[] sequences, double[] values) throws Exception {
        return insert(database.connection(), devices, metric, times, sequences, values);
    }

    static int insert(
            Connection connection, String[] devices, String metric, Instant[] times, long[] sequences, double[] values)
            throws Exception {
        int size = devices.length;
        Map<String, Object> columns = new HashMap<>();
        columns.put("tenants", Collections.nCopies(size, "acme").toArray(String[]::new));
        columns.put("devices", devices);
        columns.put("metrics", Collections.nCopies(size, metric).toArray(String[]::new));
        columns.put(
                "timestamps",
                Arrays.stream(times)
                        .mapToLong(time -> time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000)
                        .toArray());
        columns.put("sequences", sequences);
        columns.put("values", values);
        columns.put("units", Collections.nCopies(size, "").toArray(String[]::new));
        columns.put("qualities", new short[size]);
        Map<String, Object> batch = BatchToStore.of(columns);
        // a partition of its own, as every consumer has: sessions wait for each other at nothing but the windows
        int[] partition = {PARTITIONS.getAndIncrement()};
        batch.put("parts", partition);
        batch.put("partitions", partition);
        return (Integer) new NamedStatement("store-batch.sql")
                .query(connection, batch)
                .get(0)
                .get("stored");
    }

    Instant closing() throws SQLException {
        return ((Timestamp) database.value("SELECT closing_until FROM window_state")).toInstant();
    }

    long marks() throws SQLException {
        return (Long) database.value("SELECT count(*) FROM window_marks");
    }

    List<Map<String, Object>> windows(String condition) throws SQLException {
        return database.rows("SELECT * FROM windows WHERE " + condition + " ORDER BY device_id, width, start, metric");
    }
}
