package io.caravan.store;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Parameters of {@code store-batch.sql} and {@code count-refused.sql}, completed by what a test leaves out. */
final class BatchToStore {

    private BatchToStore() {}

    /** A batch of given rows: all readings, and all events, are of one message. */
    static Map<String, Object> of(Map<String, Object> rows) {
        Map<String, Object> batch = messages(0);
        Object readings = rows.get("metrics");
        batch.put("messages", numbers(readings instanceof String[] metrics ? metrics.length : 0));
        batch.putAll(rows);
        return batch;
    }

    /** A batch without rows: messages of one tenant at these offsets of partition 0, which were the same on iot.raw. */
    static Map<String, Object> messages(long... offsets) {
        String[] none = {};
        Map<String, Object> batch = new HashMap<>();
        for (String name : new String[] {
            "tenants",
            "devices",
            "metrics",
            "units",
            "eventTenants",
            "eventDevices",
            "eventKinds",
            "eventBodies",
            "idTenants",
            "ids"
        }) {
            batch.put(name, none);
        }
        for (String name : new String[] {"timestamps", "sequences", "eventTimestamps", "eventSequences"}) {
            batch.put(name, new long[0]);
        }
        batch.put("values", new double[0]);
        batch.put("qualities", new short[0]);
        batch.put("messages", new int[0]);
        batch.put("eventMessages", new int[0]);
        batch.put("idMessages", new int[0]);
        String[] owners = new String[offsets.length];
        Arrays.fill(owners, "acme");
        batch.put("topic", "iot.enriched");
        batch.put("parts", new int[] {0});
        batch.put("starts", new long[] {LongStream.of(offsets).min().orElse(0)});
        batch.put("ends", new Long[] {null});
        batch.put("turnPartitions", new int[] {0});
        batch.put("turnEpochs", new int[] {0});
        batch.put("turnOffsets", new long[] {LongStream.of(offsets).min().orElse(0)});
        batch.put("partitions", new int[offsets.length]);
        batch.put("offsets", offsets);
        batch.put("losses", new long[offsets.length]);
        batch.put("owners", owners);
        batch.put("originPartitions", new int[offsets.length]);
        batch.put("originOffsets", offsets);
        batch.put("replayed", new long[0]);
        batch.put("replayNumbers", new int[0]);
        return batch;
    }

    /** Messages, each with one reading; the same number is the same reading. */
    static Map<String, Object> readings(long[] offsets, int... numbers) {
        Map<String, Object> batch = messages(offsets);
        int rows = numbers.length;
        String[] text = new String[rows];
        Arrays.fill(text, "acme");
        batch.put("tenants", text);
        batch.put("devices", text);
        batch.put("metrics", text);
        batch.put("units", text);
        batch.put("timestamps", IntStream.of(numbers).asLongStream().toArray());
        batch.put("sequences", new long[rows]);
        batch.put("values", new double[rows]);
        batch.put("qualities", new short[rows]);
        batch.put("messages", IntStream.rangeClosed(1, rows).toArray());
        return batch;
    }

    private static int[] numbers(int rows) {
        int[] numbers = new int[rows];
        Arrays.fill(numbers, 1);
        return numbers;
    }
}
