package io.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LedgersTest {

    private static final Duration OFTEN = Duration.ofMillis(10);

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicBoolean down = new AtomicBoolean();
    private final AtomicLong messages = new AtomicLong();

    @Test
    void aLedgerThatCannotBeReadHasNoMetrics() {
        try (Ledgers ledgers = new Ledgers(this::read)) {
            ledgers.measure(new LedgerMeters(meters), OFTEN);
            messages.set(5);
            awaitMetric("caravan_ledger_messages{outcome=\"forwarded\",stage=\"store\"} 5.0");
            awaitMetric("caravan_ledger_balanced{stage=\"all\"} 1.0");

            down.set(true);
            await().untilAsserted(() -> assertThat(meters.scrape()).doesNotContain("caravan_ledger"));

            messages.set(6);
            down.set(false);
            awaitMetric("caravan_ledger_messages{outcome=\"forwarded\",stage=\"store\"} 6.0");
        }
    }

    private void awaitMetric(String line) {
        await().untilAsserted(() -> assertThat(meters.scrape()).contains(line));
    }

    private Ledger read() {
        if (down.get()) {
            throw new KafkaUnavailable(new IllegalStateException("down"));
        }
        return Ledger.of(account("enrich"), account("store"), 0);
    }

    private Ledger.Account account(String stage) {
        long number = messages.get();
        return new Ledger.Account(stage, number, number, 0, 0, 0, 0, 0, true);
    }
}
