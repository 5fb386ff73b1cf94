package io.caravan.store;

import io.caravan.reading.Quality;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Readings as the columns that one statement takes: an array each. Used by one thread. */
final class ReadingColumns {

    private int size;
    private String[] tenants;
    private String[] devices;
    private String[] metrics;
    private long[] timestamps;
    private long[] sequences;
    private double[] values;
    private String[] units;
    private short[] qualities;

    ReadingColumns(int expected) {
        tenants = new String[expected];
        devices = new String[expected];
        metrics = new String[expected];
        timestamps = new long[expected];
        sequences = new long[expected];
        values = new double[expected];
        units = new String[expected];
        qualities = new short[expected];
    }

    /** @param value NaN becomes NULL */
    void add(
            String tenant,
            String device,
            String metric,
            long timestamp,
            long sequence,
            double value,
            String unit,
            Quality quality) {
        if (size == tenants.length) {
            resize(Math.max(16, size * 2));
        }
        tenants[size] = tenant;
        devices[size] = device;
        metrics[size] = metric;
        timestamps[size] = timestamp;
        sequences[size] = sequence;
        values[size] = value;
        units[size] = unit;
        qualities[size] = (short) quality.ordinal();
        size++;
    }

    int size() {
        return size;
    }

    /** Takes the last ones out, so that there are as many as there were. */
    void cut(int before) {
        size = before;
    }

    /** The columns by the names of the statement's parameters. */
    Map<String, Object> parameters() {
        resize(size);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("tenants", tenants);
        parameters.put("devices", devices);
        parameters.put("metrics", metrics);
        parameters.put("timestamps", timestamps);
        parameters.put("sequences", sequences);
        parameters.put("values", values);
        parameters.put("units", units);
        parameters.put("qualities", qualities);
        return parameters;
    }

    private void resize(int length) {
        tenants = Arrays.copyOf(tenants, length);
        devices = Arrays.copyOf(devices, length);
        metrics = Arrays.copyOf(metrics, length);
        timestamps = Arrays.copyOf(timestamps, length);
        sequences = Arrays.copyOf(sequences, length);
        values = Arrays.copyOf(values, length);
        units = Arrays.copyOf(units, length);
        qualities = Arrays.copyOf(qualities, length);
    }
}
