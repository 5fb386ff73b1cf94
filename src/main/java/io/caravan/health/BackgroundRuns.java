package io.caravan.health;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log how routes fare that run by a schedule: of the first run that fails, of the first that succeeds again, and in
 * between every five minutes. Thread-safe; the runs of one route come one after the other.
 */
public final class BackgroundRuns {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundRuns.class);
    private static final Duration REMINDER = Duration.ofMinutes(5);
    private static final String FAILED = "caravanRunFailed";

    private final LongSupplier nanoTime;
    private final Map<String, Series> failing = new ConcurrentHashMap<>();

    public BackgroundRuns() {
        this(System::nanoTime);
    }

    BackgroundRuns(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Notes that a run has failed. */
    public void failed(Exchange exchange) {
        exchange.setProperty(FAILED, true);
        String route = exchange.getFromRouteId();
        String reason = reason(exchange);
        long now = nanoTime.getAsLong();
        Series series = failing.get(route);
        if (series == null) {
            LOG.warn("{} failed and is tried again: {}", route, reason);
            failing.put(route, new Series(now, now));
        } else if (now - series.toldAt() >= REMINDER.toNanos()) {
            LOG.warn("{} has been failing for {} s: {}", route, seconds(now - series.since()), reason);
            failing.put(route, new Series(series.since(), now));
        }
    }

    /** Notes that a run is over; unless it is one that has failed, all is well. */
    public void ended(Exchange exchange) {
        if (exchange.getProperty(FAILED) != null) {
            return;
        }
        Series series = failing.remove(exchange.getFromRouteId());
        if (series != null) {
            LOG.info(
                    "{} works again after {} s",
                    exchange.getFromRouteId(),
                    seconds(nanoTime.getAsLong() - series.since()));
        }
    }

    private static String reason(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (failure == null) {
            return "unknown";
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static long seconds(long nanos) {
        return Duration.ofNanos(nanos).toSeconds();
    }

    /**
     * Runs that fail one after the other.
     *
     * @param since when the first of them failed
     * @param toldAt when the log was told last
     */
    private record Series(long since, long toldAt) {}
}
