package io.caravan.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.HdrHistogram.Histogram;

/**
 * When messages of a run arrived on the enriched topic. Device and timestamp are found by a scan of the bytes, and matched
 * with the journal only after the run. Not thread-safe.
 */
final class Arrivals {

    private static final byte[] DEVICE = "\"device_id\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIMESTAMP = "\"timestamp\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final long HIGHEST_LATENCY_MICROS = 3_600_000_000L;

    private final Workload workload;
    private int[] devices = new int[1 << 16];
    private long[] timestamps = new long[1 << 16];
    private long[] arrivals = new long[1 << 16];
    private int size;

    Arrivals(Workload workload) {
        this.workload = workload;
    }

    /** Takes an enriched message that arrived at a time, in microseconds since the epoch. */
    void note(byte[] value, long arrival) {
        if (value == null) {
            return;
        }
        int device = find(value, DEVICE, 0);
        int end = device < 0 ? -1 : quote(value, device);
        int number = end < 0 ? -1 : workload.deviceNumber(value, device, end - device);
        int time = number < 0 ? -1 : find(value, TIMESTAMP, end);
        long timestamp = time < 0 ? -1 : Rfc3339.read(value, time);
        if (timestamp < 0) {
            return;
        }
        if (size == devices.length) {
            devices = Arrays.copyOf(devices, size * 2);
            timestamps = Arrays.copyOf(timestamps, size * 2);
            arrivals = Arrays.copyOf(arrivals, size * 2);
        }
        devices[size] = number;
        timestamps[size] = timestamp;
        arrivals[size] = arrival;
        size++;
    }

    /** Latency from publishing to arrival in microseconds, of the messages from a message on. */
    Histogram latency(Journal journal, int measuredFrom) {
        Histogram latency = new Histogram(HIGHEST_LATENCY_MICROS, 3);
        for (int i = 0; i < size; i++) {
            int n = journal.find(devices[i], timestamps[i]);
            int message = n < 0 ? -1 : journal.message(devices[i], n);
            if (message >= measuredFrom) {
                long micros = arrivals[i] - journal.published(message);
                latency.recordValue(Math.min(HIGHEST_LATENCY_MICROS, Math.max(0, micros)));
            }
        }
        return latency;
    }

    /** The position behind the first occurrence of the key, or -1. */
    private static int find(byte[] in, byte[] key, int from) {
        for (int i = from; i + key.length <= in.length; i++) {
            if (in[i] == key[0] && Arrays.equals(in, i, i + key.length, key, 0, key.length)) {
                return i + key.length;
            }
        }
        return -1;
    }

    private static int quote(byte[] in, int from) {
        for (int i = from; i < in.length; i++) {
            if (in[i] == '"') {
                return i;
            }
        }
        return -1;
    }
}
