package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.caravan.registry.Patience;
import org.apache.camel.Exchange;

/**
 * The devices of a tenant, the newest first: {@code ask...} before the statement, {@code answer...} after it.
 * Thread-safe.
 */
public final class Devices {

    private static final int MOST_ROWS = 1_000;

    private final Patience patience;

    public Devices(Patience patience) {
        this.patience = patience;
    }

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, "limit", Cursor.PARAMETER).withLimit(100, MOST_ROWS);
        NewestDevices.page(request).with(patience.parameters()).handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), Device::of, NewestDevices::after);
    }

    public void askOne(Exchange exchange) {
        String device = Request.inPath(exchange, "id");
        Request.open(exchange)
                .with("device", device)
                .with(patience.parameters())
                .handOver(exchange);
    }

    public void answerOne(Exchange exchange) {
        Answer.with(exchange, Device.of(Answer.ofDevice(exchange, "device_id").get(0)));
    }

    private record Device(
            @JsonProperty("device_id") String id,
            String label,
            @JsonProperty("device_type") String type,
            @JsonProperty("site_id") String site,
            @JsonProperty("zone_id") String zone,
            @JsonProperty("created_at") String createdAt,
            @JsonProperty("last_seen") String lastSeen,
            Boolean online) {

        static Device of(Row row) {
            return new Device(
                    row.text("device_id"),
                    row.text("label"),
                    row.text("device_type"),
                    row.text("site_id"),
                    row.text("zone_id"),
                    row.time("created_at"),
                    row.time("last_seen"),
                    (Boolean) row.value("online"));
        }
    }
}
