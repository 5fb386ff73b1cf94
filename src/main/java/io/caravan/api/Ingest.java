package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.caravan.decode.EventDecoder;
import io.caravan.decode.Timestamps;
import io.caravan.kafka.OutboundRecord;
import io.caravan.kafka.RecordHeaders;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;

/**
 * Events over HTTP: {@link #receive} reads and checks them, all or none; {@link #records} hands them to the producer, which
 * waits for Kafka; {@link #answer} gives the receipt. A request with an {@code Idempotency-Key} is looked up between ({@link
 * #claimed}) and closed behind ({@link #complete}): while it is not closed, the same request is done again
 * under the same id and time of receipt, which makes the same readings of it. Thread-safe.
 */
public final class Ingest {

    /** The path, which stands for the MQTT topic. */
    private static final String PATH = "/api/ingest";

    private static final String WORK = "caravan.api.ingest";
    private static final int LONGEST_KEY = 200;

    private final EventDecoder decoder;
    private final String topic;
    private final int largestBody;
    private final int largestEvent;

    /** What is known of a request on its way. */
    private static final class Work {
        List<EventBody.Event> events;
        String tenant;
        String key;
        byte[] sha256;
        UUID id = UUID.randomUUID();
        long receivedAt = now();
        boolean completed;
    }

    private record Receipt(UUID id, int accepted, @JsonProperty("received_at") String receivedAt) {}

    /** @param topic of raw messages */
    public Ingest(EventDecoder decoder, String topic, int largestBody, int largestEvent) {
        this.decoder = decoder;
        this.topic = topic;
        this.largestBody = largestBody;
        this.largestEvent = largestEvent;
    }

    /** @throws ApiProblem when the request or one of its events is not good */
    public void receive(Exchange exchange) {
        OwnPages.require(exchange);
        boolean lines = areLines(Request.header(exchange, Exchange.CONTENT_TYPE));
        if (Request.header(exchange, "Content-Encoding") != null) {
            throw ApiProblem.of(415, "The body must not be compressed");
        }
        Work work = new Work();
        work.key = key(Request.header(exchange, "Idempotency-Key"));
        byte[] body = RequestBody.read(exchange, largestBody, "caravan.http.ingest.max-bytes");
        exchange.getMessage().setBody(null);
        Request request = Request.open(exchange);
        work.tenant = tenant(request);
        work.events = new EventBody(decoder, largestEvent).read(body, lines);
        work.sha256 = work.key == null ? null : sha256(body);
        exchange.setProperty(WORK, work);
        request.with("key", work.key)
                .with("sha256", work.sha256)
                .with("request", work.id)
                .with("accepted", work.events.size())
                .with("receivedAt", work.receivedAt)
                .handOver(exchange);
    }

    /** Whose the events are; null where they may say so themselves, because an admin brings them. */
    private static String tenant(Request request) {
        boolean said = request.query().text(Request.TENANT, null) != null;
        return said || request.identity().tenant() != null ? request.tenant() : null;
    }

    private static boolean areLines(String contentType) {
        String type = contentType == null
                ? "application/json"
                : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "application/json" -> false;
            case "application/x-ndjson", "application/ndjson" -> true;
            default ->
                throw ApiProblem.of(
                        415,
                        "The content type must be application/json, or application/x-ndjson for an event on each line");
        };
    }

    private static String key(String header) {
        if (header != null && !header.matches("[\\x21-\\x7e]{1," + LONGEST_KEY + "}")) {
            throw ApiProblem.parameter(
                    "Idempotency-Key",
                    "Idempotency-Key must be 1 to " + LONGEST_KEY + " printable characters of ASCII");
        }
        return header;
    }

    /** Whether the request has an {@code Idempotency-Key}. */
    public boolean isNamed(Exchange exchange) {
        return work(exchange).key != null;
    }

    /** @throws ApiProblem 422 when the key stands for another body */
    public void claimed(Exchange exchange) {
        Row row = Answer.rows(exchange).get(0);
        if (!Boolean.TRUE.equals(row.value("same"))) {
            throw ApiProblem.of(422, "This Idempotency-Key was used with another body");
        }
        Work work = work(exchange);
        work.id = (UUID) row.value("request_id");
        work.receivedAt = row.micros("received_at");
        work.completed = Boolean.TRUE.equals(row.value("completed"));
    }

    /** Whether Kafka is still to get the events. */
    public boolean isNew(Exchange exchange) {
        return !work(exchange).completed;
    }

    /** Puts the records of all events into the body. */
    public void records(Exchange exchange) {
        Work work = work(exchange);
        Map<String, Object> headers = new HashMap<>();
        headers.put(RecordHeaders.TOPIC, PATH);
        headers.put(RecordHeaders.DIALECT, "events");
        headers.put(RecordHeaders.RECEIVED_AT, Long.toString(work.receivedAt));
        if (work.tenant != null) {
            headers.put(RecordHeaders.TENANT, work.tenant);
        }
        List<OutboundRecord> records = new ArrayList<>(work.events.size());
        for (EventBody.Event event : work.events) {
            String claimed = work.tenant != null ? work.tenant : event.decoded().tenant();
            String key = (claimed != null ? claimed : "default")
                    + '/'
                    + event.decoded().device();
            records.add(new OutboundRecord(exchange.getContext(), topic, key, event.payload(), headers));
        }
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(records);
    }

    /** Hands the parameters to the statement that closes the request. */
    public void complete(Exchange exchange) {
        Request.of(exchange).handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Work work = work(exchange);
        Answer.with(exchange, new Receipt(work.id, work.events.size(), Timestamps.format(work.receivedAt)));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
    }

    private static Work work(Exchange exchange) {
        return exchange.getProperty(WORK, Work.class);
    }

    private static byte[] sha256(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
