package io.caravan.api;

import org.apache.camel.Exchange;

/**
 * A list by time of what one device tells of its metrics, newest first: which part of it a request asks for. Its order is
 * that of the identity of its rows, (ts, metric, seq). Stateless.
 */
final class Series {

    private static final int MOST_ROWS = 10_000;
    /** After every metric's name, in the order of UTF-8. */
    static final String LAST_METRIC = "\uDBFF\uDFFF";

    private Series() {}

    /** Turns a request into the parameters of the list's statement. */
    static void ask(Exchange exchange) {
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

    /** The place after a row. */
    static Cursor after(Row row) {
        return Cursor.after(row.micros("ts"), row.text("metric"), row.number("seq"));
    }
}
