package io.caravan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.simulator.FamilyName;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OracleTest {

    private static final int DEVICES = 3;
    private static final int MESSAGES = 300;
    private static final long START = 1_795_220_356_227_000L;

    private final Workload workload = new Workload(FamilyName.ENVIRONMENT, "r1", DEVICES);
    private final Journal journal = new Journal(DEVICES, 4);
    private final Oracle oracle = new Oracle(workload, journal, 30);

    OracleTest() {
        for (int message = 0; message < MESSAGES; message++) {
            journal.append(START + message * 1000L, 1);
            if (message != 200) {
                journal.lastChunk().acknowledge(journal.lastIndex());
            }
        }
    }

    @Test
    void aFaithfulDatabasePasses() {
        storeAllBut(-1, -1);
        assertThat(oracle.verdict()).isEqualTo(new Verdict(300, 299, 300, 0, 0, 0, 0));
        assertThat(oracle.verdict().pass()).isTrue();
        assertThat(oracle.latency().getTotalCount()).isEqualTo(270);
        assertThat(oracle.latency().getMaxValue()).isBetween(5000L, 5010L);
        assertThat(oracle.lastCommit()).isEqualTo(START + 299_000 + 5000);
    }

    @Test
    void oneMissingReadingMakesItsMessageLost() {
        storeAllBut(77, 2);
        assertThat(oracle.verdict()).isEqualTo(new Verdict(300, 299, 299, 1, 0, 0, 0));
        assertThat(oracle.verdict().pass()).isFalse();
    }

    @Test
    void aMessageThatWasNeverAcknowledgedIsNotLost() {
        storeAllBut(200, 0);
        assertThat(oracle.verdict()).isEqualTo(new Verdict(300, 299, 299, 0, 0, 0, 0));
    }

    @Test
    void aSecondRowOfAReadingIsADuplicate() {
        storeAllBut(-1, -1);
        store(10, 1);
        store(10, 1);
        assertThat(oracle.verdict()).isEqualTo(new Verdict(300, 299, 300, 0, 2, 0, 0));
    }

    @Test
    void aWrongValueANullOrAWrongUnitIsAltered() {
        storeAllBut(10, 1);
        row(10, 1, timestamp(10), value(10, 1) + 0.1, true);
        assertThat(oracle.verdict()).isEqualTo(new Verdict(300, 299, 300, 0, 0, 1, 0));

        row(10, 1, timestamp(10), Double.NaN, true);
        row(10, 1, timestamp(10), value(10, 1), false);
        assertThat(oracle.verdict().altered()).isEqualTo(3);
    }

    @Test
    void aTimestampThatLostItsMicrosecondsIsAltered() {
        storeAllBut(10, 1);
        row(10, 1, timestamp(10) - 7, value(10, 1), true);
        assertThat(oracle.verdict()).isEqualTo(new Verdict(300, 299, 300, 0, 0, 1, 0));
    }

    @Test
    void aRowThatNobodySentIsInvented() {
        storeAllBut(-1, -1);
        oracle.row(-1, 0, timestamp(10), 1, true, 0);
        oracle.row(0, -1, timestamp(10), 1, true, 0);
        row(10, 1, timestamp(10) + 3_600_000_000L, -1, true);
        assertThat(oracle.verdict()).isEqualTo(new Verdict(300, 299, 300, 0, 0, 0, 3));
    }

    @Test
    void devicesMetricsAndUnitsAreKnownByTheirBytes() {
        assertThat(deviceNumber("bench-r1-0002")).isEqualTo(2);
        assertThat(deviceNumber("bench-r1-0003")).isEqualTo(-1);
        assertThat(deviceNumber("bench-r1-00x2")).isEqualTo(-1);
        assertThat(deviceNumber("bench-r2-0002")).isEqualTo(-1);
        assertThat(deviceNumber("bench-r1-00002")).isEqualTo(-1);
        byte[] humidity = "humidity".getBytes(StandardCharsets.UTF_8);
        assertThat(workload.metricNumber(humidity, 0, 8)).isEqualTo(2);
        assertThat(workload.metricNumber(humidity, 0, 7)).isEqualTo(-1);
        byte[] unit = "%RH".getBytes(StandardCharsets.UTF_8);
        assertThat(workload.unitIs(2, unit, 0, 3)).isTrue();
        assertThat(workload.unitIs(2, unit, 0, 1)).isFalse();
        assertThat(workload.unitIs(1, unit, 0, 3)).isFalse();
    }

    @Test
    void aDeviceNeverUsesATimestampTwice() {
        Journal building = new Journal(2, 2);
        assertThat(building.append(5_000_100, 1000)).isEqualTo(5_000_000);
        assertThat(building.append(5_000_200, 1000)).isEqualTo(5_000_000);
        assertThat(building.append(5_000_300, 1000)).isEqualTo(5_001_000);
        assertThat(building.append(5_000_400, 1000)).isEqualTo(5_001_000);
        assertThat(building.append(5_900_000, 1000)).isEqualTo(5_900_000);
        assertThat(building.countOf(0)).isEqualTo(3);
        assertThat(building.countOf(1)).isEqualTo(2);
        assertThat(building.find(0, 5_001_000)).isEqualTo(1);
        assertThat(building.find(0, 5_002_000)).isEqualTo(-3);
    }

    @Test
    void theReadingsOfAPackAreFoundByTheirOwnTimes() {
        Workload packs = new Workload(FamilyName.SENML, "r1", 2);
        Journal sent = new Journal(2, packs.readings());
        long[] times = new long[4];
        for (int message = 0; message < times.length; message++) {
            times[message] =
                    sent.append(START + message * 1_000_000L, packs.template().resolution());
            sent.lastChunk().acknowledge(sent.lastIndex());
        }
        Oracle judge = new Oracle(packs, sent, 0);
        for (int message = 0; message < times.length; message++) {
            for (int reading = 0; reading < packs.readings(); reading++) {
                if (message == 2 && reading == 777) {
                    continue; // lost
                }
                double value = packs.template().value(reading, message % 2, message / 2);
                boolean bent = message == 3 && reading == 5;
                judge.row(message % 2, reading % 4, times[message] - reading / 4 * 4_000L, bent ? -1 : value, true, 0);
            }
        }
        judge.row(0, 1, times[0], packs.template().value(1, 0, 0), true, 0); // once more
        judge.row(0, 1, times[0] - 1, packs.template().value(1, 0, 0), true, 0);

        assertThat(judge.verdict()).isEqualTo(new Verdict(4, 4, 3, 1, 1, 1, 1));
    }

    @Test
    void arrivalsOnTheEnrichedTopicAreMatchedWithTheJournal() {
        Arrivals arrivals = new Arrivals(workload);
        byte[] time = new byte[Rfc3339.LENGTH];
        Rfc3339.write(time, 0, timestamp(40));
        String message = "{\"tenant_id\":\"bench\",\"device_id\":\"" + workload.deviceId(40 % DEVICES)
                + "\",\"event_type\":\"telemetry\",\"timestamp\":\"" + new String(time, StandardCharsets.US_ASCII)
                + "\"}";
        arrivals.note(message.getBytes(StandardCharsets.UTF_8), timestamp(40) + 12_000);
        arrivals.note(message.replace("bench-r1", "bench-r2").getBytes(StandardCharsets.UTF_8), timestamp(40) + 99_000);
        arrivals.note("{}".getBytes(StandardCharsets.UTF_8), 0);
        assertThat(arrivals.latency(journal, 0).getTotalCount()).isOne();
        assertThat(arrivals.latency(journal, 0).getMaxValue()).isBetween(12_000L, 12_010L);
        assertThat(arrivals.latency(journal, 41).getTotalCount()).isZero();
    }

    private void storeAllBut(int message, int metric) {
        for (int i = MESSAGES - 1; i >= 0; i--) {
            for (int reading = 0; reading < workload.readings(); reading++) {
                if (i != message || reading != metric) {
                    store(i, reading);
                }
            }
        }
    }

    private void store(int message, int metric) {
        row(message, metric, timestamp(message), value(message, metric), true);
    }

    private void row(int message, int metric, long timestamp, double value, boolean unit) {
        oracle.row(message % DEVICES, metric, timestamp, value, unit, timestamp(message) + 5000);
    }

    private double value(int message, int metric) {
        return workload.template().value(metric, message % DEVICES, message / DEVICES);
    }

    private long timestamp(int message) {
        return journal.timestamp(message);
    }

    private int deviceNumber(String id) {
        byte[] bytes = ("--" + id).getBytes(StandardCharsets.UTF_8);
        return workload.deviceNumber(bytes, 2, bytes.length - 2);
    }
}
