package io.caravan;

import io.caravan.settings.UserError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
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
    private boolean ended;

    Shutdown() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Has something closed at the end.
     *
     * @throws UserError when the end has come already; the resource is closed then
     */
    synchronized <T extends AutoCloseable> T closes(T resource) {
        open.push(resource);
        if (ended) {
            closeAll();
            throw interrupted();
        }
        return resource;
    }

    /**
     * As {@link #closes}, but what has not ended after so long is left as it is and dies with the process: for what survives
     * {@code kill -9} as well.
     */
    <T extends AutoCloseable> T closesWithin(Duration limit, T resource) {
        closes(() -> close(resource, limit));
        return resource;
    }

    private static void close(AutoCloseable resource, Duration limit) throws InterruptedException {
        Thread closing = new Thread(() -> close(resource), "closing");
        closing.setDaemon(true);
        closing.start();
        closing.join(limit.toMillis());
        if (closing.isAlive()) {
            LOG.warn(
                    "Not ended after {} s: what is still under way is done again after the next start",
                    limit.toSeconds());
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.warn("Closing: {}", e.toString());
        }
    }

    /**
     * Starts something that must not outlive this process, and has it closed at the end. An end that is asked for meanwhile
     * waits for the start: what is half started cannot be closed.
     *
     * @throws UserError when the end has come already; nothing is started then
     */
    synchronized <T extends AutoCloseable> T starts(Callable<T> start) throws Exception {
        if (ended) {
            throw interrupted();
        }
        return closes(start.call());
    }

    private static UserError interrupted() {
        return new UserError("Ended while it started");
    }

    /** Waits until the end is asked for. */
    void await() throws InterruptedException {
        asked.await();
        closed.await();
    }

    private void onSignal() {
        long began = System.nanoTime();
        asked.countDown();
        closeAll();
        LOG.info("Ended within {} ms", (System.nanoTime() - began) / 1_000_000);
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
        ended = true;
        while (!open.isEmpty()) {
            close(open.pop());
        }
        closed.countDown();
    }
}
