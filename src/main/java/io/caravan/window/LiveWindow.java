package io.caravan.window;

import io.caravan.decode.Timestamps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An open window of a device with all its metrics. Used by one thread at a time. */
final class LiveWindow {

    final Device device;
    final int width;
    final long start;

    private final Room room;
    private final Map<String, Summary> metrics = new HashMap<>();
    private boolean incomplete;

    LiveWindow(Device device, int width, long start, Room room) {
        this.device = device;
        this.width = width;
        this.start = start;
        this.room = room;
    }

    /** Takes in a part; false when there is no room for it, and then the window as a whole is given up. */
    boolean add(Partial partial) {
        for (Map.Entry<String, Summary> part : partial.metrics().entrySet()) {
            if (incomplete) {
                return false;
            }
            Summary summary = metrics.get(part.getKey());
            if (summary == null) {
                if (!room.take()) {
                    giveUp();
                    return false;
                }
                summary = new Summary();
                metrics.put(part.getKey(), summary);
            }
            summary.add(part.getValue());
        }
        return true;
    }

    /** Something of this window is missing for good. */
    void giveUp() {
        incomplete = true;
        release();
        metrics.clear();
    }

    /** Makes room for others. */
    void release() {
        room.release(metrics.size());
    }

    boolean isIncomplete() {
        return incomplete;
    }

    /** What it comes to: an aggregate of each metric. */
    List<Aggregate> aggregates(Width itsWidth) {
        String label = itsWidth.label();
        String from = Timestamps.format(start);
        String to = Timestamps.format(start + itsWidth.micros());
        List<Aggregate> aggregates = new ArrayList<>(metrics.size());
        metrics.forEach((metric, summary) -> aggregates.add(new Aggregate(
                device.tenant,
                device.id,
                metric,
                label,
                from,
                to,
                summary.count(),
                finite(summary.sum()),
                finite(summary.avg()),
                summary.min(),
                summary.max(),
                finite(summary.stddev()),
                summary.first(),
                summary.last(),
                false)));
        return aggregates;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
