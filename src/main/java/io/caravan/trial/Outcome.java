package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caravan.decode.JsonPayload;
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
 */
public record Outcome(byte[] value, Map<String, String> headers, List<String> topics) {

    private static final JsonMapper MAPPER = new JsonMapper();

    /** A message that goes to several topics is one outcome. */
    static List<Outcome> of(List<Written> records) {
        Map<Object, Outcome> byOrigin = new LinkedHashMap<>();
        for (Written record : records) {
            String origin = record.header(RecordHeaders.ORIGIN);
            Outcome outcome = byOrigin.computeIfAbsent(
                    origin == null ? record : origin,
                    first -> new Outcome(record.value(), record.headers(), new ArrayList<>()));
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
        MappedDialect dialect = registry.types().dialects().get(header(RecordHeaders.DIALECT));
        try {
            JsonPayload json = dialect == null
                    ? null
                    : dialect.decoder().asJson(dialect.decoder().plain(raw(payload)));
            return json == null || json.json() == payload ? null : new String(json.json(), StandardCharsets.UTF_8);
        } catch (Undecodable e) {
            return null; // the dead letter says so
        }
    }

    private RawMessage raw(byte[] payload) {
        return new RawMessage(header(RecordHeaders.DIALECT), header(RecordHeaders.TOPIC), null, null, 0, payload);
    }

    /** The paths to values that lead nowhere in the payload that a dialect of the registry has read, as they were written. */
    public List<String> valuesMissingIn(byte[] payload, DeviceRegistry registry) {
        MappedDialect dialect = registry.types().dialects().get(header(RecordHeaders.DIALECT));
        MessageRules rules = dialect == null ? null : dialect.decoder().rulesOf(header(RecordHeaders.TOPIC));
        try {
            JsonPayload read = dialect == null
                    ? null
                    : dialect.decoder().asJson(dialect.decoder().plain(raw(payload)));
            JsonNode json = MAPPER.readTree(read == null ? payload : read.json());
            return rules == null || !json.isContainerNode() ? List.of() : rules.valuesMissingIn(json);
        } catch (IOException | Undecodable e) {
            return List.of(); // a text, or a dead letter
        }
    }

    boolean isIgnored() {
        return Reason.IGNORED.code().equals(header(RecordHeaders.REASON));
    }

    /** A header, empty where it is not there. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }
}
