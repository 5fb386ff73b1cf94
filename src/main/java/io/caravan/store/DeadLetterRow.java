package io.caravan.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.decode.Text;
import io.caravan.decode.Timestamps;
import io.caravan.kafka.Part;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.Replay;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;

/** What a record of the dead-letter topic says, as a row of the table can hold it, whatever its headers hold. Times are microseconds since 1970. */
record DeadLetterRow(
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

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String DEFAULT_TENANT = "default";
    private static final int LONGEST = 1_000;
    /** An entry of an index is 2,704 bytes at most, and that of dead_letters_unexplained has a topic and an id of 600 bytes. */
    private static final int MOST_BYTES = 2_000;

    private static final Pattern ORIGIN = Pattern.compile("[\\w.-]{1,249}/\\d{1,9}/\\d{1,18}");
    /** What a replay is sent with, and the origin. */
    private static final List<String> SHOWN = Stream.concat(Replays.HEADERS.stream(), Stream.of(RecordHeaders.ORIGIN))
            .toList();

    /** Null for what came by Kafka and never got to iot.raw: it is stamped each time that it is read. */
    Long stampedAt() {
        return stage.equals("ingest") && hasOrigin ? null : receivedAt;
    }

    static DeadLetterRow of(Message message) {
        Part part = Part.of(message);
        String[] origin = origin(message);
        byte[] payload = message.getBody() instanceof byte[] bytes ? bytes : new byte[0];
        long failed = RecordHeaders.number(message, RecordHeaders.FAILED_AT, -1);
        long received = RecordHeaders.number(message, RecordHeaders.RECEIVED_AT, -1);
        String stage = text(message, RecordHeaders.STAGE);
        String reason = text(message, RecordHeaders.REASON);
        String detail = text(message, RecordHeaders.DETAIL);
        return new DeadLetterRow(
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
