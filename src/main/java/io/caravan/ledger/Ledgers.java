package io.caravan.ledger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
    private static final long MEASURE_SECONDS = 5;

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

    /** Keeps the ledger as metrics, read every five seconds. What cannot be read keeps its last value. */
    public void measure(MeterRegistry meters) {
        Map<String, Ledger.Account> accounts = new ConcurrentHashMap<>();
        reader.scheduleWithFixedDelay(() -> measure(meters, accounts), 1, MEASURE_SECONDS, TimeUnit.SECONDS);
    }

    private void measure(MeterRegistry meters, Map<String, Ledger.Account> accounts) {
        try {
            Ledger ledger = source.call();
            keep(meters, accounts, ledger.all());
            ledger.stages().forEach(account -> keep(meters, accounts, account));
        } catch (Exception e) {
            // a scheduled task that throws is not run again
            LOG.debug("Cannot read the ledger", e);
        }
    }

    private static void keep(MeterRegistry meters, Map<String, Ledger.Account> accounts, Ledger.Account account) {
        String stage = account.stage();
        if (accounts.put(stage, account) != null) {
            return;
        }
        messages(meters, accounts, stage, "received", Ledger.Account::received);
        messages(meters, accounts, stage, "forwarded", Ledger.Account::forwarded);
        messages(meters, accounts, stage, "dead_lettered", Ledger.Account::deadLettered);
        messages(meters, accounts, stage, "duplicates", Ledger.Account::duplicates);
        messages(meters, accounts, stage, "in_flight", Ledger.Account::inFlight);
        messages(meters, accounts, stage, "lost", Ledger.Account::lost);
        Gauge.builder("caravan.ledger.balanced", accounts, all -> all.get(stage).balanced() ? 1 : 0)
                .description("Whether the ledger adds up: 1, or 0")
                .tag("stage", stage)
                .register(meters);
    }

    private interface Outcome {
        long of(Ledger.Account account);
    }

    private static void messages(
            MeterRegistry meters, Map<String, Ledger.Account> accounts, String stage, String outcome, Outcome value) {
        Gauge.builder("caravan.ledger.messages", accounts, all -> value.of(all.get(stage)))
                .description("Messages by what became of them, over all restarts")
                .tag("stage", stage)
                .tag("outcome", outcome)
                .register(meters);
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }
}
