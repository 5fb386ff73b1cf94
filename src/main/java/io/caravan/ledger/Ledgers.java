package io.caravan.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger for all who ask: read on a thread of its own, by one at a time, and shared by those who ask within half a
 * second. Thread-safe.
 */
public final class Ledgers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ledgers.class);
    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PATIENCE_SECONDS = 10;
    private static final Duration MEASURE_EVERY = Duration.ofSeconds(5);

    private final Callable<Ledger> source;
    private final ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "ledger");
        thread.setDaemon(true);
        return thread;
    });
    private CompletableFuture<Ledger> last;
    private long begun;

    public Ledgers(Callable<Ledger> source) {
        this.source = source;
    }

    /**
     * The ledger, at most half a second old.
     *
     * @throws Exception what keeps it from being read: {@link KafkaUnavailable}, or an SQLException
     */
    public Ledger current() throws Exception {
        try {
            return reading().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new KafkaUnavailable(e);
        }
    }

    private synchronized CompletableFuture<Ledger> reading() {
        if (last == null || last.isDone() && System.nanoTime() - begun > FRESH_NANOS) {
            CompletableFuture<Ledger> next = new CompletableFuture<>();
            begun = System.nanoTime();
            reader.execute(() -> {
                try {
                    next.complete(source.call());
                } catch (Exception e) {
                    next.completeExceptionally(e);
                }
            });
            last = next;
        }
        return last;
    }

    /** Keeps the ledger as metrics, read every five seconds. While it cannot be read, there are none. */
    public void measure(MeterRegistry meters) {
        measure(new LedgerMeters(meters), MEASURE_EVERY);
    }

    void measure(LedgerMeters meters, Duration period) {
        reader.scheduleWithFixedDelay(() -> measure(meters), 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void measure(LedgerMeters meters) {
        try {
            meters.show(source.call());
        } catch (Exception e) {
            // a scheduled task that throws is not run again
            LOG.debug("Cannot read the ledger", e);
            meters.hide();
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }
}
