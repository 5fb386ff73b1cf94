package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * The readings of a device, newest first, and the newest of each of its metrics: {@code ask...} before the statement, {@code
 * answer...} after it. Stateless.
 */
public final class Readings {

    private static final int MOST_ROWS = 10_000;
    /** After every metric's name, in the order of UTF-8. */
    static final String LAST_METRIC = "\uDBFF\uDFFF";

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, "device", "metric", "from", "to", "limit", Cursor.PARAMETER)
                .withLimit(100, MOST_ROWS);
        Query query = request.query();
        TimeRange range = TimeRange.of(query);
        Cursor cursor = query.cursor(Long.class, String.class, Long.class);
        boolean fromStart = cursor == null || cursor.number(0) >= range.to();
        request.with("device", query.required("device"))
                .with("firstMetric", query.text("metric", ""))
                .with("lastMetric", query.text("metric", LAST_METRIC))
                .with("from", TimeRange.toDatabase(range.from()))
                .with("beforeTime", TimeRange.toDatabase(fromStart ? range.to() : cursor.number(0)))
                .with("beforeMetric", fromStart ? "" : cursor.text(1))
                .with("beforeSequence", fromStart ? Long.MIN_VALUE : cursor.number(2))
                .handOver(exchange);
    }

    public void answer(Exchange exchange) {
        List<Row> rows = Answer.ofDevice(exchange, "ts");
        Answer.page(
                exchange,
                rows,
                Reading::of,
                last -> Cursor.after(last.micros("ts"), last.text("metric"), last.number("seq")));
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
