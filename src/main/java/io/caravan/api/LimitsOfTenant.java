package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.caravan.limits.Limits;
import io.caravan.limits.TenantLimits;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/**
 * What a tenant may use, and what waits because it was beyond that: {@link #ask} before the statement that reads it, {@link #askPut} before the one that replaces it, {@link
 * #answer} after either. Thread-safe.
 */
public final class LimitsOfTenant {

    private static final int LARGEST_BODY = 10_000;
    private static final int MOST = 1_000_000_000;

    private static final String MESSAGES = "messages_per_second";
    private static final String DEVICES = "devices";
    private static final String CALLS = "api_calls_per_second";

    private final TenantLimits limits;

    public LimitsOfTenant(TenantLimits limits) {
        this.limits = limits;
    }

    public void ask(Exchange exchange) {
        Request.open(exchange).handOver(exchange);
    }

    /** A field that is absent or null stands for the setting. */
    public void askPut(Exchange exchange) {
        byte[] body = RequestBody.read(exchange, LARGEST_BODY, null);
        exchange.getMessage().setBody(body);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        Fields fields = Fields.of(body, MESSAGES, DEVICES, CALLS);
        request.with(MESSAGES, number(fields, MESSAGES, 0))
                .with(DEVICES, number(fields, DEVICES, 0))
                .with(CALLS, number(fields, CALLS, 1))
                .handOver(exchange);
    }

    private static Integer number(Fields fields, String name, int least) {
        return fields.value(name) == null ? null : fields.number(name, null, least, MOST);
    }

    public void answer(Exchange exchange) {
        Row row = Answer.rows(exchange).get(0);
        Limits merged = limits.merged(row.columns());
        List<String> own = Stream.of(MESSAGES, DEVICES, CALLS)
                .filter(name -> row.value(name) != null)
                .toList();
        Answer.with(
                exchange,
                new Usable(
                        Request.of(exchange).tenant(),
                        merged.messagesPerSecond(),
                        merged.devices(),
                        merged.callsPerSecond(),
                        own,
                        new Waiting(row.number("waiting"), row.time("waiting_since"))));
    }

    private record Usable(
            @JsonProperty("tenant_id") String tenant,
            @JsonProperty(MESSAGES) Integer messages,
            @JsonProperty(DEVICES) int devices,
            @JsonProperty(CALLS) Integer calls,
            List<String> own,
            Waiting waiting) {}

    private record Waiting(long messages, String since) {}
}
