package io.caravan.kafka;

import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the clock of the host is put back, by three seconds or more. Kafka's clients go by it where they wait, for the next
 * heartbeat or to connect again: what was to come in a second comes when the clock shows that time again. Whoever has such a
 * client makes it anew. Thread-safe.
 */
public final class ClockWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
    private static final long EVERY_MILLIS = 500;
    private static final long LEAST_MILLIS = 3_000;
    private static final long LONGEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final ClockWatch HOST = ofHost();

    private final LongSupplier millis;
    private final LongSupplier nanoTime;
    private final Set<Runnable> listeners = Collections.newSetFromMap(new WeakHashMap<>());
    private OptionalLong ahead;
    private volatile int times;

    ClockWatch(LongSupplier millis, LongSupplier nanoTime) {
        this.millis = millis;
        this.nanoTime = nanoTime;
        this.ahead = ahead();
    }

    /** The one that looks at the clock of this host, from its first use to the end of the process. */
    public static ClockWatch host() {
        return HOST;
    }

    private static ClockWatch ofHost() {
        ClockWatch watch = new ClockWatch(System::currentTimeMillis, System::nanoTime);
        Thread thread = new Thread(watch::keepLooking, "clock-watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    private void keepLooking() {
        try {
            while (true) {
                Thread.sleep(EVERY_MILLIS);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How far the clock is before what only counts how much time passes, empty where the process stood still in between. */
    private OptionalLong ahead() {
        long started = nanoTime.getAsLong();
        long now = millis.getAsLong();
        return nanoTime.getAsLong() - started > LONGEST_LOOK_NANOS
                ? OptionalLong.empty()
                : OptionalLong.of(now - started / 1_000_000);
    }

    /** Compares with the last look. */
    void look() {
        OptionalLong now = ahead();
        if (now.isEmpty()) {
            return;
        }
        long back = ahead.orElse(now.getAsLong()) - now.getAsLong();
        ahead = now;
        if (back < LEAST_MILLIS) {
            return;
        }
        LOG.warn("The clock was put back by {} s: the clients of Kafka are made anew", back / 1_000.0);
        times++;
        listening().forEach(ClockWatch::tellOne);
    }

    private static void tellOne(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.error("Clients of Kafka are not made anew though the clock was put back", e);
        }
    }

    private List<Runnable> listening() {
        synchronized (listeners) {
            return List.copyOf(listeners);
        }
    }

    /** How often it was put back since the first look. */
    public int times() {
        return times;
    }

    /** Has somebody told whenever it is put back, for as long as somebody else holds the listener. It must not block. */
    void tell(Runnable listener) {
        synchronized (listeners) {
            listeners.add(listener);
        }
    }
}
