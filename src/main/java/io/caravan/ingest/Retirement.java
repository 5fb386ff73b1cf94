package io.caravan.ingest;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has old sessions drained and closed while the clients of a subscription are connected: at once, and again every ten seconds
 * until they are. When the last member of a shared subscription leaves it, a broker may throw away what is queued for all of
 * them. Thread-safe.
 */
final class Retirement {

    private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);
    private static final long AGAIN_SECONDS = 10;
    private static final long LONGEST_END_SECONDS = 5;

    private final ScheduledExecutorService keeper;
    private final BooleanSupplier connected;
    private final MqttConnection.Listener listener;
    private final Lock working = new ReentrantLock();

    /**
     * @param keeper the thread that connects the clients, which comes first; takes what it is told after its shutdown without
     *     a word. With its shutdown this ends
     * @param connected whether all clients are connected
     * @param listener receives what the sessions hold
     */
    Retirement(ScheduledExecutorService keeper, BooleanSupplier connected, MqttConnection.Listener listener) {
        this.keeper = keeper;
        this.connected = connected;
        this.listener = listener;
    }

    void take(OldSessions old) {
        keeper.execute(() -> retire(old));
    }

    /**
     * Waits, after the shutdown, for the session that is about to end: whoever reads that one again must not come before, and
     * what it holds is taken by who reads it now.
     */
    void awaitEnd() throws InterruptedException {
        if (working.tryLock(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
            working.unlock();
        }
    }

    private void retire(OldSessions old) {
        working.lock();
        try {
            if (connected.getAsBoolean()) {
                old.retire(listener, keeper::isShutdown);
            }
        } catch (RuntimeException e) {
            LOG.warn("MQTT {}: old sessions are not closed, trying again", old.name(), e);
        } finally {
            working.unlock();
        }
        if (!old.areClosed()) {
            keeper.schedule(() -> retire(old), AGAIN_SECONDS, TimeUnit.SECONDS);
        }
    }
}
