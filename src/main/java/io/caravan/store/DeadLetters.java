package io.caravan.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.decode.Timestamps;
import io.caravan.kafka.Part;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.Replay;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.kafka.KafkaConstants;

/**
 * Turns records of the dead-letter topic into rows. A dead letter's identity is the place of its message on iot.raw, and its
 * time of receipt, for a topic that is made anew has the same places again; of a part of a message the place of the whole, and its
 * number; one that never got there has its own place on the dead-letter topic, and a replay is the dead letter that it is a replay of.
 * Whatever the headers hold, the row can be stored. A replay that is {@link Reason#IGNORED} makes none. Thread-safe.
 */
public final class DeadLetters {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String DEFAULT_TENANT = "default";
    private static final int LONGEST = 1_000;
    /** An entry of an index is 2,704 bytes at most, and that of dead_letters_unexplained has a topic and an id of 600 bytes. */
    private static final int MOST_BYTES = 2_000;

    private static final String COLUMNS = "caravanDeadLetters";
    private static final Pattern ORIGIN = Pattern.compile("[\\w.-]{1,249}/\\d{1,9}/\\d{1,18}");
    /** What a replay is sent with, and the origin. */
    private static final List<String> SHOWN = Stream.concat(Replays.HEADERS.stream(), Stream.of(RecordHeaders.ORIGIN))
            .toList();

    private final boolean wait;

    /** @param wait whether messages beyond the limit of their tenant are to be replayed as soon as it has room */
    public DeadLetters(boolean wait) {
        this.wait = wait;
    }

    /** Reads the dead letters of the body: a list of messages, or one. */
    public void collect(Exchange exchange) {
        Message body = exchange.getMessage();
        @SuppressWarnings("unchecked")
        List<Message> batch = body.getBody() instanceof List<?> list ? (List<Message>) list : List.of(body);
        List<Row> rows = new ArrayList<>(batch.size());
        List<Replay> ignored = new ArrayList<>();
        for (Message message : batch) {
            Row row = Row.of(message);
            if (!row.reason.equals(Reason.IGNORED.code())) {
                rows.add(row);
            } else if (row.replay != null) {
                ignored.add(row.replay);
            }
        }
        Map<String, Object> columns = new HashMap<>();
        columns.put("ignored", ignored.stream().map(Replay::letter).toArray(Long[]::new));
        columns.put("ignoredNumbers", ignored.stream().map(Replay::number).toArray(Integer[]::new));
        columns.put("wait", wait);
        columns.put("originTopics", texts(rows, Row::originTopic));
        columns.put("originPartitions", rows.stream().map(Row::originPartition).toArray(Integer[]::new));
        columns.put("originOffsets", rows.stream().mapToLong(Row::originOffset).toArray());
        columns.put("originParts", rows.stream().map(Row::originPart).toArray(Integer[]::new));
        columns.put("stampedTimes", rows.stream().map(Row::stampedAt).toArray(Long[]::new));
        columns.put("tenants", texts(rows, Row::tenant));
        columns.put("devices", texts(rows, Row::device));
        columns.put("dialects", texts(rows, Row::dialect));
        columns.put("topics", texts(rows, Row::topic));
        columns.put("stages", texts(rows, Row::stage));
        columns.put("reasons", texts(rows, Row::reason));
        columns.put("details", texts(rows, Row::detail));
        columns.put("receivedTimes", rows.stream().map(Row::receivedAt).toArray(Long[]::new));
        columns.put("failedTimes", rows.stream().mapToLong(Row::failedAt).toArray());
        columns.put("headers", texts(rows, Row::headers));
        columns.put("payloads", rows.stream().map(Row::payload).toArray(byte[][]::new));
        columns.put("payloadLengths", rows.stream().mapToLong(Row::length).toArray());
        columns.put("payloadHashes", texts(rows, Row::sha256));
        columns.put("recordKeys", texts(rows, Row::key));
        columns.put("enriched", rows.stream().map(Row::enriched).toArray(Boolean[]::new));
        columns.put(
                "replayed",
                rows.stream()
                        .map(row -> row.replay == null ? null : row.replay.letter())
                        .toArray(Long[]::new));
        columns.put(
                "replayNumbers",
                rows.stream()
                        .map(row -> row.replay == null ? null : row.replay.number())
                        .toArray(Integer[]::new));
        exchange.setProperty(COLUMNS, columns);
    }

    /** Whether the batch has replays that have failed again. */
    public boolean hasReplays(Exchange exchange) {
        return Stream.of((Long[]) columns(exchange).get("replayed")).anyMatch(Objects::nonNull);
    }

    /** Whether the batch has replays of messages that turned out to be none to keep. */
    public boolean hasIgnored(Exchange exchange) {
        return ((Long[]) columns(exchange).get("ignored")).length > 0;
    }

    /** Hands the columns to the statement that follows. */
    public void parameters(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, columns(exchange));
    }

    private static Map<?, ?> columns(Exchange exchange) {
        return exchange.getProperty(COLUMNS, Map.class);
    }

    private static String[] texts(List<Row> rows, Function<Row, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }

    private record Row(
            String originTopic,
            int originPartition,
            long originOffset,
            Integer originPart,
            boolean hasOrigin,
            String tenant,
            String device,
            String dialect,
            String topic,
            String stage,
            String reason,
            String detail,
            Long receivedAt,
            long failedAt,
            String headers,
            byte[] payload,
            long length,
            String sha256,
            String key,
            boolean enriched,
            Replay replay) {

        /** Null for what came by Kafka and never got to iot.raw: it is stamped each time that it is read. */
        Long stampedAt() {
            return stage.equals("ingest") && hasOrigin ? null : receivedAt;
        }

        static Row of(Message message) {
            Part part = Part.of(message);
            String[] origin = origin(message);
            byte[] payload = message.getBody() instanceof byte[] bytes ? bytes : new byte[0];
            long failed = RecordHeaders.number(message, RecordHeaders.FAILED_AT, -1);
            long received = RecordHeaders.number(message, RecordHeaders.RECEIVED_AT, -1);
            String stage = text(message, RecordHeaders.STAGE);
            String reason = text(message, RecordHeaders.REASON);
            String detail = text(message, RecordHeaders.DETAIL);
            return new Row(
                    part != null ? part.topic() : origin[0],
                    part != null ? part.partition() : Integer.parseInt(origin[1]),
                    part != null ? part.offset() : Long.parseLong(origin[2]),
                    part != null ? part.number() : null,
                    RecordHeaders.text(message, RecordHeaders.ORIGIN) != null,
                    tenant(message),
                    firstOf(message, RecordHeaders.OWNER_DEVICE, RecordHeaders.DEVICE),
                    text(message, RecordHeaders.DIALECT),
                    text(message, RecordHeaders.TOPIC),
                    stage == null ? "unknown" : stage,
                    reason == null ? "unknown" : reason,
                    detail == null ? "" : detail,
                    Timestamps.isTime(received) ? received : null,
                    Timestamps.isTime(failed)
                            ? failed
                            : Math.max(0, message.getHeader(KafkaConstants.TIMESTAMP, 0L, Long.class)) * 1_000,
                    headers(message),
                    payload,
                    RecordHeaders.number(message, RecordHeaders.LENGTH, payload.length),
                    text(message, RecordHeaders.SHA256),
                    text(message, KafkaConstants.KEY),
                    "true".equals(text(message, RecordHeaders.ENRICHED)),
                    Replay.of(message));
        }

        /** Whose it is. What can be no tenant is nobody's who could ask for it, and stays in the headers. */
        private static String tenant(Message message) {
            String owner = RecordHeaders.text(message, RecordHeaders.OWNER_TENANT);
            String tenant = owner != null ? owner : RecordHeaders.text(message, RecordHeaders.TENANT);
            return tenant != null && Text.isId(tenant) ? tenant : DEFAULT_TENANT;
        }

        private static String firstOf(Message message, String name, String other) {
            String text = text(message, name);
            return text != null ? text : text(message, other);
        }

        private static String[] origin(Message message) {
            String text = RecordHeaders.text(message, RecordHeaders.ORIGIN);
            if (text != null && ORIGIN.matcher(text).matches()) {
                return text.split("/");
            }
            return new String[] {
                message.getHeader(KafkaConstants.TOPIC, String.class),
                message.getHeader(KafkaConstants.PARTITION, String.class),
                message.getHeader(KafkaConstants.OFFSET, String.class)
            };
        }

        private static String headers(Message message) {
            ObjectNode object = MAPPER.createObjectNode();
            for (String name : SHOWN) {
                String value = RecordHeaders.text(message, name);
                if (value != null && isKept(name, value)) {
                    object.put(name, value.length() > LONGEST ? text(message, name) : value);
                }
            }
            return object.toString();
        }

        /** Who took a message in stands in an index, and counts by an id only (Certificates). */
        private static boolean isKept(String name, String value) {
            return !name.equals(RecordHeaders.RECEIVED_BY) || Text.isId(value);
        }

        /** A header as a column can hold it: no control characters, no lone surrogates, bounded in characters and in bytes. */
        private static String text(Message message, String name) {
            String text = RecordHeaders.text(message, name);
            if (text == null) {
                return null;
            }
            String clean = Text.isClean(text) ? text : Text.printable(text);
            CharBuffer rest = CharBuffer.wrap(clean, 0, Math.min(clean.length(), LONGEST));
            StandardCharsets.UTF_8.newEncoder().encode(rest, ByteBuffer.allocate(MOST_BYTES), true);
            return clean.substring(0, rest.position());
        }
    }
}
