package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At rest the table of windows equals the SELECT over the readings, whatever came, and in which order. */
class SettledWindowsTest extends WindowsTable {

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
        int second = 0;
        for (int day : new int[] {0, 1, 1, 40, 20_000}) {
            store("a", Instant.parse("1971-01-01T00:00:00Z").plusSeconds((long) day * DAY + second++), day);
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
    void whateverComesItIsTheSelectOverTheReadings() throws Exception {
        for (int seed = 0; seed < 5; seed++) {
            beginAnew();
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
}
