package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * The readings of a device, newest first, and the newest of each of its metrics: {@code ask...} before the statement, {@code
 * answer...} after it. Stateless.
 */
public final class Readings {

    public void ask(Exchange exchange) {
        Series.ask(exchange);
    }

    public void answer(Exchange exchange) {
        List<Row> rows = Answer.ofDevice(exchange, "ts");
        Answer.page(exchange, rows, Reading::of, Series::after);
    }

    public void askLatest(Exchange exchange) {
        String device = Request.inPath(exchange, "id");
        Request.open(exchange).with("device", device).handOver(exchange);
    }

    public void answerLatest(Exchange exchange) {
        Answer.with(
                exchange,
                Answer.ofDevice(exchange, "ts").stream().map(Reading::of).toList());
    }

    private record Reading(
            @JsonProperty("device_id") String device,
            String metric,
            String timestamp,
            Double value,
            String unit,
            String quality) {

        static Reading of(Row row) {
            return new Reading(
                    row.text("device_id"),
                    row.text("metric"),
                    row.time("ts"),
                    (Double) row.value("value"),
                    row.text("unit"),
                    row.quality("quality"));
        }
    }
}
