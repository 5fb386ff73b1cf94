package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.apache.camel.Exchange;

/**
 * The messages that could not be used, the newest first: {@link #ask} before the statement, {@link #answer} after it. A page
 * ends early rather than carry more than {@value Answer#MOST_BYTES} bytes of payload and one payload more. Stateless.
 */
public final class DeadLetters {

    private static final int MOST_ROWS = 1_000;

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, "reason", "device", "limit", Cursor.PARAMETER)
                .withLimit(100, MOST_ROWS);
        Query query = request.query();
        Cursor cursor = query.cursor(Long.class);
        request.with("reason", query.text("reason", null))
                .with("device", query.text("device", null))
                .with("before", cursor == null ? Long.MAX_VALUE : cursor.number(0))
                .with("bytes", Answer.MOST_BYTES)
                .handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), DeadLetter::of, last -> Cursor.after(last.number("id")));
    }

    private record DeadLetter(
            long id,
            String reason,
            String detail,
            String stage,
            String topic,
            String dialect,
            @JsonProperty("device_id") String device,
            String time,
            @JsonProperty("received_at") String receivedAt,
            long attempts,
            @JsonProperty("payload_length") long length,
            @JsonProperty("payload_sha256") String sha256,
            byte[] payload,
            String text) {

        static DeadLetter of(Row row) {
            byte[] payload = (byte[]) row.value("payload");
            long length = row.number("payload_length");
            return new DeadLetter(
                    row.number("id"),
                    row.text("reason"),
                    row.text("detail"),
                    row.text("stage"),
                    row.text("topic"),
                    row.text("dialect"),
                    row.text("device_id"),
                    row.time("failed_at"),
                    row.time("received_at"),
                    row.number("attempts"),
                    length,
                    row.text("payload_sha256"),
                    payload,
                    PayloadText.of(payload, length > payload.length));
        }
    }
}
