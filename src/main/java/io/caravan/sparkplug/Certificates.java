package io.caravan.sparkplug;

import io.caravan.decode.RawMessage;
import io.caravan.decode.Undecodable;
import io.caravan.kafka.Batch;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Moves certificates between memory and the table {@code sparkplug_births}: {@link #isNeeded}, {@link #ask} and {@link #take}
 * before a batch is decoded, {@link #hasFresh}, {@link #collect} and {@link #stored} after it; one statement each, for all nodes
 * of the batch. Thread-safe, as long as each partition is used by the thread that reads it.
 */
public final class Certificates {

    /** The name of the dialect. */
    public static final String DIALECT = "sparkplug";

    private static final byte[] DIALECT_BYTES = DIALECT.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    private static final String UNKNOWN = "caravanUnknownSessions";
    private static final String PARTITIONS = "caravanSparkplugPartitions";

    private final Sessions sessions;

    public Certificates(Sessions sessions) {
        this.sessions = sessions;
    }

    private record Asked(int partition, Receiver receiver) {}

    /** Begins a batch; whether it has messages of nodes whose certificates are not in memory. */
    public boolean isNeeded(Exchange exchange) {
        Map<Integer, long[]> spans = new HashMap<>();
        List<Message> ours = new ArrayList<>();
        for (Message message : batch(exchange)) {
            RecordPosition position = Batch.positionOf(message);
            long offset = position.offset();
            long[] span =
                    spans.computeIfAbsent(position.partition().partition(), partition -> new long[] {offset, offset});
            span[0] = Math.min(span[0], offset);
            span[1] = Math.max(span[1], offset);
            if (isOurs(message)) {
                ours.add(message);
            }
        }
        spans.forEach((partition, span) -> sessions.begin(partition, span[0], span[1]));
        Set<Asked> unknown = new LinkedHashSet<>();
        Set<Integer> partitions = new HashSet<>();
        for (Message message : ours) {
            RawMessage.Place place = placeOf(message);
            partitions.add(place.partition());
            Receiver receiver = receiverOf(place, message);
            if (receiver != null && !sessions.holds(place.partition(), receiver)) {
                unknown.add(new Asked(place.partition(), receiver));
            }
        }
        exchange.setProperty(PARTITIONS, partitions);
        exchange.setProperty(UNKNOWN, unknown);
        return !unknown.isEmpty();
    }

    private static boolean isOurs(Message message) {
        Object dialect = message.getHeader(RecordHeaders.DIALECT);
        return dialect instanceof byte[] bytes ? Arrays.equals(bytes, DIALECT_BYTES) : DIALECT.equals(dialect);
    }

    private static Receiver receiverOf(RawMessage.Place place, Message message) {
        try {
            String topic = RecordHeaders.text(message, RecordHeaders.TOPIC);
            return topic == null ? null : Receiver.of(place, Topic.of(topic));
        } catch (Undecodable e) {
            return null; // decoding says what is wrong with it
        }
    }

    /** Where a message of a batch lies. */
    public static RawMessage.Place placeOf(Message message) {
        RecordPosition position = Batch.positionOf(message);
        String receivedBy = RecordHeaders.text(message, RecordHeaders.RECEIVED_BY);
        return new RawMessage.Place(
                position.partition().partition(),
                position.offset(),
                receivedBy == null || !io.caravan.decode.Text.isId(receivedBy) ? "" : receivedBy,
                message.getHeader(RecordHeaders.REPLAY_OF) != null);
    }

    /** Asks for the certificates that counted where the batch begins. */
    public void ask(Exchange exchange) {
        Set<Asked> unknown = unknown(exchange);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("partitions", ints(unknown, Asked::partition));
        parameters.put(
                "before",
                unknown.stream()
                        .mapToLong(asked -> sessions.first(asked.partition()))
                        .toArray());
        parameters.put("receivers", texts(unknown, asked -> asked.receiver().client()));
        parameters.put("tenants", texts(unknown, asked -> asked.receiver().tenant()));
        parameters.put("nodes", texts(unknown, asked -> asked.receiver().node()));
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, parameters);
    }

    /** Takes what was stored into memory. */
    public void take(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        Map<Asked, List<Certificate>> known = new LinkedHashMap<>();
        unknown(exchange).forEach(asked -> known.put(asked, new ArrayList<>()));
        for (Map<String, Object> row : rows) {
            Certificate certificate = certificate(row);
            known.get(new Asked(
                            certificate.place().partition(),
                            new Receiver(certificate.place().receivedBy(), certificate.tenant(), certificate.node())))
                    .add(certificate);
        }
        known.forEach((asked, certificates) -> sessions.load(asked.partition(), asked.receiver(), certificates));
        goOn(exchange);
    }

    private static Certificate certificate(Map<String, Object> row) {
        RawMessage.Place place = new RawMessage.Place(
                (Integer) row.get("origin_partition"),
                (Long) row.get("origin_offset"),
                (String) row.get("received_by"),
                false);
        return new Certificate(
                place,
                (String) row.get("tenant_id"),
                (String) row.get("node"),
                (String) row.get("device"),
                Certificate.Kind.values()[((Number) row.get("kind")).intValue()],
                (Long) row.get("bd_seq"),
                (Long) row.get("hash"),
                (Long) row.get("received"),
                (Long) row.get("since"),
                Definitions.parse((String) row.get("metrics")));
    }

    /** Whether the batch has brought certificates that are to be stored before its offsets are committed. */
    public boolean hasFresh(Exchange exchange) {
        return !fresh(exchange).isEmpty();
    }

    /** Hands them to the statement that follows. */
    public void collect(Exchange exchange) {
        List<Certificate> fresh = fresh(exchange);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put(
                "partitions", ints(fresh, certificate -> certificate.place().partition()));
        parameters.put(
                "offsets",
                fresh.stream()
                        .mapToLong(certificate -> certificate.place().offset())
                        .toArray());
        parameters.put(
                "receivers", texts(fresh, certificate -> certificate.place().receivedBy()));
        parameters.put("tenants", texts(fresh, Certificate::tenant));
        parameters.put("nodes", texts(fresh, Certificate::node));
        parameters.put("devices", texts(fresh, Certificate::device));
        parameters.put("kinds", ints(fresh, certificate -> certificate.kind().ordinal()));
        parameters.put("bdSeqs", fresh.stream().map(Certificate::bdSeq).toArray(Long[]::new));
        parameters.put("hashes", fresh.stream().mapToLong(Certificate::hash).toArray());
        parameters.put(
                "received", fresh.stream().mapToLong(Certificate::receivedAt).toArray());
        parameters.put("since", fresh.stream().mapToLong(Certificate::since).toArray());
        parameters.put(
                "metrics", texts(fresh, certificate -> certificate.definitions().json()));
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, parameters);
    }

    /** Notes that they are stored. */
    public void stored(Exchange exchange) {
        sessions.stored(partitions(exchange));
        goOn(exchange);
    }

    private static void goOn(Exchange exchange) {
        exchange.getMessage().removeHeader(JdbcConstants.JDBC_PARAMETERS);
        exchange.getMessage().setBody(batch(exchange));
    }

    private List<Certificate> fresh(Exchange exchange) {
        return sessions.fresh(partitions(exchange));
    }

    @SuppressWarnings("unchecked")
    private static Set<Integer> partitions(Exchange exchange) {
        return exchange.getProperty(PARTITIONS, Set.class);
    }

    @SuppressWarnings("unchecked")
    private static Set<Asked> unknown(Exchange exchange) {
        return exchange.getProperty(UNKNOWN, Set.class);
    }

    @SuppressWarnings("unchecked")
    private static List<Message> batch(Exchange exchange) {
        return exchange.getProperty(Batch.MESSAGES, List.class);
    }

    private static <T> String[] texts(java.util.Collection<T> rows, Function<T, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }

    private static <T> int[] ints(java.util.Collection<T> rows, java.util.function.ToIntFunction<T> column) {
        return rows.stream().mapToInt(column).toArray();
    }
}
