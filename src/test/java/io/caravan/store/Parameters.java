package io.caravan.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Parameters of the statements of {@code sql/}, as the routes give them. */
final class Parameters {

    static final long NOW = micros(Instant.now().truncatedTo(ChronoUnit.MICROS));

    private Parameters() {}

    static Map<String, Object> readings(String metric, long time, long sequence, double value) {
        return readings(new String[] {metric}, new long[] {time}, new long[] {sequence}, new double[] {value});
    }

    static Map<String, Object> readings(String[] metrics, long[] times, long[] sequences, double[] values) {
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

    static Map<String, Object> events(long[] times, long[] sequences, String[] bodies) {
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

    /** One message; a smart meter may be silent for 30 seconds, everything else for 10. */
    static Map<String, Object> status(long received, long time, long sequence, boolean online) {
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

    static Map<String, Object> presence(long time) {
        return status(time, time, 1, true);
    }

    static Map<String, Object> trends(long[] times, long[] sequences) {
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

    static Map<String, Object> asked(String tenant, int cap, String... devices) {
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

    static Map<String, Object> deadLetter(long[] offsets, long[] failed, String... reasons) {
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

    static Map<String, Object> retention(String readings, String events, String deadLetters) {
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

    static Map<String, Object> with(Map<String, Object> batch, String name, Object value) {
        Map<String, Object> changed = new HashMap<>(batch);
        changed.put(name, value);
        return changed;
    }

    static double[] filled(int rows, double number) {
        double[] column = new double[rows];
        Arrays.fill(column, number);
        return column;
    }

    static String[] filled(int rows, String text) {
        String[] column = new String[rows];
        Arrays.fill(column, text);
        return column;
    }

    static long micros(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000), time.getNano() / 1000);
    }
}
