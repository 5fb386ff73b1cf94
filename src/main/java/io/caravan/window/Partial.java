package io.caravan.window;

import io.caravan.decode.Text;
import java.util.HashMap;
import java.util.Map;

/** What a batch tells of one device in one window of the smallest width. Used by one thread. */
final class Partial {

    final String tenant;
    final String device;
    /** The start of the window, microseconds since the epoch. */
    final long start;

    /** The device's type, as the directory has it. */
    String type;

    private final Map<String, Summary> metrics = new HashMap<>();
    private Stretch stretch;
    private long newest = Long.MIN_VALUE;
    private long ahead;
    private long readings;

    Partial(String tenant, String device, long start) {
        this.tenant = tenant;
        this.device = device;
        this.start = start;
    }

    /** Hears a message of the device, of this window; times in microseconds since the epoch. */
    void hear(Stretch stretch, long timestamp, long receivedAt) {
        this.stretch = stretch;
        newest = Math.max(newest, timestamp);
        ahead = Math.max(ahead, timestamp - receivedAt);
    }

    /** Takes in a reading. One whose metric no text of UTF-8 can name is passed over, as the store does. */
    void add(String metric, double value, long timestamp, long sequence) {
        Summary summary = metrics.get(metric);
        if (summary == null) {
            if (!Text.isClean(metric)) {
                return;
            }
            summary = new Summary();
            metrics.put(metric, summary);
        }
        summary.add(value, timestamp, sequence);
        readings++;
    }

    Map<String, Summary> metrics() {
        return metrics;
    }

    long readings() {
        return readings;
    }

    /** The newest timestamp of the device, microseconds since the epoch. */
    long newest() {
        return newest;
    }

    /** How far the device's clock runs ahead, in microseconds; 0 when it does not. */
    long ahead() {
        return ahead;
    }

    /** The stretch of the partition that the last of the messages belongs to. */
    Stretch stretch() {
        return stretch;
    }
}
