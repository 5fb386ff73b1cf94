package io.caravan.decode;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The path of a metric, built once and shared: messages of one device type walk the same tree. Bounded, so that a device
 * that invents names cannot fill the heap; beyond the bound a path is built for its message alone. Thread-safe.
 */
final class MetricPath {

    private static final int MOST = 10_000;
    private static final int LONGEST = 200;
    private static final AtomicInteger SIZE = new AtomicInteger();

    static final MetricPath ROOT = new MetricPath("");

    private final String path;
    private final ConcurrentHashMap<String, MetricPath> children = new ConcurrentHashMap<>(4);

    private MetricPath(String path) {
        this.path = path;
    }

    String path() {
        return path;
    }

    /** The path one level down. */
    MetricPath child(String name) throws Undecodable {
        MetricPath known = children.get(name);
        return known != null ? known : grow(name);
    }

    private MetricPath grow(String name) throws Undecodable {
        String grown = path.isEmpty() ? name : path + '.' + name;
        if (name.isEmpty() || grown.length() > LONGEST || !Text.isClean(name)) {
            throw new Undecodable(
                    Reason.INVALID_METRIC,
                    "a metric's name is 1 to " + LONGEST + " characters without control characters: "
                            + Text.excerpt(grown));
        }
        MetricPath child = new MetricPath(grown);
        if (SIZE.get() >= MOST) {
            return child;
        }
        MetricPath other = children.putIfAbsent(name, child);
        if (other != null) {
            return other;
        }
        SIZE.incrementAndGet();
        return child;
    }
}
