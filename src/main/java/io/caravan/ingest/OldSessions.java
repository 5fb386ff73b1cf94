package io.caravan.ingest;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that an earlier configuration has left at the broker, with more clients or other topics: {@link Retirement} has
 * what they hold taken in and closes them. Used by one thread at a time.
 */
final class OldSessions {

    private static final Logger LOG = LoggerFactory.getLogger(OldSessions.class);
    private static final long FORGET_AGAIN_SECONDS = 5;
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
    private final TopicFilters filters;
    private final int end;
    private volatile int next;

    /**
     * @param filters what they subscribe
     * @param first the number of the first that is no longer configured
     * @param end the number after the last
     */
    OldSessions(Sessions sessions, TopicFilters filters, int first, int end) {
        this.sessions = sessions;
        this.filters = filters;
        this.next = first;
        this.end = end;
    }

    /** What the clients' ids say after the configured start. */
    String name() {
        return sessions.name();
    }

    /** Whether the broker has none of them any more. */
    boolean areClosed() {
        return next >= end;
    }

    /**
     * Drains and closes all of them, or as many as can be now: a later call goes on where the broker did not answer, or something
     * was not done with.
     *
     * @param listener receives what the sessions hold
     * @param stopped whether to leave the rest to a later call
     */
    void retire(MqttConnection.Listener listener, BooleanSupplier stopped) {
        try {
            while (!areClosed() && !stopped.getAsBoolean() && drained(next, listener, stopped)) {
                endNext();
            }
        } catch (MqttUnavailable e) {
            LOG.debug("MQTT {}: cannot close the old session {} ({})", name(), sessions.clientId(next), e.getMessage());
        }
    }

    /**
     * Closes all of them in the background, and what they hold is lost: nobody wants it. Where the broker is away, it is tried
     * again.
     *
     * @param wanted whether somebody reads them again; the rest is left to them
     */
    void forget(BooleanSupplier wanted) {
        Thread thread = new Thread(() -> forgetUnless(wanted), "mqtt-forget-" + name());
        thread.setDaemon(true);
        thread.start();
    }

    private void forgetUnless(BooleanSupplier wanted) {
        while (!areClosed() && !wanted.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            try {
                endNext();
            } catch (MqttUnavailable e) {
                pause();
            }
        }
        if (areClosed()) {
            LOG.info("MQTT {}: no longer subscribed", name());
        }
    }

    /** Takes what a session holds and leaves it; false where something is left, which the broker keeps. */
    private boolean drained(int index, MqttConnection.Listener listener, BooleanSupplier stopped)
            throws MqttUnavailable {
        try (MqttConnection old = sessions.connection(index, listener)) {
            old.connect();
            if (old.resumedSession()) {
                LOG.info(
                        "MQTT {}: draining the session of {}, which the configuration no longer names",
                        name(),
                        sessions.clientId(index));
                if (!new Drain(old).run(filters, () -> sessions.unsubscribed(index), stopped)) {
                    return false;
                }
            }
            old.closeSession();
            return true;
        }
    }

    /**
     * Ends the next session, whatever becomes of this connection: it was told so when it began. A broker under load may see the
     * end of a connection before it has read what was sent last on it (Artemis 2.55), and would keep queueing for nobody.
     */
    private void endNext() throws MqttUnavailable {
        try (MqttConnection last = sessions.withoutExpiry().connection(next, NOBODY)) {
            last.connect();
            if (last.resumedSession()) {
                last.unsubscribe(filters);
            }
        }
        sessions.renewed(next++);
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(FORGET_AGAIN_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
