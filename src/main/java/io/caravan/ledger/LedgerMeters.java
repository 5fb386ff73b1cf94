package io.caravan.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * The ledger as metrics. While it is hidden there are none: an old value would look like one of now, and "not a number" would
 * spoil the sums of those who add up. Used by one thread; the metrics may be read by any.
 */
final class LedgerMeters {

    private static final Map<String, ToLongFunction<Ledger.Account>> OUTCOMES = Map.of(
            "received", Ledger.Account::received,
            "forwarded", Ledger.Account::forwarded,
            "dead_lettered", Ledger.Account::deadLettered,
            "ignored", Ledger.Account::ignored,
            "duplicates", Ledger.Account::duplicates,
            "in_flight", Ledger.Account::inFlight,
            "lost", Ledger.Account::lost);

    private final Map<String, Ledger.Account> accounts = new ConcurrentHashMap<>();
    private final MultiGauge messages;
    private final MultiGauge balanced;

    LedgerMeters(MeterRegistry meters) {
        messages = MultiGauge.builder("caravan.ledger.messages")
                .description("Messages by what became of them, over all restarts")
                .register(meters);
        balanced = MultiGauge.builder("caravan.ledger.balanced")
                .description("Whether the ledger adds up: 1, or 0")
                .register(meters);
    }

    void show(Ledger ledger) {
        accounts.put(ledger.all().stage(), ledger.all());
        ledger.stages().forEach(account -> accounts.put(account.stage(), account));
        List<Row<?>> amounts = new ArrayList<>();
        List<Row<?>> verdicts = new ArrayList<>();
        for (String stage : accounts.keySet()) {
            OUTCOMES.forEach((outcome, amount) -> amounts.add(Row.of(
                    Tags.of("stage", stage, "outcome", outcome), accounts, all -> amount.applyAsLong(all.get(stage)))));
            verdicts.add(Row.of(
                    Tags.of("stage", stage), accounts, all -> all.get(stage).balanced() ? 1 : 0));
        }
        messages.register(amounts);
        balanced.register(verdicts);
    }

    void hide() {
        messages.register(List.of());
        balanced.register(List.of());
    }
}
