package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caravan.oracle.WindowProof;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At rest the table of windows equals the SELECT over the readings, whatever came, in which order, and whatever broke. */
class SettledWindowsTest {

    private static final AtomicInteger PARTITIONS = new AtomicInteger();

    /** A full quarter of an hour, so that windows of all widths begin. */
    private static final Instant T = Instant.parse("2026-11-21T10:00:00Z");

    private static final int DAY = 86_400;

    private static String url;

    private Connection connection;
    private long sequence;

    @BeforeAll
    static void migrate() throws Exception {
        url = Postgres.migratedDatabase();
    }

    @BeforeEach
    void connect() throws Exception {
        connection = Postgres.connect(url);
        run(
                """
                TRUNCATE devices;
                TRUNCATE readings, windows, window_marks, window_widths, window_types, window_retyped;
                DELETE FROM window_state;
                INSERT INTO window_state DEFAULT VALUES""");
        configure(60, 300, 900);
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @Test
    void aWindowTellsWhatItsReadingsAre() throws Exception {
        settleAt(T);
        store("a", T.plusSeconds(59), 4, 1);
        store("a", T, 1, 2);

        settleAt(T.plusSeconds(60));

        assertThat(windows("width = 60")).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("tenant_id", "acme")
                .containsEntry("device_id", "a")
                .containsEntry("metric", "m")
                .containsEntry("count", 4L)
                .containsEntry("sum", 8.0)
                .containsEntry("avg", 2.0)
                .containsEntry("min", 1.0)
                .containsEntry("max", 4.0)
                .containsEntry("first", 1.0)
                .containsEntry("last", 1.0)
                .containsEntry("stddev", Math.sqrt(2)));
    }

    @Test
    void widerWindowsAreSettledWhenTheyHaveEnded() throws Exception {
        settleAt(T);
        for (int minute = 0; minute < 16; minute++) {
            store("a", T.plusSeconds(60L * minute + 7), minute);
        }

        settleAt(T.plusSeconds(60 * 14));
        assertThat(windows("width = 300")).hasSize(2);
        assertThat(windows("width = 900")).isEmpty();

        settleAt(T.plusSeconds(60 * 15));
        assertThat(windows("width = 300")).hasSize(3);
        assertThat(windows("width = 900")).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("count", 15L)
                .containsEntry("first", 0.0)
                .containsEntry("last", 14.0));
        assertThatWindowsAreRight();
    }

    @Test
    void theWindowOfADeviceThatFellSilentIsSettledAsWell() throws Exception {
        store("silent", T.plusSeconds(3), 1);

        settleAt(T.plus(Duration.ofHours(1)));

        assertThat(windows("device_id = 'silent'")).hasSize(3);
    }

    @Test
    void onlyReadingsWithAValueCount() throws Exception {
        store("a", T, Double.NaN, 5, Double.NaN);
        store("b", T, Double.NaN);

        settleAt(T.plusSeconds(60));

        assertThat(windows("width = 60")).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("device_id", "a")
                .containsEntry("count", 1L)
                .containsEntry("stddev", null));
    }

    @Test
    void aThousandReadingsOfOneMomentAreInTheOrderOfTheirSequence() throws Exception {
        List<double[]> readings = new ArrayList<>();
        IntStream.range(0, 1_000).forEach(i -> readings.add(new double[] {i - 500, i}));
        Collections.shuffle(readings, new Random(1));
        for (double[] reading : readings) {
            insert("a", "m", T.plusSeconds(1), (long) reading[0], reading[1]);
        }

        settleAt(T.plusSeconds(60));

        assertThat(windows("width = 60")).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("count", 1_000L)
                .containsEntry("first", 0.0)
                .containsEntry("last", 999.0));
        assertThatWindowsAreRight();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 61, 3_600, 40 * DAY, 56L * 365 * DAY})
    void aLateReadingIsInItsWindowsAfterTheNextPass(long secondsLate) throws Exception {
        store("a", T.plusSeconds(30), 1);
        Instant now = T.plusSeconds(960);
        settleAt(now);
        Instant late = now.minusSeconds(secondsLate);

        store("a", late, 7);
        assertThat(marks()).isEqualTo(1);
        settleAt(now);

        assertThat(marks()).isZero();
        assertThat(windows("width = 60 AND max = 7")).hasSize(1);
        assertThatWindowsAreRight();
    }

    /** The statement of docs/operations.md for windows that were left wrong. */
    @Test
    void windowsThatAreWrongAreRightOnceTheirDayIsMarked() throws Exception {
        store("a", T.plusSeconds(30), 1, 2, 3);
        store("b", T.plusSeconds(90), 4);
        Instant now = T.plusSeconds(960);
        settleAt(now);
        run("UPDATE windows SET count = 1, sum = 1 WHERE device_id = 'a'");
        run("DELETE FROM windows WHERE device_id = 'b'");

        String docs = Files.readString(Path.of("docs", "operations.md"));
        String statement = docs.substring(docs.indexOf("INSERT INTO window_marks"));
        run(statement
                .substring(0, statement.indexOf(';'))
                .replace("2026-11-20Z", T.minusSeconds(DAY).toString())
                .replace("2026-11-21Z", T.plusSeconds(DAY).toString()));
        settleAt(now);

        assertThatWindowsAreRight();
    }

    @Test
    void aDuplicateChangesNothingAndLeavesNoMark() throws Exception {
        insert("a", "m", T, 1, 5);
        settleAt(T.plusSeconds(60));
        List<Map<String, Object>> before = windows("true");

        assertThat(insert("a", "m", T, 1, 5)).isZero();

        assertThat(marks()).isZero();
        settleAt(T.plusSeconds(60));
        assertThat(windows("true")).isEqualTo(before);
    }

    @Test
    void aLateReadingBesideADuplicateLeavesAMark() throws Exception {
        insert("a", "m", T, 1, 5);
        settleAt(T.plusSeconds(60));

        insert(new String[] {"a", "b"}, "m", new Instant[] {T, T}, new long[] {1, 1}, new double[] {5, 6});

        assertThat(strings("SELECT device_id FROM window_marks")).containsExactly("b");
        settleAt(T.plusSeconds(60));
        assertThatWindowsAreRight();
    }

    @Test
    void aReadingAheadOfTheClockWaitsForItsTime() throws Exception {
        store("a", T.plusSeconds(600), 1);

        settleAt(T.plusSeconds(60));
        assertThat(windows("true")).isEmpty();
        assertThat(marks()).isZero();

        settleAt(T.plusSeconds(660));
        assertThat(windows("width = 60")).hasSize(1);
    }

    @Test
    void aClockThatJumpsBackOpensNoWindowAgain() throws Exception {
        settleAt(T.plusSeconds(600));

        settleAt(T);
        assertThat(closing()).isEqualTo(T.plusSeconds(600));
        store("a", T.plusSeconds(30), 1);
        settleAt(T);

        assertThat(windows("width = 60")).hasSize(1);
        assertThatWindowsAreRight();
    }

    @Test
    void aClockThatJumpsAheadCostsWorkButNothingElse() throws Exception {
        settleAt(T);
        settleAt(T.plus(Duration.ofDays(400)));

        for (int second = 0; second < 600; second += 7) {
            store("a", T.plusSeconds(second), second);
            settleAt(T.plusSeconds(second));
        }

        assertThat(windows("width = 60")).hasSize(10);
        assertThatWindowsAreRight();
    }

    @Test
    void aDatabaseWithOldReadingsIsSettledFromTheOldestOnInSmallSteps() throws Exception {
        for (int day : new int[] {0, 1, 1, 40, 20_000}) {
            store("a", Instant.parse("1971-01-01T00:00:00Z").plusSeconds((long) day * DAY + sequence), day);
        }
        close(T);

        int steps = 1;
        while (settleStep(DAY)) {
            steps++;
        }

        assertThat(steps).as("gaps are leapt over").isBetween(3, 20);
        assertThat(windows("width = 60")).hasSize(4);
        assertThatWindowsAreRight();
    }

    @Test
    void aWidthThatIsAddedIsMadeOfThePast() throws Exception {
        store("a", T.plusSeconds(1), 1);
        store("a", T.plusSeconds(601), 2);
        settleAt(T.plus(Duration.ofHours(2)));

        configure(60, 300, 900, 3_600);
        settleAt(T.plus(Duration.ofHours(2)));

        assertThat(windows("width = 3600")).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("count", 2L));
        assertThatWindowsAreRight(60, 300, 900, 3_600);
    }

    @Test
    void aSmallerSmallestWidthMakesAllOfThemAgain() throws Exception {
        store("a", T.plusSeconds(1), 1, 5);
        settleAt(T.plusSeconds(3_600));
        store("a", T.plusSeconds(31), 2);

        configure(30, 300);
        settleAt(T.plusSeconds(3_600));
        store("a", T.plusSeconds(32), 9);
        settleAt(T.plusSeconds(3_600));

        assertThat(windows("width = 30")).hasSize(2);
        assertThatWindowsAreRight(30, 300);
    }

    @Test
    void aLargerSmallestWidthMakesAllOfThemAgain() throws Exception {
        store("a", T.plusSeconds(1), 1, 5);
        settleAt(T.plusSeconds(420));

        configure(300, 900);
        store("a", T.plusSeconds(301), 1);
        settleAt(T.plusSeconds(480));
        assertThat(windows("width = 300")).hasSize(1);
        settleAt(T.plusSeconds(900));

        assertThatWindowsAreRight(300, 900);
    }

    @Test
    void aWidthThatLeavesTakesItsWindowsWithItAndCanBeMadeAgain() throws Exception {
        store("a", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(900));
        assertThat(windows("width = 900")).hasSize(1);

        configure(60, 300);
        settleAt(T.plusSeconds(900));

        assertThat(windows("width = 900")).isEmpty();
        assertThat(query("SELECT width FROM window_widths ORDER BY 1"))
                .extracting("width")
                .containsExactly(60, 300);
        configure(60, 300, 900);
        settleAt(T.plusSeconds(900));
        assertThat(windows("width = 900")).hasSize(1);
        assertThatWindowsAreRight();
    }

    @Test
    void aDeviceHasTheWindowsOfItsType() throws Exception {
        device("t-meter", "meter");
        device("t-other", "other");
        configure(Map.of("meter", List.of(60, 3_600)), 60, 300, 900);
        for (String device : List.of("t-meter", "t-other", "t-unregistered")) {
            store(device, T.plusSeconds(1), 1, 2);
            store(device, T.plusSeconds(901), 3);
        }
        settleAt(T.plusSeconds(3_600));
        store("t-meter", T.plusSeconds(2), 4);
        store("t-other", T.plusSeconds(2), 4);
        settleAt(T.plusSeconds(3_600));

        assertThat(widthsOf("t-meter")).containsExactly(60, 3_600);
        assertThat(widthsOf("t-other")).containsExactly(60, 300, 900);
        assertThat(widthsOf("t-unregistered")).containsExactly(60, 300, 900);
        assertThat(windows("width = 3600")).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("count", 4L));
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void aTypeThatGainsAndLosesWidthsHasTheWindowsOfThePastAsWell() throws Exception {
        device("t-meter", "meter");
        device("t-other", "other");
        store("t-meter", T.plusSeconds(1), 1);
        store("t-other", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(3_600));

        configure(Map.of("meter", List.of(60, 300, 3_600)), 60, 300, 900);
        settleAt(T.plusSeconds(3_600));

        assertThat(widthsOf("t-meter")).containsExactly(60, 300, 3_600);
        assertThat(widthsOf("t-other")).containsExactly(60, 300, 900);
        // changes nothing that is settled: nothing is computed again
        configure(Map.of("meter", List.of(60, 300, 3_600), "new", List.of(60, 300, 900)), 60, 300, 900);
        assertThat(query("SELECT FROM window_widths WHERE settled_until IS NULL"))
                .isEmpty();
        configure(60, 300, 900);
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-meter")).containsExactly(60, 300, 900);
        assertThat(windows("width = 3600")).isEmpty();
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void aDeviceOfAnotherTypeGetsTheWindowsOfThat() throws Exception {
        device("t-a", "meter");
        configure(Map.of("meter", List.of(60, 3_600)), 60, 300);
        store("t-a", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(3_600));

        run("UPDATE devices SET device_type = 'other'");
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-a")).containsExactly(60, 300);

        run("UPDATE devices SET device_type = 'meter'");
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-a")).containsExactly(60, 3_600);

        run("DELETE FROM devices");
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-a")).containsExactly(60, 300);

        device("t-a", "meter");
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-a")).containsExactly(60, 3_600);
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void windowsWhoseReadingsHaveGoneStayWhateverWidthsTheirTypeHas() throws Exception {
        device("t-a", "meter");
        store("t-a", daysAgo(12), 1);
        store("t-a", daysAgo(8), 1);
        settleAt(Instant.now());
        retainReadings("10d");

        configure(Map.of("meter", List.of(60, 300, 3_600)), 60, 300, 900);
        settleAt(Instant.now());

        assertThat(windows("start < now() - interval '11 days'"))
                .extracting("width")
                .containsExactly(60, 300, 900);
        assertThat(windows("start > now() - interval '11 days'"))
                .extracting("width")
                .containsExactly(60, 300, 3_600);
    }

    @Test
    void whateverTypesDoTheirWindowsAreTheSelectOverTheReadings() throws Exception {
        List<Integer> wider = List.of(120, 300, 600, 3_600);
        for (int seed = 0; seed < 4; seed++) {
            close();
            connect();
            Random random = new Random(seed);
            Instant now = T;
            for (int step = 0; step < 80; step++) {
                for (int reading = random.nextInt(6); reading > 0; reading--) {
                    long late = (long) Math.pow(random.nextInt(20), 3);
                    store("t-" + random.nextInt(6), now.minusSeconds(late), random.nextInt(1_000) / 7.0);
                }
                now = now.plusSeconds(random.nextInt(120));
                switch (random.nextInt(7)) {
                    case 0 ->
                        run("INSERT INTO devices VALUES ('acme', 't-" + random.nextInt(6) + "', '', 'type-"
                                + random.nextInt(3) + "') ON CONFLICT (tenant_id, device_id) DO UPDATE"
                                + " SET device_type = excluded.device_type");
                    case 1 -> run("DELETE FROM devices WHERE device_id = 't-" + random.nextInt(6) + "'");
                    case 2 ->
                        configure(
                                randomTypes(random, wider),
                                Stream.concat(Stream.of(60), randomWidths(random, wider).stream())
                                        .toArray(Integer[]::new));
                    case 3, 4, 5 -> {
                        close(now);
                        settleStep(random.nextInt(2) == 0 ? 60 : DAY);
                        correct(1 + random.nextInt(30));
                    }
                    default -> {}
                }
            }
            settleAt(now.plusSeconds(7_200));
            assertThatTypesHaveTheirWindows();
        }
    }

    private static Map<String, List<Integer>> randomTypes(Random random, List<Integer> wider) {
        Map<String, List<Integer>> types = new HashMap<>();
        for (int type = 0; type < 3; type++) {
            if (random.nextBoolean()) {
                List<Integer> widths = new ArrayList<>(List.of(60));
                widths.addAll(randomWidths(random, wider));
                types.put("type-" + type, widths);
            }
        }
        return types;
    }

    private static List<Integer> randomWidths(Random random, List<Integer> wider) {
        return wider.stream().filter(width -> random.nextBoolean()).toList();
    }

    private void device(String id, String type) throws SQLException {
        run("INSERT INTO devices VALUES ('acme', '" + id + "', '', '" + type + "')");
    }

    private List<Integer> widthsOf(String device) throws SQLException {
        return query("SELECT DISTINCT width FROM windows WHERE device_id = '" + device + "' ORDER BY 1").stream()
                .map(row -> (Integer) row.get("width"))
                .toList();
    }

    /** Of the devices whose names begin with t-. */
    private void assertThatTypesHaveTheirWindows() throws SQLException {
        WindowProof proof = new WindowProof(connection);
        assertThat(proof.wrong("t-")).isEmpty();
        assertThat(proof.marks("t-")).isZero();
        assertThat(query("SELECT DISTINCT width FROM windows WHERE width NOT IN (SELECT width FROM window_widths)"))
                .isEmpty();
        assertThat(query("SELECT FROM window_retyped")).isEmpty();
    }

    @Test
    void aWidthThatLeavesAndComesBackIsRightAgain() throws Exception {
        store("a", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(900));
        configure(60, 300);
        store("a", T.plusSeconds(2), 2);
        settleAt(T.plusSeconds(1_800));

        configure(60, 300, 900);
        settleAt(T.plusSeconds(1_800));

        assertThatWindowsAreRight();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.7e308", "-1.7e308", "Infinity", "1e200", "4.9e-324"})
    void extremeValuesStopNoOtherWindow(String extreme) throws Exception {
        double value = Double.parseDouble(extreme);
        store("extreme", T.plusSeconds(1), value, value, -value / 2, 3);
        store("extreme", T.plusSeconds(61), value);
        store("usual", T.plusSeconds(1), 1, 2);

        settleAt(T.plusSeconds(900));
        store("extreme", T.plusSeconds(62), value);
        settleAt(T.plusSeconds(900));

        assertThat(windows("device_id = 'usual'")).hasSize(3);
        assertThat(windows("device_id = 'extreme' AND width = 900"))
                .singleElement()
                .satisfies(window -> {
                    assertThat(window)
                            .containsEntry("count", 6L)
                            .containsEntry("first", value)
                            .containsEntry("last", value);
                    assertThat(window.get("sum") == null).isEqualTo(Math.abs(value) > 1e140);
                });
    }

    @Test
    void theSpreadOfLargeNumbersThatHardlyDifferIsExact() throws Exception {
        Random random = new Random(3);
        for (int second = 0; second < 900; second++) {
            store("a", T.plusSeconds(second), 1e9 + random.nextGaussian());
        }

        settleAt(T.plusSeconds(900));

        assertThatWindowsAreRight();
    }

    @Test
    void manyDevicesWithLateReadingsInOneWindowAreSettledTogether() throws Exception {
        settleAt(T.plusSeconds(900));
        for (int device = 0; device < 150; device++) {
            store("device-" + device, T.plusSeconds(30), device);
        }
        store("device-1", T.plusSeconds(90), 5);

        settleAt(T.plusSeconds(900));

        assertThat(windows("width = 60")).hasSize(151);
        assertThatWindowsAreRight();
    }

    @Test
    void moreMarksThanAPassTakesAreLeftToTheNext() throws Exception {
        settleAt(T.plusSeconds(900));
        for (int minute = 0; minute < 10; minute++) {
            store("a", T.plusSeconds(60L * minute), minute);
        }

        assertThat(correct(4)).containsEntry("marked", 4L).containsEntry("more", true);
        assertThat(marks()).isEqualTo(6);
        assertThat(correct(6)).containsEntry("marked", 6L).containsEntry("more", false);

        assertThat(marks()).isZero();
        assertThatWindowsAreRight();
    }

    @Test
    void aTransactionThatIsLostLeavesEverythingAsItWas() throws Exception {
        store("a", T.plusSeconds(1), 1);
        close(T.plusSeconds(60));
        connection.setAutoCommit(false);
        settleStep(DAY);
        assertThat(windows("true")).isNotEmpty();
        connection.rollback();
        assertThat(windows("true")).isEmpty();
        connection.setAutoCommit(true);
        settleAt(T.plusSeconds(60));
        assertThatWindowsAreRight();

        store("a", T.plusSeconds(2), 2);
        connection.setAutoCommit(false);
        correct(100);
        assertThat(marks()).isZero();
        connection.rollback();
        connection.setAutoCommit(true);
        assertThat(marks()).isEqualTo(1);
        settleAt(T.plusSeconds(60));
        assertThatWindowsAreRight();
    }

    @Test
    void aBatchThatIsLostTakesItsMarkWithIt() throws Exception {
        settleAt(T.plusSeconds(60));
        connection.setAutoCommit(false);
        store("a", T.plusSeconds(1), 1);
        connection.rollback();
        connection.setAutoCommit(true);

        assertThat(marks()).isZero();
    }

    @Test
    void closingWaitsForInsertsUnderWay() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection store = Postgres.connect(url)) {
            store.setAutoCommit(false);
            insert(store, new String[] {"a"}, "m", new Instant[] {T}, new long[] {1}, new double[] {1});

            Future<Instant> closed = other.submit(() -> {
                try (Connection closer = Postgres.connect(url)) {
                    return close(closer, T.plusSeconds(60));
                }
            });
            Awaitility.await().until(() -> !strings(
                            "SELECT 'waits' FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
                                    + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                    .isEmpty());
            assertThat(closing()).isEqualTo(Instant.EPOCH);
            store.commit();

            assertThat(closed.get()).isEqualTo(T.plusSeconds(60));
            assertThat(marks()).as("it was in time").isZero();
            settleAt(T.plusSeconds(60));
            assertThatWindowsAreRight();
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void anInsertThatBeganBeforeTheClosingAndTakesTheLockAfterItMarks() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection closer = Postgres.connect(url)) {
            closer.setAutoCommit(false);
            close(closer, T.plusSeconds(60));
            Future<Integer> stored = other.submit(() -> {
                try (Connection store = Postgres.connect(url)) {
                    return insert(store, new String[] {"a"}, "m", new Instant[] {T}, new long[] {1}, new double[] {1});
                }
            });
            Awaitility.await().until(() -> !strings(
                            "SELECT 'waits' FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
                                    + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                    .isEmpty());
            closer.commit();

            assertThat(stored.get()).isEqualTo(1);
            assertThat(marks()).isEqualTo(1);
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void whileOneSettlesAnotherPasses() throws Exception {
        store("a", T, 1);
        close(T.plusSeconds(60));
        try (Connection other = Postgres.connect(url)) {
            other.setAutoCommit(false);
            assertThat(settleStep(other, DAY)).containsEntry("written", 1L);

            assertThat(settleStep(connection, DAY))
                    .containsEntry("written", null)
                    .containsEntry("more", false);
            assertThat(new NamedStatement("settle-marked-windows.sql").query(connection, Map.of("most", 10)))
                    .isEmpty();
            other.commit();
        }
        assertThatWindowsAreRight();
    }

    @Test
    void whateverComesItIsTheSelectOverTheReadings() throws Exception {
        for (int seed = 0; seed < 5; seed++) {
            connect();
            Random random = new Random(seed);
            List<long[]> known = new ArrayList<>();
            Instant now = T;
            for (int batch = 0; batch < 60; batch++) {
                int size = 1 + random.nextInt(40);
                String[] devices = new String[size];
                Instant[] times = new Instant[size];
                long[] sequences = new long[size];
                double[] values = new double[size];
                for (int i = 0; i < size; i++) {
                    long[] reading = !known.isEmpty() && random.nextInt(4) == 0
                            ? known.get(random.nextInt(known.size()))
                            : new long[] {
                                random.nextInt(5),
                                now.toEpochMilli()
                                        + 60_000
                                        - (long) Math.pow(random.nextInt(100), 3 + random.nextInt(2)),
                                random.nextLong(),
                                random.nextInt(2_000_000) - 1_000_000
                            };
                    known.add(reading);
                    devices[i] = "device-" + reading[0];
                    times[i] = Instant.ofEpochMilli(reading[1]);
                    sequences[i] = reading[2];
                    values[i] = reading[3] % 17 == 0 ? Double.NaN : reading[3] / 7.0;
                }
                insert(devices, "m" + random.nextInt(3), times, sequences, values);
                now = now.plusSeconds(random.nextInt(90));
                if (random.nextInt(3) == 0) {
                    close(now);
                    settleStep(random.nextInt(2) == 0 ? 60 : DAY);
                    correct(1 + random.nextInt(30));
                }
            }
            settleAt(now.plusSeconds(3_600));
            assertThatWindowsAreRight();
        }
    }

    @Test
    void severalStoresAndSettlersAtOnceComeToTheSame() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int writer = 0; writer < 3; writer++) {
                int number = writer;
                work.add(() -> {
                    Random random = new Random(number);
                    try (Connection own = Postgres.connect(url)) {
                        for (int batch = 0; batch < 150; batch++) {
                            Instant time = T.plusSeconds(batch * 10L - random.nextInt(200));
                            insert(
                                    own,
                                    new String[] {"device-" + number, "shared"},
                                    "m",
                                    new Instant[] {time, T.plusSeconds(batch * 10L)},
                                    new long[] {batch, batch},
                                    new double[] {random.nextDouble(), batch});
                        }
                    }
                    return null;
                });
            }
            for (int settler = 0; settler < 2; settler++) {
                work.add(() -> {
                    try (Connection own = Postgres.connect(url)) {
                        for (int pass = 0; pass < 100; pass++) {
                            close(own, T.plusSeconds(pass * 15L));
                            settleStep(own, 60);
                            new NamedStatement("settle-marked-windows.sql").query(own, Map.of("most", 5));
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        settleAt(T.plusSeconds(3_600));
        assertThat(strings("SELECT DISTINCT device_id FROM windows")).hasSize(4);
        assertThatWindowsAreRight();
    }

    @Test
    void whatHasChangedIsSelectedUntilItIsPublished() throws Exception {
        store("a", T, 1);
        store("b", T, 2);
        settleAt(T.plusSeconds(60));

        List<Map<String, Object>> first = unpublished("one", 1);
        assertThat(first).hasSize(1);
        assertThat(unpublished("one", 10)).as("nothing was noted").hasSize(2);
        published("one", first.get(0).get("revision"));
        assertThat(unpublished("one", 10))
                .extracting("device_id")
                .doesNotContain(first.get(0).get("device_id"))
                .hasSize(1);
        published("one", unpublished("one", 10).get(0).get("revision"));
        assertThat(unpublished("one", 10)).isEmpty();

        settleAt(T.plusSeconds(60));
        assertThat(unpublished("one", 10)).as("nothing has changed").isEmpty();
        store("a", T, 3);
        settleAt(T.plusSeconds(60));
        assertThat(unpublished("one", 10)).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("count", 2L));
    }

    @Test
    void onePublishesUntilHisTurnIsOver() throws Exception {
        store("a", T, 1);
        settleAt(T.plusSeconds(60));
        assertThat(unpublished("one", 10)).hasSize(1);

        assertThat(unpublished("two", 10)).isEmpty();
        run("UPDATE window_state SET publishing_until = now() - interval '1 second'");
        assertThat(unpublished("two", 10)).hasSize(1);
        run("UPDATE window_state SET publishing_until = now() + interval '1 hour'");
        assertThat(unpublished("three", 10))
                .as("a turn of a clock that was ahead")
                .hasSize(1);
    }

    @Test
    void aLateReadingLeavesTheWindowsOfADayThatWasDropped() throws Exception {
        Instant dropped = daysAgo(12);
        store("a", dropped, 1, 3);
        store("a", daysAgo(8), 1, 3);
        settleAt(Instant.now());
        List<Map<String, Object>> before = windows("start < now() - interval '11 days'");
        assertThat(before).hasSize(3);

        retainReadings("10d");
        // as many as would have the whole window read, and one by itself
        for (int i = 0; i < 101; i++) {
            store("late-" + i, dropped.plusSeconds(2), 7);
        }
        store("a", dropped.plusSeconds(2), 7);
        store("a", dropped.plusSeconds(62), 7);
        store("a", daysAgo(8).plusSeconds(2), 7);
        settleAt(Instant.now());

        assertThat(windows("start < now() - interval '11 days'")).isEqualTo(before);
        assertThat(windows("start > now() - interval '11 days'")).hasSize(3).allSatisfy(window -> assertThat(window)
                .containsEntry("count", 3L));
        assertThat(marks()).isZero();
    }

    @Test
    void windowsOfAnotherSmallestWidthAreMadeOfWholeDaysOnly() throws Exception {
        store("a", daysAgo(12), 1, 3);
        store("a", daysAgo(8), 1, 3);
        settleAt(Instant.now());
        retainReadings("10d");
        store("a", daysAgo(12).plusSeconds(2), 7);

        configure(30, 300, 900);
        settleAt(Instant.now());

        assertThat(windows("width = 30")).hasSize(1);
        assertThat(windows("width = 300")).hasSize(2).allSatisfy(window -> assertThat(window)
                .containsEntry("count", 2L));
    }

    @Test
    void retentionDropsTheWindowsOfWholeDaysAndNoneComesBack() throws Exception {
        Instant dropped = daysAgo(12);
        store("a", dropped, 1);
        store("a", dropped.plusSeconds(60), 1);
        store("a", daysAgo(8), 1);
        settleAt(Instant.now());

        assertThat(dropWindows("off", 100)).isZero();
        assertThat(dropWindows("10d", 3)).isEqualTo(3);
        assertThat(dropWindows("10d", 3)).isEqualTo(1);
        assertThat(dropWindows("10d", 3)).isZero();
        store("a", dropped.plusSeconds(2), 7);
        settleAt(Instant.now());

        assertThat(windows("true")).hasSize(3).allSatisfy(window -> assertThat(window)
                .containsEntry("count", 1L));
    }

    @Test
    void retentionWaitsForWhoIsSettling() throws Exception {
        store("a", daysAgo(12), 1);
        close(Instant.now());
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection settler = Postgres.connect(url)) {
            settler.setAutoCommit(false);
            settleStep(settler, DAY);
            Future<Long> dropped = other.submit(() -> dropWindows("10d", 100));
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> waitsForLock(settler));
            settler.commit();
            assertThat(dropped.get()).isPositive();
        } finally {
            other.shutdownNow();
        }
    }

    private static boolean waitsForLock(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet locks =
                        statement.executeQuery("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")) {
            return locks.next();
        }
    }

    /** Ten o'clock of a day in the past, UTC. */
    private static Instant daysAgo(int days) {
        return Instant.now()
                .truncatedTo(ChronoUnit.DAYS)
                .minus(Duration.ofDays(days))
                .plus(Duration.ofHours(10));
    }

    private void retainReadings(String keep) throws SQLException {
        query("SELECT drop_partitions_older_than('readings', '" + keep + "')");
    }

    private long dropWindows(String keep, int most) throws SQLException {
        return (Long) query("SELECT drop_windows_older_than(nullif('%s', 'off')::interval, %d) AS windows"
                        .formatted(keep, most))
                .get(0)
                .get("windows");
    }

    private void assertThatWindowsAreRight() throws SQLException {
        assertThatWindowsAreRight(60, 300, 900);
    }

    /** Every ended window is there as the readings say, and no other. */
    private void assertThatWindowsAreRight(int... widths) throws SQLException {
        assertThat(marks()).isZero();
        for (int width : widths) {
            String start = "date_bin('" + width + " s', ts, '1970-01-01 00:00:00Z')";
            List<Map<String, Object>> expected = query("SELECT tenant_id, device_id, metric, " + start + " AS start,"
                    + " count(value) AS count, sum(value) AS sum, avg(value) AS avg, min(value) AS min, max(value) AS max,"
                    + " stddev_samp(value) AS stddev, (array_agg(value ORDER BY ts, seq))[1] AS first,"
                    + " (array_agg(value ORDER BY ts DESC, seq DESC))[1] AS last, sum(abs(value)) AS magnitude"
                    + " FROM readings WHERE value IS NOT NULL AND ts < date_bin('" + width
                    + " s', (SELECT closing_until FROM window_state), '1970-01-01 00:00:00Z')"
                    + " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4");
            List<Map<String, Object>> actual = query(
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

    private void configure(Integer... widths) throws Exception {
        configure(Map.of(), widths);
    }

    /** @param ofTypes the widths of types that have their own */
    private void configure(Map<String, List<Integer>> ofTypes, Integer... widths) throws Exception {
        List<String> types = new ArrayList<>();
        List<Integer> typeWidths = new ArrayList<>();
        ofTypes.forEach((type, own) -> own.forEach(width -> {
            types.add(type);
            typeWidths.add(width);
        }));
        new NamedStatement("configure-windows.sql")
                .query(
                        connection,
                        Map.of(
                                "widths", widths,
                                "types", types.toArray(String[]::new),
                                "typeWidths", typeWidths.toArray(Integer[]::new)));
    }

    /** What the route does at a moment, until nothing is left to do. */
    private void settleAt(Instant now) throws Exception {
        close(now);
        while (settleStep(DAY)) {
            assertThat(closing()).isNotNull();
        }
        while ((Boolean) correct(1_000).get("more")) {
            assertThat(marks()).isPositive();
        }
    }

    private void close(Instant now) throws SQLException {
        close(connection, now);
    }

    private static Instant close(Connection connection, Instant now) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT close_windows('" + now + "', '0 s')")) {
            result.next();
            return result.getTimestamp(1).toInstant();
        }
    }

    private boolean settleStep(int seconds) throws Exception {
        return (Boolean) settleStep(connection, seconds).get("more");
    }

    private static Map<String, Object> settleStep(Connection connection, int seconds) throws Exception {
        return new NamedStatement("settle-windows.sql")
                .query(connection, Map.of("spanSeconds", (long) seconds))
                .get(0);
    }

    private Map<String, Object> correct(int most) throws Exception {
        return new NamedStatement("settle-marked-windows.sql")
                .query(connection, Map.of("most", most))
                .get(0);
    }

    private List<Map<String, Object>> unpublished(String publisher, int rows) throws Exception {
        return new NamedStatement("select-unpublished-windows.sql")
                .query(connection, Map.of("publisher", publisher, "rows", rows)).stream()
                        .filter(window -> window.get("width").equals(60))
                        .toList();
    }

    private void published(String publisher, Object revision) throws Exception {
        new NamedStatement("published-windows.sql")
                .update(connection, Map.of("publisher", publisher, "revision", revision));
    }

    private void store(String device, Instant from, double... values) throws Exception {
        for (double value : values) {
            insert(device, "m", from, ++sequence, value);
        }
    }

    private int insert(String device, String metric, Instant time, long sequence, double value) throws Exception {
        return insert(new String[] {device}, metric, new Instant[] {time}, new long[] {sequence}, new double[] {value});
    }

    private int insert(String[] devices, String metric, Instant[] times, long[] sequences, double[] values)
            throws Exception {
        return insert(connection, devices, metric, times, sequences, values);
    }

    private static int insert(
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

    private Instant closing() throws SQLException {
        return ((java.sql.Timestamp)
                        query("SELECT closing_until FROM window_state").get(0).get("closing_until"))
                .toInstant();
    }

    private long marks() throws SQLException {
        return (Long) query("SELECT count(*) AS marks FROM window_marks").get(0).get("marks");
    }

    private List<Map<String, Object>> windows(String condition) throws SQLException {
        return query("SELECT * FROM windows WHERE " + condition + " ORDER BY device_id, width, start, metric");
    }

    private List<String> strings(String sql) throws SQLException {
        return query(sql).stream()
                .map(row -> (String) row.values().iterator().next())
                .toList();
    }

    private List<Map<String, Object>> query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return NamedStatement.rows(result);
        }
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
