package io.caravan;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the process, in one place and one order: what was started last is closed first, on SIGTERM, on Ctrl-C, and when
 * the start fails half way. Thread-safe.
 */
final class Shutdown implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::onSignal, "shutdown");

    Shutdown() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Has something closed at the end. */
    synchronized <T extends AutoCloseable> T closes(T resource) {
        open.push(resource);
        return resource;
    }

    /** Waits until the end is asked for. */
    void await() throws InterruptedException {
        asked.await();
        closed.await();
    }

    private void onSignal() {
        asked.countDown();
        closeAll();
    }

    @Override
    public void close() {
        closeAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the hook is running
        }
    }

    private synchronized void closeAll() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                LOG.warn("Closing: {}", e.toString());
            }
        }
        closed.countDown();
    }
}
