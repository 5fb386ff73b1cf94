package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * The events of a device, newest first: {@link #ask} before the statement, {@link #answer} after it. A page ends early rather
 * than carry more than {@value Answer#MOST_BYTES} bytes of bodies and one body more. Stateless.
 */
public final class Events {

    private static final int MOST_ROWS = 1_000;

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, "device", "kind", "from", "to", "limit", Cursor.PARAMETER)
                .withLimit(100, MOST_ROWS);
        Query query = request.query();
        TimeRange range = TimeRange.of(query);
        Cursor cursor = query.cursor(Long.class, Long.class);
        boolean fromStart = cursor == null || cursor.number(0) >= range.to();
        request.with("device", query.required("device"))
                .with("kind", query.text("kind", null))
                .with("from", TimeRange.toDatabase(range.from()))
                .with("beforeTime", TimeRange.toDatabase(fromStart ? range.to() : cursor.number(0)))
                .with("beforeSequence", fromStart ? Long.MIN_VALUE : cursor.number(1))
                .with("bytes", Answer.MOST_BYTES)
                .handOver(exchange);
    }

    public void answer(Exchange exchange) {
        List<Row> rows = Answer.ofDevice(exchange, "ts");
        Answer.page(exchange, rows, Event::of, last -> Cursor.after(last.micros("ts"), last.number("seq")));
    }

    private record Event(@JsonProperty("device_id") String device, String timestamp, String kind, RawValue body) {

        static Event of(Row row) {
            return new Event(row.text("device_id"), row.time("ts"), row.text("kind"), row.json("body"));
        }
    }
}
