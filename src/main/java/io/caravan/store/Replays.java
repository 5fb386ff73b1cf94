package io.caravan.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Reason;
import io.caravan.kafka.OutboundRecord;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.Replay;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;

/**
 * Sends dead letters back to iot.raw, page by page: {@link #ask} and {@link #records} around the statement that takes a page,
 * {@link #sent} when Kafka has it. A record is what the device's was, its time of receipt included, with the header {@code
 * replay-of} besides. What is taken and not sent, because the process ended, is taken again after half a minute. Thread-safe.
 */
public final class Replays {

    /** The headers of a record on iot.raw. */
    static final List<String> HEADERS = List.of(
            RecordHeaders.TOPIC,
            RecordHeaders.DIALECT,
            RecordHeaders.RECEIVED_AT,
            RecordHeaders.TENANT,
            RecordHeaders.DEVICE,
            RecordHeaders.RECEIVED_BY,
            RecordHeaders.CONTENT_TYPE,
            RecordHeaders.PART,
            RecordHeaders.TRACE_PARENT,
            RecordHeaders.TRACE_STATE);

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};
    private static final String TAKEN = "caravanReplays";
    private static final int ROWS = 500;
    private static final int BYTES = 8 * 1024 * 1024;

    private final String rawTopic;
    private final Counter sent;

    public Replays(String rawTopic, MeterRegistry meters) {
        this.rawTopic = rawTopic;
        this.sent = meters.counter("caravan.replays", "outcome", "sent");
    }

    /** Whether there may be more to send: until a page was empty. */
    public boolean hasMore(Exchange exchange) {
        return exchange.getProperty(TAKEN) == null || hasRecords(exchange);
    }

    /** Asks for the next page. */
    public void ask(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, Map.of("rows", ROWS, "bytes", BYTES));
    }

    /** Makes the records of a page. */
    public void records(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        List<Replay> replays = new ArrayList<>();
        List<OutboundRecord> records = new ArrayList<>();
        rows.stream().sorted(Comparator.comparing(row -> (Long) row.get("id"))).forEach(row -> {
            Replay replay = new Replay((Long) row.get("id"), (Integer) row.get("replays"));
            replays.add(replay);
            records.add(record(exchange.getContext(), row, replay));
        });
        exchange.setProperty(TAKEN, replays);
        exchange.getMessage().removeHeader(JdbcConstants.JDBC_PARAMETERS);
        exchange.getMessage().setBody(records);
    }

    public boolean hasRecords(Exchange exchange) {
        return !replays(exchange).isEmpty();
    }

    private OutboundRecord record(CamelContext context, Map<String, Object> row, Replay replay) {
        Map<String, String> known = headers(row.get("headers").toString());
        known.put(RecordHeaders.RECEIVED_AT, Long.toString(micros((Timestamp) row.get("received_at"))));
        Map<String, Object> headers = new HashMap<>(known);
        headers.keySet().retainAll(HEADERS);
        headers.put(RecordHeaders.REPLAY_OF, replay.toString());
        return new OutboundRecord(context, rawTopic, row.get("record_key"), (byte[]) row.get("payload"), headers);
    }

    private static Map<String, String> headers(String json) {
        try {
            return MAPPER.readValue(json, TEXTS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("dead_letters.headers is no object of texts", e);
        }
    }

    private static long micros(Timestamp time) {
        Instant instant = time.toInstant();
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    /** Turns a record that the topic does not take into the dead letter that it stays. */
    public void refused(Exchange exchange) {
        OutboundRecord record = exchange.getMessage(OutboundRecord.class);
        Message letter = new DefaultMessage(exchange);
        letter.setHeaders(new HashMap<>(record.getHeaders()));
        letter.removeHeader(KafkaConstants.OVERRIDE_TOPIC);
        letter.setBody(record.getBody());
        letter.setHeader(RecordHeaders.STAGE, "ingest");
        letter.setHeader(RecordHeaders.REASON, Reason.TOO_LARGE.code());
        letter.setHeader(
                RecordHeaders.DETAIL,
                ((byte[]) record.getBody()).length + " bytes, more than the topic " + rawTopic
                        + " takes (its max.message.bytes)");
        letter.setHeader(RecordHeaders.FAILED_AT, Long.toString(System.currentTimeMillis() * 1_000));
        exchange.setMessage(letter);
    }

    /** Hands what was sent to the statement that notes it. */
    public void sent(Exchange exchange) {
        List<Replay> replays = replays(exchange);
        sent.increment(replays.size());
        exchange.getMessage()
                .setHeader(
                        JdbcConstants.JDBC_PARAMETERS,
                        Map.of(
                                "letters",
                                replays.stream().mapToLong(Replay::letter).toArray(),
                                "numbers",
                                replays.stream().mapToInt(Replay::number).toArray()));
    }

    @SuppressWarnings("unchecked")
    private static List<Replay> replays(Exchange exchange) {
        return exchange.getProperty(TAKEN, List.class);
    }
}
