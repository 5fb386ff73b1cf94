package io.caravan.ingest;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that an earlier configuration has left at the broker, with more clients or other topics: what they hold is taken
 * in, then they are closed. That is for a time when the other clients are connected: when the last member of a shared subscription
 * leaves it, a broker may throw away what is queued for all of them. Used by one thread.
 */
final class OldSessions {

    private static final Logger LOG = LoggerFactory.getLogger(OldSessions.class);
    private static final Duration QUIET = Duration.ofSeconds(1);
    /** A broker that holds more than this client may have at once sends it within this time. */
    private static final Duration SENT_AT_ONCE = Duration.ofSeconds(2);

    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);
    private static final Duration FORGET_AGAIN = Duration.ofSeconds(5);
    private static final MqttConnection.Listener NOBODY = new MqttConnection.Listener() {
        @Override
        public void arrived(Delivery delivery) {
            delivery.drop();
        }

        @Override
        public void lost(MqttConnection connection, String why) {
            // it is tried again
        }
    };

    private final Sessions sessions;
    private final List<String> filters;
    private final int end;
    private int next;

    /**
     * @param first the number of the first that is no longer configured
     * @param end the number after the last
     */
    OldSessions(Sessions sessions, List<String> filters, int first, int end) {
        this.sessions = sessions;
        this.filters = filters;
        this.next = first;
        this.end = end;
    }

    /**
     * Drains and closes all of them.
     *
     * @param listener receives what the sessions hold
     * @param stopped whether to leave the rest to a later call; what is said then is that there is a rest
     * @return false where the broker did not answer, or something is not done with, and the rest is to be tried again
     */
    boolean retire(MqttConnection.Listener listener, BooleanSupplier stopped) {
        for (; next < end; next++) {
            if (stopped.getAsBoolean()) {
                return false;
            }
            try (MqttConnection old = sessions.connection(next, listener)) {
                old.connect();
                if (old.resumedSession() && !drained(old, stopped)) {
                    return false; // the broker keeps it
                }
                old.closeSession();
                end(next);
            } catch (MqttUnavailable e) {
                LOG.debug(
                        "MQTT {}: cannot close the old session {} ({})",
                        sessions.name(),
                        sessions.clientId(next),
                        e.getMessage());
                return false;
            }
        }
        return true;
    }

    /** What the clients' ids say after the configured start. */
    String name() {
        return sessions.name();
    }

    /** Closes all of them in the background, and what they hold is lost: nobody wants it. Where the broker is away, it is tried again. */
    void forget() {
        Thread thread = new Thread(this::forgetAll, "mqtt-forget-" + sessions.name());
        thread.setDaemon(true);
        thread.start();
    }

    private void forgetAll() {
        while (next < end && !Thread.currentThread().isInterrupted()) {
            try {
                end(next);
                next++;
            } catch (MqttUnavailable e) {
                pause(FORGET_AGAIN);
            }
        }
        LOG.info("MQTT {}: no longer subscribed", sessions.name());
    }

    /**
     * Ends a session, whatever becomes of this connection: it was told so when it began. A broker under load may see the end
     * of a connection before it has read what was sent last on it (Artemis 2.55), and would keep queueing for nobody.
     */
    private void end(int index) throws MqttUnavailable {
        try (MqttConnection last = sessions.withoutExpiry().connection(index, NOBODY)) {
            last.connect();
            if (last.resumedSession()) {
                last.unsubscribe(filters);
            }
        }
    }

    /** Takes what a session holds; whether nothing is left of it that is not acknowledged. */
    private boolean drained(MqttConnection old, BooleanSupplier stopped) throws MqttUnavailable {
        LOG.info(
                "MQTT {}: draining the session of {}, which the configuration no longer names",
                sessions.name(),
                sessions.clientId(next));
        long end = System.nanoTime() + LONGEST_DRAIN.toNanos();
        // What devices publish now comes without an end, and the others get it as well. What was queued before they did
        // goes with the last subscription at some brokers, acknowledged or not: it is done with first.
        if (!isQueueDone(old, end, stopped)) {
            return false;
        }
        // From here on to the end, or whoever takes the session up again would be deaf.
        old.unsubscribe(filters);
        return calm(
                old, QUIET, end, () -> old.holdsMessages() | old.hasReceived(), Thread.currentThread()::isInterrupted);
    }

    private static boolean isQueueDone(MqttConnection old, long end, BooleanSupplier stopped) {
        if (!calm(old, SENT_AT_ONCE, end, old::mayBeHeldBack, stopped)) {
            return false;
        }
        long queued = old.arrived();
        return calm(old, Duration.ofMillis(1), end, () -> !old.isDoneWith(queued), stopped);
    }

    /** Waits for a time in which a connection is never busy; false where it is not over in time, or the connection is. */
    private static boolean calm(
            MqttConnection connection, Duration time, long end, BooleanSupplier busy, BooleanSupplier stopped) {
        long since = System.nanoTime();
        while (System.nanoTime() - since < time.toNanos()) {
            if (busy.getAsBoolean()) {
                since = System.nanoTime();
            }
            if (!connection.isConnected() || stopped.getAsBoolean() || System.nanoTime() - end > 0) {
                return false;
            }
            pause(Duration.ofMillis(20));
        }
        return connection.isConnected() && !busy.getAsBoolean();
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
