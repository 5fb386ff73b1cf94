package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caravan.decode.Decoded;
import io.caravan.decode.JsonPayload;
import io.caravan.decode.MappedDecoder;
import io.caravan.decode.MessageRules;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import io.caravan.kafka.RecordHeaders;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.MappedDialect;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of a message: enriched, a dead letter, or ignored.
 *
 * @param value the enriched message, or what the dead letter keeps of the payload
 * @param headers the headers of its record
 * @param topics the topics that it is written to; none where it is ignored
 * @param read the payload that it was made of, which is one row where a message has several
 */
public record Outcome(byte[] value, Map<String, String> headers, List<String> topics, byte[] read) {

    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * A message that goes to several topics is one outcome.
     *
     * @param read the payload that all of them were made of
     */
    static List<Outcome> of(List<Written> records, byte[] read) {
        Map<Object, Outcome> byOrigin = new LinkedHashMap<>();
        for (Written record : records) {
            String origin = record.header(RecordHeaders.ORIGIN);
            Outcome outcome = byOrigin.computeIfAbsent(
                    origin == null ? record : origin,
                    first -> new Outcome(record.value(), record.headers(), new ArrayList<>(), read));
            if (!record.topic().equals(Written.NOWHERE)) {
                outcome.topics().add(record.topic());
            }
        }
        return List.copyOf(byOrigin.values());
    }

    public boolean isEnriched() {
        return !headers.containsKey(RecordHeaders.REASON);
    }

    /** What the paths of the registry apply to in a payload; null where that is the payload itself, or nothing. */
    public String asJson(byte[] payload, DeviceRegistry registry) {
        try {
            byte[] json = applied(payload, registry);
            return json == payload ? null : new String(json, StandardCharsets.UTF_8);
        } catch (Undecodable e) {
            return null; // the dead letter says so
        }
    }

    private byte[] applied(byte[] payload, DeviceRegistry registry) throws Undecodable {
        return applied(raw(payload), registry);
    }

    private byte[] applied(RawMessage raw, DeviceRegistry registry) throws Undecodable {
        MappedDialect dialect = registry.types().dialects().get(header(RecordHeaders.DIALECT));
        JsonPayload json = dialect == null
                ? null
                : dialect.decoder().asJson(dialect.decoder().plain(raw));
        return json == null ? raw.payload() : json.json();
    }

    private RawMessage raw(byte[] payload) {
        return new RawMessage(header(RecordHeaders.DIALECT), header(RecordHeaders.TOPIC), null, null, 0, payload);
    }

    /** How the registry says that it is read; null where the registry says nothing of it. */
    MessageRules rules(DeviceRegistry registry) {
        MappedDialect dialect = registry.types().dialects().get(header(RecordHeaders.DIALECT));
        return dialect == null ? null : dialect.decoder().rulesOf(header(RecordHeaders.TOPIC));
    }

    /** The payload as a tree of what the paths of the registry apply to; null where it is none. */
    JsonNode tree(byte[] payload, DeviceRegistry registry) {
        try {
            return MAPPER.readTree(applied(payload, registry));
        } catch (Undecodable | IOException e) {
            return null; // the dead letter says so
        }
    }

    /** The same of what it was made of, which is one row. */
    JsonNode treeOfRow(DeviceRegistry registry) {
        try {
            return MAPPER.readTree(applied(raw(read).of(read, row()), registry));
        } catch (Undecodable | IOException e) {
            return null; // the dead letter says so
        }
    }

    /** The same message as its dialect reads it; null where that is none of the registry, or it cannot be read. */
    Decoded decoded(DeviceRegistry registry) {
        MappedDialect dialect = registry.types().dialects().get(header(RecordHeaders.DIALECT));
        try {
            MappedDecoder decoder = dialect == null ? null : dialect.decoder();
            return decoder == null
                    ? null
                    : decoder.decode(decoder.plain(decoder.addressed(raw(read).of(read, row()))));
        } catch (Undecodable e) {
            return null; // the dead letter says so
        }
    }

    /** Which of the rows of a message it is, from 1; 0 where it is what stands around them, and -1 where there are none. */
    int row() {
        String part = header(RecordHeaders.PART);
        return part.isEmpty() ? RawMessage.WHOLE : Integer.parseInt(part.substring(part.lastIndexOf('/') + 1));
    }

    boolean isIgnored() {
        return Reason.IGNORED.code().equals(header(RecordHeaders.REASON));
    }

    /** A header, empty where it is not there. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }
}
