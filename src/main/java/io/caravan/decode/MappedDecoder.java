package io.caravan.decode;

import io.caravan.decode.TopicTemplate.Variable;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the messages of a dialect that the registry declares: a message by the rules of the first topic that is its own. One
 * pass, in time linear in the length. Thread-safe.
 */
public final class MappedDecoder implements Decoder {

    private final List<MessageRules> rules;

    /** @param rules those that are told first count most */
    public MappedDecoder(List<MessageRules> rules) {
        this.rules = List.copyOf(rules);
    }

    /** The rules by which messages of a topic are read, or null where there are none. */
    public MessageRules rulesOf(String topic) {
        for (MessageRules candidate : rules) {
            if (candidate.topic.match(topic) != null) {
                return candidate;
            }
        }
        return null;
    }

    /** Those of a message, or of the row that it is, which may be others. */
    private MessageRules rulesOf(RawMessage raw) {
        MessageRules found = rulesOf(raw.topic());
        return found != null && found.ofRow != null && raw.part() > 0 ? found.ofRow : found;
    }

    @Override
    public RawMessage addressed(RawMessage raw) {
        MessageRules found = rulesOf(raw);
        if (found == null) {
            return raw;
        }
        Map<Variable, String> named = found.named(raw.topic());
        return new RawMessage(
                raw.dialect(),
                raw.topic(),
                named.get(Variable.TENANT),
                named.get(Variable.DEVICE),
                raw.receivedAt(),
                raw.contentType(),
                raw.payload(),
                raw.place(),
                raw.part());
    }

    @Override
    public boolean ignoresEmpty(RawMessage raw) {
        MessageRules found = rulesOf(raw.topic());
        return found != null && found.ignoresEmpty;
    }

    @Override
    public Parts parts(RawMessage raw) throws Undecodable {
        Parts parts = takenApart(raw);
        if (!parts.isEmpty() && MappedPayload.isReadInRows(rulesOf(raw.topic()))) {
            Growth growth = new Growth(raw.payload().length, parts.payloads().size());
            for (int i = 0; i < parts.payloads().size(); i++) {
                RawMessage part = raw.of(parts.payloads().get(i), parts.first() + i);
                MappedPayload.measure(rulesOf(part), part, growth);
            }
        }
        return parts;
    }

    private Parts takenApart(RawMessage raw) throws Undecodable {
        MessageRules found = rulesOf(raw.topic());
        if (found == null || found.rows == null || found.text && !looksLikeJson(raw.payload())) {
            return Parts.NONE;
        }
        requireSomething(found, raw);
        if (found.format != null && found.format.hasRows()) {
            return rowsOf(found.format.rows(raw.payload()));
        }
        byte[] json = MappedPayload.around(found, raw);
        if (!found.also.isEmpty()) {
            return RowLists.parts(found, json, raw.payload().length);
        }
        MessageRows rows = MessageRows.of(json, found.members, raw.payload().length);
        if (rows.isEmpty()) {
            if (found.ofRow != null) {
                return Parts.NONE; // its own values are all that it has
            }
            throw new Undecodable(
                    Reason.EMPTY_MESSAGE, "no row stands at " + found.rows + ", where the registry says that rows do");
        }
        if (found.ofRow == null || raw.part() > 0) {
            return rows.isWhole() ? Parts.NONE : new Parts(rows.messages(), 1);
        }
        byte[] own = rows.without();
        return hasValues(raw.of(own, 0)) ? new Parts(withOwn(own, rows.messages()), 0) : new Parts(rows.messages(), 1);
    }

    /** Whether a message that has rows says anything beside them. */
    private boolean hasValues(RawMessage own) {
        try {
            decode(own);
            return true;
        } catch (Undecodable e) {
            return e.reason() != Reason.EMPTY_MESSAGE;
        }
    }

    private static Parts rowsOf(List<byte[]> rows) throws Undecodable {
        if (rows.isEmpty()) {
            throw new Undecodable(Reason.EMPTY_MESSAGE, "the payload has no row");
        }
        return rows.size() == 1 ? Parts.NONE : new Parts(rows, 1);
    }

    private static List<byte[]> withOwn(byte[] own, List<byte[]> rows) {
        return new AbstractList<>() {
            @Override
            public byte[] get(int index) {
                return index == 0 ? own : rows.get(index - 1);
            }

            @Override
            public int size() {
                return rows.size() + 1;
            }
        };
    }

    @Override
    public Decoded decode(RawMessage raw) throws Undecodable {
        MessageRules found = rulesOf(raw);
        if (found == null || !found.read) {
            throw new Undecodable(
                    Reason.UNKNOWN_DIALECT,
                    "the dialect '" + raw.dialect() + "' of the registry reads no topic " + Text.excerpt(raw.topic()));
        }
        requireSomething(found, raw);
        Map<Variable, String> named = found.named(raw.topic());
        boolean text = found.text && !looksLikeJson(raw.payload());
        if (text) {
            return new MappedMessage(found, named, raw, JsonPayload.of(raw.payload()), null, Set.of())
                    .text(text(raw.payload()));
        }
        MappedPayload payload = MappedPayload.of(found, raw);
        return decode(payload.rules(), named, raw, payload.json());
    }

    private static Decoded decode(MessageRules found, Map<Variable, String> named, RawMessage raw, JsonPayload payload)
            throws Undecodable {
        if (found.namesMetric) {
            // read once for the name, which may stand behind what it names
            named.put(Variable.METRIC, JsonDecoder.read(payload.json(), parser -> new MappedMessage(
                            found, named, raw, payload, parser, Set.of())
                    .metric()));
        }
        return json(found, named, raw, payload, Set.of());
    }

    /** What the paths of the registry apply to in a message that is one; null where no topic of the registry is its own. */
    public JsonPayload asJson(RawMessage raw) throws Undecodable {
        MessageRules found = rulesOf(raw);
        if (found == null || found.text && !looksLikeJson(raw.payload())) {
            return null;
        }
        return MappedPayload.of(found, raw).json();
    }

    /** What devices put around JSON is part of a payload that is none. */
    @Override
    public RawMessage plain(RawMessage raw) {
        MessageRules found = rulesOf(raw.topic());
        return found != null && found.format != null ? raw : raw.plain();
    }

    /** What has a name of its own may stand behind the rest of an object which has that name too: then it is read once more. */
    private static Decoded json(
            MessageRules found, Map<Variable, String> named, RawMessage raw, JsonPayload payload, Set<String> beaten)
            throws Undecodable {
        return JsonDecoder.read(payload.json(), parser -> {
            MappedMessage message = new MappedMessage(found, named, raw, payload, parser, beaten);
            Decoded decoded = message.json();
            return message.beaten().isEmpty() ? decoded : json(found, named, raw, payload, message.beaten());
        });
    }

    /** MQTT 5, 3.3.1.3: an empty message with the flag RETAIN removes the one that is retained. It comes to subscribers as well. */
    private static void requireSomething(MessageRules found, RawMessage raw) throws Undecodable {
        boolean bytes = MappedPayload.isOfFormat(found, raw); // a blank may be a number
        if (bytes ? raw.payload().length == 0 : first(raw.payload()) < 0) {
            throw new Undecodable(
                    Reason.EMPTY_MESSAGE,
                    "the payload is empty, as where a retained message is removed from the broker");
        }
    }

    private static boolean looksLikeJson(byte[] payload) {
        int first = first(payload);
        return first == '{' || first == '[';
    }

    /** The first byte that is no white space of JSON, or -1. */
    private static int first(byte[] payload) {
        for (byte b : payload) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b & 0xFF;
            }
        }
        return -1;
    }

    /** The payload as a text, without quotes around it. */
    private static String text(byte[] payload) throws Undecodable {
        String text = new String(payload, StandardCharsets.UTF_8).strip();
        if (!Utf8.isValid(payload) || !Text.isClean(text)) {
            throw new Undecodable(Reason.MALFORMED_JSON, "neither JSON nor a text in UTF-8 without control characters");
        }
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
