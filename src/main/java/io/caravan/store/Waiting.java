package io.caravan.store;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * The messages that wait for room in the limit of their tenant, as metrics: how many, and when the oldest began to. A tenant of
 * which none waits has no metric. Used by one thread; the metrics may be read by any.
 */
public final class Waiting {

    private final MultiGauge messages;
    private final MultiGauge oldest;

    public Waiting(MeterRegistry meters) {
        messages = MultiGauge.builder("caravan.waiting.messages")
                .description("Messages beyond the limit of their tenant that wait for room")
                .register(meters);
        oldest = MultiGauge.builder("caravan.waiting.oldest.timestamp")
                .description("When the oldest of them became a dead letter, since 1970")
                .baseUnit("seconds")
                .register(meters);
    }

    /** Shows what was counted, a row for each tenant. */
    public void show(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> counted = exchange.getMessage().getBody(List.class);
        List<Row<?>> amounts = new ArrayList<>();
        List<Row<?>> times = new ArrayList<>();
        for (Map<String, Object> row : counted) {
            Tags tenant = Tags.of("tenant", (String) row.get("tenant"));
            Instant since = ((Timestamp) row.get("since")).toInstant();
            amounts.add(Row.of(tenant, (Number) row.get("messages")));
            times.add(Row.of(tenant, since.getEpochSecond()));
        }
        messages.register(amounts, true);
        oldest.register(times, true);
    }
}
