package io.caravan.bench;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes a workload on one thread, round robin over the devices, at a fixed rate, to which it rises during the warm-up,
 * from an open-loop schedule, or flat out.
 * At most a window of messages waits for its acknowledgement: a broker that cannot take the rate shows as {@link #behind}.
 * The counters may be read from any thread.
 */
final class Publisher implements AutoCloseable {

    private static final long ACKNOWLEDGE_NANOS = 30_000_000_000L;
    private static final long NAP_NANOS = 2_000_000L;

    private final Workload workload;
    private final Journal journal;
    private final List<Outlet> links;
    private final double rate;
    private final int window;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final CountDownLatch measuring = new CountDownLatch(1);
    private volatile long sent;
    private volatile long behindNanos;
    private volatile int measuredFrom = Integer.MAX_VALUE;
    private volatile boolean held;
    private volatile boolean closed;

    /**
     * @param links connections; a device always uses the same one, so that its messages keep their order
     * @param rate messages per second of all devices together, 0 for flat out
     * @param window how many messages may wait for their acknowledgement
     */
    Publisher(Workload workload, Journal journal, List<Outlet> links, double rate, int window) {
        this.workload = workload;
        this.journal = journal;
        this.links = links;
        this.rate = rate;
        this.window = window;
    }

    /** Publishes until both spans are over, then waits up to 30 s for outstanding acknowledgements. */
    void run(long warmupNanos, long durationNanos) {
        long start = System.nanoTime();
        long end = warmupNanos + durationNanos;
        boolean warm = false;
        long elapsed = 0;
        while (elapsed < end && !closed) {
            if (!warm && elapsed >= warmupNanos) {
                warm = true;
                measuredFrom = journal.size();
                behindNanos = 0;
                measuring.countDown();
            }
            long due = rate > 0 ? (long) planned(elapsed, warmupNanos) - sent : 64;
            long room = held ? 0 : window - outstanding();
            long now = Math.min(due, room);
            if (now <= 0) {
                LockSupport.parkNanos(NAP_NANOS);
            }
            for (long i = 0; i < now; i++) {
                publishNext();
            }
            elapsed = System.nanoTime() - start;
            if (rate > 0) {
                double missing = planned(elapsed, warmupNanos) - sent - 1;
                behindNanos = Math.max(behindNanos, (long) (missing / rate * 1e9));
            }
        }
        measuring.countDown();
        awaitAcknowledgements();
    }

    /** How many messages should have been sent: the rate rises evenly from 0 during the warm-up, then stays. */
    private double planned(long elapsedNanos, long warmupNanos) {
        double ramp = Math.min(elapsedNanos, warmupNanos);
        double full = elapsedNanos - ramp;
        return rate / 1e9 * (full + (warmupNanos > 0 ? ramp * ramp / (2 * warmupNanos) : 0));
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // written by this thread only
    private void publishNext() {
        int message = journal.size();
        int device = message % workload.devices();
        Instant now = Instant.now();
        long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
        long timestamp = journal.append(micros, workload.template().resolution());
        byte[] payload = workload.template().render(device, message / workload.devices(), timestamp);
        Journal.Chunk chunk = journal.lastChunk();
        int index = journal.lastIndex();
        sent++;
        links.get(device % links.size()).publish(device, payload, failure -> {
            if (failure == null) {
                chunk.acknowledge(index);
                acknowledged.incrementAndGet();
            } else {
                failed.incrementAndGet();
            }
        });
    }

    private void awaitAcknowledgements() {
        long before = -1;
        long progressed = System.nanoTime();
        while (outstanding() > 0 && !closed && System.nanoTime() - progressed < ACKNOWLEDGE_NANOS) {
            if (outstanding() != before) {
                before = outstanding();
                progressed = System.nanoTime();
            }
            LockSupport.parkNanos(1_000_000L);
        }
    }

    private long outstanding() {
        return sent - acknowledged.get() - failed.get();
    }

    long sent() {
        return sent;
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** The farthest that publishing fell behind its schedule since the warm-up, in nanoseconds. */
    long behind() {
        return behindNanos;
    }

    /** Holds publishing back while the application works off what it has, or lets it go on. */
    void hold(boolean hold) {
        held = hold;
    }

    /** Released when the warm-up is over. */
    CountDownLatch measuring() {
        return measuring;
    }

    /** The first message after the warm-up. */
    int measuredFrom() {
        return Math.min(measuredFrom, journal.size());
    }

    /** Stops publishing and closes the connections. */
    @Override
    public void close() {
        closed = true;
        links.forEach(Outlet::close);
    }
}
