package io.caravan.window;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.caravan.decode.Timestamps;
import io.caravan.kafka.OutboundRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Publishes settled windows: {@link #ask} before the statement that selects them, {@link #records} after it, {@link
 * #published} when Kafka has them. What was not noted as published, because the process died in between, is published again.
 * Of several processes one publishes; each has a name of its own, made up at its start. Used by one thread.
 */
public final class SettledWindows {

    /** The header of a record that tells which of two records of a window is the newer one: a decimal number. */
    public static final String REVISION = "revision";

    private static final int PAGE = 5_000;
    private static final String LAST = "caravanRevision";
    private static final ObjectWriter WRITER = new ObjectMapper().writerFor(Aggregate.class);

    private final String publisher = UUID.randomUUID().toString();
    private final String topic;
    private final Counter counter;
    private boolean more;

    public SettledWindows(String topic, MeterRegistry meters) {
        this.topic = topic;
        counter = meters.counter("caravan.window.published");
    }

    /** Begins to publish what is there. */
    public void begin() {
        more = true;
    }

    /** Whether there may be more than was published last. */
    public boolean hasMore() {
        return more;
    }

    /** Hands the statement that follows what it must know to select windows. */
    public void ask(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, Map.of("publisher", publisher, "rows", PAGE));
    }

    /** Turns the rows of the body into records. */
    public void records(Exchange exchange) throws JsonProcessingException {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        List<OutboundRecord> records = new ArrayList<>(rows.size());
        for (Map<String, Object> row : rows) {
            Aggregate window = aggregate(row);
            String revision = row.get("revision").toString();
            records.add(new OutboundRecord(
                    exchange.getContext(),
                    topic,
                    window.tenant() + '/' + window.device(),
                    WRITER.writeValueAsBytes(window),
                    Map.of(REVISION, revision.getBytes(StandardCharsets.UTF_8))));
            exchange.setProperty(LAST, row.get("revision"));
        }
        more = rows.size() == PAGE;
        exchange.getMessage().setBody(records);
    }

    /** Whether the body holds records. */
    public boolean hasRecords(Exchange exchange) {
        return !exchange.getMessage().getBody(List.class).isEmpty();
    }

    /** Counts the records that Kafka has, and hands their last revision to the statement that notes it. */
    public void published(Exchange exchange) {
        counter.increment(exchange.getMessage().getBody(List.class).size());
        exchange.getMessage()
                .setHeader(
                        JdbcConstants.JDBC_PARAMETERS,
                        Map.of("publisher", publisher, "revision", exchange.getProperty(LAST)));
    }

    private static Aggregate aggregate(Map<String, Object> row) {
        Width width = new Width((Integer) row.get("width"));
        long start = micros((Timestamp) row.get("start"));
        return new Aggregate(
                (String) row.get("tenant_id"),
                (String) row.get("device_id"),
                (String) row.get("metric"),
                width.label(),
                Timestamps.format(start),
                Timestamps.format(start + width.micros()),
                (Long) row.get("count"),
                (Double) row.get("sum"),
                (Double) row.get("avg"),
                (Double) row.get("min"),
                (Double) row.get("max"),
                (Double) row.get("stddev"),
                (Double) row.get("first"),
                (Double) row.get("last"),
                true);
    }

    private static long micros(Timestamp time) {
        Instant instant = time.toInstant();
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }
}
