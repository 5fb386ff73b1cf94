package io.caravan.store;

import io.caravan.kafka.Replay;
import io.caravan.reading.Days;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Turns a batch of enriched messages into the columns of two statements, and reports when they are stored: {@link #open}
 * first, and while there {@linkplain #hasMore are more}, {@link #collect}, then {@link #trends} and {@link #batch} before the
 * statement of each, {@link #counted} and {@link #stored} after the last. Thread-safe.
 */
public final class Rows {

    private static final String REST = "caravanRest";
    private static final String READINGS = "caravanReadings";
    private static final String TRENDS = "caravanTrends";
    private static final String BATCH = "caravanBatchColumns";
    private static final String TIMES = "caravanTimes";

    private final Timer sinceReceipt;
    private final Timer sinceMeasured;
    private final Counter stored;
    private final Counter duplicates;
    private final Counter resolved;

    private final StoreLedger ledger;

    public Rows(MeterRegistry meters, StoreLedger ledger) {
        this.ledger = ledger;
        sinceReceipt = latency(meters, "receipt", "From receipt over MQTT to the committed row");
        sinceMeasured = latency(meters, "device", "From the device's own timestamp to the committed row");
        stored = meters.counter("caravan.store.readings", "result", "stored");
        duplicates = meters.counter("caravan.store.readings", "result", "duplicate");
        resolved = meters.counter("caravan.replays", "outcome", "resolved");
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

    /** Takes the messages of the body: a list of messages, or one. */
    @SuppressWarnings("unchecked")
    public void open(Exchange exchange) {
        Message message = exchange.getMessage();
        exchange.setProperty(REST, message.getBody() instanceof List<?> list ? (List<Message>) list : List.of(message));
    }

    /** Whether there are messages that have not been collected. */
    public boolean hasMore(Exchange exchange) {
        return !exchange.getProperty(REST, List.class).isEmpty();
    }

    /** Reads the messages that come next: as many as one transaction may store, which all are, unless they are of many days. */
    public void collect(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> rest = exchange.getProperty(REST, List.class);
        ReadingColumns readings = new ReadingColumns(rest.size() * 4);
        List<EventRow> events = new ArrayList<>();
        List<TrendRow> trends = new ArrayList<>();
        long[] received = new long[rest.size()];
        long[] measured = new long[rest.size()];
        EnrichedMessage message = new EnrichedMessage();
        String[] owners = new String[rest.size()];
        int[] readingsUpTo = new int[rest.size()];
        List<Replay> replays = new ArrayList<>();
        EventIds ids = new EventIds();
        Days days = new Days();
        int size = 0;
        for (; size < received.length; size++) {
            int before = readings.size();
            message.read((byte[]) rest.get(size).getBody(), (metric, value, unit, quality, timestamp, sequence) -> {
                readings.add(message.tenant, message.device, metric, timestamp, sequence, value, unit, quality);
                days.add(timestamp);
            });
            days.add(message.timestamp);
            message.trends.forEach(trend -> days.add(trend.timestamp()));
            if (days.count() > Days.MOST_OF_BATCH && size > 0) {
                readings.cut(before);
                break;
            }
            if (message.body != null) {
                events.add(EventRow.of(size + 1, message));
            }
            for (int entry = 0; entry < message.trends.size(); entry++) {
                trends.add(TrendRow.of(message, entry));
            }
            if (message.eventId != null) {
                ids.add(size + 1, message);
            }
            owners[size] = message.tenant;
            Replay replay = Replay.of(rest.get(size));
            if (replay != null) {
                replays.add(replay);
            }
            readingsUpTo[size] = readings.size();
            received[size] = message.receivedAt;
            measured[size] = message.timestamp;
        }
        exchange.setProperty(READINGS, readings);
        exchange.setProperty(TRENDS, trends);
        exchange.setProperty(TIMES, new long[][] {Arrays.copyOf(received, size), Arrays.copyOf(measured, size)});
        Map<String, Object> parameters = readings.parameters();
        parameters.put("messages", numbers(Arrays.copyOf(readingsUpTo, size)));
        parameters.putAll(EventRow.columns(events));
        parameters.putAll(ids.columns());
        parameters.put("replayed", replays.stream().mapToLong(Replay::letter).toArray());
        parameters.put(
                "replayNumbers", replays.stream().mapToInt(Replay::number).toArray());
        ledger.collect(rest.subList(0, size), Arrays.copyOf(owners, size), parameters);
        exchange.setProperty(BATCH, parameters);
        exchange.setProperty(REST, rest.subList(size, rest.size()));
    }

    /** The number of the message of each reading, from 1. */
    private static int[] numbers(int[] readingsUpTo) {
        int[] numbers = new int[readingsUpTo.length == 0 ? 0 : readingsUpTo[readingsUpTo.length - 1]];
        for (int message = 0, reading = 0; message < readingsUpTo.length; message++) {
            while (reading < readingsUpTo[message]) {
                numbers[reading++] = message + 1;
            }
        }
        return numbers;
    }

    /** Whether the batch has entries of trends messages. */
    public boolean hasTrends(Exchange exchange) {
        return !exchange.getProperty(TRENDS, List.class).isEmpty();
    }

    /** Hands the readings and the events to the statement that follows, and what the ledger is to know of their messages. */
    public void batch(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, exchange.getProperty(BATCH));
    }

    /** Hands the entries of trends messages to the statement that follows. */
    @SuppressWarnings("unchecked")
    public void trends(Exchange exchange) {
        exchange.getMessage()
                .setHeader(JdbcConstants.JDBC_PARAMETERS, TrendRow.columns(exchange.getProperty(TRENDS, List.class)));
    }

    /** Counts what the statement has stored, what had been there before, and which dead letters are none any more. */
    public void counted(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Map<String, Integer>> answer = exchange.getMessage().getBody(List.class);
        resolved.increment(answer.get(0).get("resolved"));
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

    /** The messages that are known by an event id. */
    private static final class EventIds {

        private final List<String> tenants = new ArrayList<>();
        private final List<String> ids = new ArrayList<>();
        private final List<Integer> messages = new ArrayList<>();

        void add(int number, EnrichedMessage message) {
            tenants.add(message.tenant);
            ids.add(message.eventId);
            messages.add(number);
        }

        Map<String, Object> columns() {
            return Map.of(
                    "idTenants",
                    tenants.toArray(String[]::new),
                    "ids",
                    ids.toArray(String[]::new),
                    "idMessages",
                    messages.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    private record EventRow(
            int number, String tenant, String device, long timestamp, long sequence, String kind, String body) {

        static EventRow of(int number, EnrichedMessage message) {
            return new EventRow(
                    number,
                    message.tenant,
                    message.device,
                    message.timestamp,
                    message.sequence,
                    message.kind,
                    message.body);
        }

        static Map<String, Object> columns(List<EventRow> rows) {
            Map<String, Object> columns = new HashMap<>();
            columns.put("eventTenants", rows.stream().map(EventRow::tenant).toArray(String[]::new));
            columns.put("eventDevices", rows.stream().map(EventRow::device).toArray(String[]::new));
            columns.put(
                    "eventTimestamps",
                    rows.stream().mapToLong(EventRow::timestamp).toArray());
            columns.put(
                    "eventSequences",
                    rows.stream().mapToLong(EventRow::sequence).toArray());
            columns.put("eventKinds", rows.stream().map(EventRow::kind).toArray(String[]::new));
            columns.put("eventBodies", rows.stream().map(EventRow::body).toArray(String[]::new));
            columns.put(
                    "eventMessages", rows.stream().mapToInt(EventRow::number).toArray());
            return columns;
        }
    }
}
