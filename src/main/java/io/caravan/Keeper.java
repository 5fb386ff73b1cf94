package io.caravan;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work on a server that may be down, in the background: what fails is tried again after half a second, then after twice as
 * long each time, ten seconds at most, for as long as it takes. Thread-safe.
 */
final class Keeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** A piece of work; may block and throw. */
    interface Work {
        void run() throws Exception;
    }

    private final ScheduledExecutorService threads;

    Keeper(String name, int threads) {
        this.threads = Executors.newScheduledThreadPool(threads, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts work that is done when it has succeeded once.
     *
     * @param failed hears of each failure
     * @return ends with the first attempt, whatever came of it
     */
    Future<?> once(Work work, Consumer<Exception> failed) {
        return threads.submit(() -> attempt(work, failed, null, FIRST));
    }

    /**
     * Starts work that is done again as long after each success.
     *
     * @param failed hears of each failure
     * @return ends with the first attempt, whatever came of it
     */
    Future<?> every(Duration pause, Work work, Consumer<Exception> failed) {
        return threads.submit(() -> attempt(work, failed, pause, FIRST));
    }

    /** Waits a while for what usually is quick; not for a server that is down. */
    static void await(Future<?> attempt, Duration limit) {
        try {
            attempt.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("Goes on in the background", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Work work, Consumer<Exception> failed, Duration pause, Duration backOff) {
        try {
            work.run();
            if (pause != null) {
                again(work, failed, pause, pause, FIRST);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (Exception e) {
            failed.accept(e);
            Duration doubled = backOff.multipliedBy(2);
            again(work, failed, pause, backOff, doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled);
        }
    }

    private void again(Work work, Consumer<Exception> failed, Duration pause, Duration delay, Duration backOff) {
        if (!threads.isShutdown()) {
            threads.schedule(() -> attempt(work, failed, pause, backOff), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
