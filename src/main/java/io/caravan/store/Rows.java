package io.caravan.store;

import io.caravan.decode.PayloadHash;
import io.caravan.reading.TrendStatistic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Turns a batch of enriched messages into the columns of three statements, and reports when they are stored: {@link #collect}
 * first, then {@link #trends}, {@link #readings} and {@link #events} before the statement of each, {@link #stored} last.
 * Thread-safe.
 */
public final class Rows {

    private static final String READINGS = "caravanReadings";
    private static final String EVENTS = "caravanEvents";
    private static final String TRENDS = "caravanTrends";
    private static final String TIMES = "caravanTimes";

    private final Timer sinceReceipt;
    private final Timer sinceMeasured;
    private final Counter stored;
    private final Counter duplicates;

    public Rows(MeterRegistry meters) {
        sinceReceipt = latency(meters, "receipt", "From receipt over MQTT to the committed row");
        sinceMeasured = latency(meters, "device", "From the device's own timestamp to the committed row");
        stored = meters.counter("caravan.store.readings", "result", "stored");
        duplicates = meters.counter("caravan.store.readings", "result", "duplicate");
    }

    private static Timer latency(MeterRegistry meters, String since, String description) {
        return Timer.builder("caravan.latency.stored")
                .tag("since", since)
                .description(description)
                .serviceLevelObjectives(
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(150),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30))
                .register(meters);
    }

    /** Reads the messages of the body: a list of messages, or one. */
    public void collect(Exchange exchange) {
        List<Message> batch = batchOf(exchange.getMessage());
        ReadingColumns readings = new ReadingColumns(batch.size() * 4);
        List<EventRow> events = new ArrayList<>();
        List<TrendRow> trends = new ArrayList<>();
        long[] received = new long[batch.size()];
        long[] measured = new long[batch.size()];
        EnrichedMessage message = new EnrichedMessage();
        for (int i = 0; i < received.length; i++) {
            message.read(
                    (byte[]) batch.get(i).getBody(),
                    (metric, value, unit, quality, sequence) -> readings.add(
                            message.tenant, message.device, metric, message.timestamp, sequence, value, unit, quality));
            if (message.body != null) {
                events.add(EventRow.of(message));
            }
            for (int entry = 0; entry < message.trends.size(); entry++) {
                trends.add(TrendRow.of(message, entry));
            }
            received[i] = message.receivedAt;
            measured[i] = message.timestamp;
        }
        exchange.setProperty(READINGS, readings);
        exchange.setProperty(EVENTS, events);
        exchange.setProperty(TRENDS, trends);
        exchange.setProperty(TIMES, new long[][] {received, measured});
    }

    /** Whether the batch has readings. */
    public boolean hasReadings(Exchange exchange) {
        return exchange.getProperty(READINGS, ReadingColumns.class).size() > 0;
    }

    /** Whether the batch has events. */
    public boolean hasEvents(Exchange exchange) {
        return !exchange.getProperty(EVENTS, List.class).isEmpty();
    }

    /** Whether the batch has entries of trends messages. */
    public boolean hasTrends(Exchange exchange) {
        return !exchange.getProperty(TRENDS, List.class).isEmpty();
    }

    /** Hands the readings to the statement that follows. */
    public void readings(Exchange exchange) {
        parameters(
                exchange, exchange.getProperty(READINGS, ReadingColumns.class).parameters());
    }

    /** Hands the events to the statement that follows. */
    @SuppressWarnings("unchecked")
    public void events(Exchange exchange) {
        parameters(exchange, EventRow.columns(exchange.getProperty(EVENTS, List.class)));
    }

    /** Hands the entries of trends messages to the statement that follows. */
    @SuppressWarnings("unchecked")
    public void trends(Exchange exchange) {
        parameters(exchange, TrendRow.columns(exchange.getProperty(TRENDS, List.class)));
    }

    /** Counts what the statement for the readings has stored, and what had been there before. */
    public void counted(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Map<String, Integer>> answer = exchange.getMessage().getBody(List.class);
        int rows = answer.get(0).get("stored");
        stored.increment(rows);
        duplicates.increment(
                exchange.getProperty(READINGS, ReadingColumns.class).size() - rows);
    }

    /** Records the latencies of the batch, now that it is committed. */
    public void stored(Exchange exchange) {
        long now = System.currentTimeMillis() * 1_000;
        long[][] times = exchange.getProperty(TIMES, long[][].class);
        for (long received : times[0]) {
            sinceReceipt.record(Math.max(0, now - received), TimeUnit.MICROSECONDS);
        }
        for (long measured : times[1]) {
            sinceMeasured.record(Math.max(0, now - measured), TimeUnit.MICROSECONDS);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Message> batchOf(Message message) {
        return message.getBody() instanceof List<?> list ? (List<Message>) list : List.of(message);
    }

    private static void parameters(Exchange exchange, Map<String, Object> parameters) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, parameters);
    }

    private record EventRow(String tenant, String device, long timestamp, long sequence, String kind, String body) {

        static EventRow of(EnrichedMessage message) {
            return new EventRow(
                    message.tenant, message.device, message.timestamp, message.sequence, message.kind, message.body);
        }

        static Map<String, Object> columns(List<EventRow> rows) {
            Map<String, Object> columns = new HashMap<>();
            columns.put("tenants", rows.stream().map(EventRow::tenant).toArray(String[]::new));
            columns.put("devices", rows.stream().map(EventRow::device).toArray(String[]::new));
            columns.put(
                    "timestamps", rows.stream().mapToLong(EventRow::timestamp).toArray());
            columns.put("sequences", rows.stream().mapToLong(EventRow::sequence).toArray());
            columns.put("kinds", rows.stream().map(EventRow::kind).toArray(String[]::new));
            columns.put("bodies", rows.stream().map(EventRow::body).toArray(String[]::new));
            return columns;
        }
    }

    private record TrendRow(String tenant, String device, long sequence, TrendStatistic trend) {

        static TrendRow of(EnrichedMessage message, int entry) {
            return new TrendRow(
                    message.tenant,
                    message.device,
                    PayloadHash.mix(message.sequence, entry),
                    message.trends.get(entry));
        }

        static Map<String, Object> columns(List<TrendRow> rows) {
            Map<String, Object> columns = new HashMap<>();
            columns.put("tenants", rows.stream().map(TrendRow::tenant).toArray(String[]::new));
            columns.put("devices", rows.stream().map(TrendRow::device).toArray(String[]::new));
            columns.put("metrics", rows.stream().map(row -> row.trend.metric()).toArray(String[]::new));
            columns.put(
                    "timestamps",
                    rows.stream().mapToLong(row -> row.trend.timestamp()).toArray());
            columns.put("sequences", rows.stream().mapToLong(TrendRow::sequence).toArray());
            columns.put(
                    "values",
                    rows.stream().mapToDouble(row -> row.trend.value()).toArray());
            columns.put(
                    "averages",
                    rows.stream().mapToDouble(row -> row.trend.avg()).toArray());
            columns.put(
                    "minima", rows.stream().mapToDouble(row -> row.trend.min()).toArray());
            columns.put(
                    "maxima", rows.stream().mapToDouble(row -> row.trend.max()).toArray());
            return columns;
        }
    }
}
