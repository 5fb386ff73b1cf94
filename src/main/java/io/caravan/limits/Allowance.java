package io.caravan.limits;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts the messages of tenants by the time of their receipt, ten seconds at a time. The clock of this process would not do:
 * after a standstill it works off in a second what came in an hour, of partitions that are not equally far behind, and a tenant
 * that kept to its limit must not lose messages by that. Thread-safe.
 */
final class Allowance {

    static final int WINDOW_SECONDS = 10;

    private static final long WINDOW_MICROS = WINDOW_SECONDS * 1_000_000L;
    private static final int MOST_WINDOWS = 100_000;

    private record Window(String tenant, long number) {}

    /** The one that was used least lately goes first. */
    private final Map<Window, int[]> counts = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Window, int[]> eldest) {
            return size() > MOST_WINDOWS;
        }
    };

    /**
     * Takes one more message of a tenant, unless there have been as many as it may have.
     *
     * @param receivedAt microseconds since the epoch
     */
    synchronized boolean take(String tenant, long receivedAt, int perSecond) {
        int[] count = counts.computeIfAbsent(
                new Window(tenant, Math.floorDiv(receivedAt, WINDOW_MICROS)), window -> new int[1]);
        if (count[0] >= (long) perSecond * WINDOW_SECONDS) {
            return false;
        }
        count[0]++;
        return true;
    }
}
