package io.caravan.ingest;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Takes in what the broker holds for one old session, in 30 seconds at most:
 *
 * <ol>
 *   <li>What is queued comes, and is acknowledged. It would go with the last subscription at some brokers, acknowledged or not.
 *   <li>The session is unsubscribed. What devices publish comes without an end until then, and the others get it as well.
 *   <li>What was still on its way comes, and is acknowledged; then it is quiet for a second.
 * </ol>
 *
 * Used once, by one thread.
 */
final class Drain {

    private static final Duration QUIET = Duration.ofSeconds(1);
    /** A broker that holds more than this client may have at once sends it within this time. */
    private static final Duration SENT_AT_ONCE = Duration.ofSeconds(2);

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 20;

    private final MqttConnection session;
    private final Arrivals arrivals;
    private final long end = System.nanoTime() + LONGEST.toNanos();
    private long seen;

    /** @param session the connection that has taken the session up */
    Drain(MqttConnection session) {
        this.session = session;
        this.arrivals = session.arrivals();
    }

    /**
     * Drains the session, which is not closed thereby.
     *
     * @param filters what it subscribes
     * @param unsubscribing hears that it is about to subscribe nothing any more
     * @param stopped whether to leave it to a later drain; asked until it is unsubscribed: from there on to its end, or whoever
     *     takes the session up again would be deaf
     * @return whether nothing is left of it that is not acknowledged
     */
    boolean run(TopicFilters filters, Runnable unsubscribing, BooleanSupplier stopped) throws MqttUnavailable {
        if (!calm(SENT_AT_ONCE, session::mayBeHeldBack, stopped)) {
            return false;
        }
        long queued = arrivals.arrived();
        if (!calm(Duration.ZERO, () -> arrivals.done() < queued, stopped)) {
            return false;
        }
        unsubscribing.run();
        session.unsubscribe(filters);
        return calm(QUIET, this::isBusy, Thread.currentThread()::isInterrupted);
    }

    /** Whether something has arrived since this was asked last, or is not done with. */
    private boolean isBusy() {
        long before = seen;
        seen = arrivals.arrived();
        return seen != before || arrivals.done() < seen;
    }

    /** Waits until the session has not been busy for a time; false where it is not in time, or the connection is over. */
    private boolean calm(Duration time, BooleanSupplier busy, BooleanSupplier stopped) {
        long since = System.nanoTime();
        while (session.isConnected() && !stopped.getAsBoolean() && System.nanoTime() - end < 0) {
            if (busy.getAsBoolean()) {
                since = System.nanoTime();
            } else if (System.nanoTime() - since >= time.toNanos()) {
                return true;
            }
            pause();
        }
        return false;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
