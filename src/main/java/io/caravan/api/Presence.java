package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.caravan.registry.Patience;
import org.apache.camel.Exchange;

/**
 * Which devices of a tenant are online, in the order of {@link Devices}: {@link #ask} before the statement, {@link #answer}
 * after it. Thread-safe.
 */
public final class Presence {

    private static final int MOST_ROWS = 1_000;

    private final Patience patience;

    public Presence(Patience patience) {
        this.patience = patience;
    }

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, "online", "site", "zone", "type", "limit", Cursor.PARAMETER)
                .withLimit(100, MOST_ROWS);
        Query query = request.query();
        NewestDevices.page(request)
                .with("online", query.flag("online"))
                .with("site", query.text("site", null))
                .with("zone", query.text("zone", null))
                .with("type", query.text("type", null))
                .with(patience.parameters())
                .handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), State::of, NewestDevices::after);
    }

    private record State(
            @JsonProperty("device_id") String device,
            String label,
            @JsonProperty("device_type") String type,
            @JsonProperty("site_id") String site,
            @JsonProperty("zone_id") String zone,
            Boolean online,
            @JsonProperty("last_seen") String lastSeen,
            String since,
            String reason) {

        static State of(Row row) {
            return new State(
                    row.text("device_id"),
                    row.text("label"),
                    row.text("device_type"),
                    row.text("site_id"),
                    row.text("zone_id"),
                    (Boolean) row.value("online"),
                    row.time("last_seen"),
                    row.time("since"),
                    row.text("reason"));
        }
    }
}
