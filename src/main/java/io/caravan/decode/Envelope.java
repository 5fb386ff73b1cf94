package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.decode.TopicTemplate.Variable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/** What a message of a declared dialect says beside its values: whose it is, of when, and of which kind. Used once, by one thread. */
final class Envelope {

    private final MessageRules rules;
    private final Map<Variable, String> named;
    private final JsonParser parser;

    private String tenant;
    private final String[] device;
    private final String[] times;
    private String type;
    private String site;
    private String zone;
    private String eventType;
    private long timestamp = Decoded.NO_TIME;
    private Long sequence;

    /** What tells whether the device is there; null where nothing does. */
    String status;
    /** What the names of the metrics begin with; null where the message has not said so. */
    String metric;

    /** @param parser null for a payload that is a text */
    Envelope(MessageRules rules, Map<Variable, String> named, JsonParser parser) {
        this.rules = rules;
        this.named = named;
        this.parser = parser;
        this.device = new String[rules.id == null ? 1 : rules.id.size()];
        this.times = rules.times == null && rules.timeParts == 1 ? null : new String[rules.timeParts];
    }

    /** Takes the value that the parser stands on, whose role is one of those that are about the message. */
    void take(Place place, JsonToken token) throws IOException, Undecodable {
        switch (place.role) {
            case DEVICE -> device[place.part] = JsonTokens.id(parser, what(), place.declared);
            case TENANT -> tenant = JsonTokens.id(parser, "the tenant", place.declared);
            case SITE -> site = JsonTokens.id(parser, "the site", place.declared);
            case ZONE -> zone = JsonTokens.id(parser, "the zone", place.declared);
            case TIMESTAMP -> time(place.part, token);
            case METRIC -> metric = token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : null;
            case DEVICE_TYPE -> type = JsonTokens.word(parser);
            case EVENT_TYPE -> eventType = JsonTokens.word(parser);
            case STATUS -> status = token.isScalarValue() ? parser.getText() : null;
            case SEQUENCE -> {
                if (token == JsonToken.VALUE_NUMBER_INT
                        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                    sequence = parser.getLongValue();
                } else if (token == JsonToken.VALUE_STRING) {
                    sequence = PayloadHash.of(parser.getText().getBytes(StandardCharsets.UTF_8));
                }
            }
            default -> {}
        }
    }

    /** Takes the name by which a row stands in an object. */
    void takeName(Place place, String name) throws Undecodable {
        if (place.roleOfName == Place.Role.DEVICE) {
            device[place.partOfName] = Text.id(what(), name);
        } else if (place.roleOfName == Place.Role.METRIC) {
            metric = name;
        }
    }

    /** What a place of the device's id has. */
    private String what() {
        return rules.id == null ? "the device id" : "each part of the device id";
    }

    /** Telemetry, status, or what else the message or its dialect calls it. */
    String kind() {
        return eventType != null ? eventType : rules.eventType;
    }

    /** Whose the message is; null where nothing stands where the registry says that it does. */
    String device() {
        if (rules.id != null) {
            return rules.id.id(named.get(Variable.DEVICE), device);
        }
        return rules.device != null ? device[0] : named.get(Variable.DEVICE); // a row's own, whatever the topic's
    }

    /** What is wrong where there is no {@link #device}. */
    Undecodable withoutDevice() {
        String parts = rules.id == null ? "" : ": nothing stands at " + String.join(", ", rules.id.missing(device));
        return new Undecodable(
                Reason.MISSING_DEVICE_ID,
                "no device id stands at " + rules.device + ", where the registry says" + parts);
    }

    private void time(int part, JsonToken token) throws IOException, Undecodable {
        if (times == null) {
            timestamp = JsonTokens.time(parser, rules.zone);
        } else if (token.isScalarValue()) {
            times[part] =
                    token == JsonToken.VALUE_NULL ? null : parser.getText().strip();
        } else {
            throw new Undecodable(Reason.INVALID_TIMESTAMP, "the timestamp must be a text or a number");
        }
    }

    /** What was said of the time; where a part of it is missing, there is none. */
    private long timestamp() throws Undecodable {
        if (times == null) {
            return timestamp;
        }
        if (Arrays.asList(times).contains(null)) {
            return Decoded.NO_TIME;
        }
        String text = String.join(" ", times);
        return rules.times == null ? Timestamps.ofText(text, rules.zone) : rules.times.micros(text);
    }

    /**
     * Begins the message.
     *
     * @param sent the bytes as the device sent them, which are its number where it has none of its own
     * @param names the metrics at the top, which may tell the type
     */
    Decoded.Builder message(byte[] sent, Collection<String> names) throws Undecodable {
        return Decoded.of(device(), timestamp(), sequence != null ? sequence : PayloadHash.of(sent))
                .tenant(named.getOrDefault(Variable.TENANT, tenant))
                .deviceType(typeBy(names))
                .place(
                        named.containsKey(Variable.SITE) ? Text.id("the site", named.get(Variable.SITE)) : site,
                        named.containsKey(Variable.ZONE) ? Text.id("the zone", named.get(Variable.ZONE)) : zone)
                .eventType(kind());
    }

    private String typeBy(Collection<String> names) {
        if (type != null || rules.deviceType != null) {
            return type != null ? type : rules.deviceType;
        }
        for (Map.Entry<String, String> candidate : rules.typeByMetric.entrySet()) {
            if (names.contains(candidate.getKey())) {
                return candidate.getValue();
            }
        }
        return rules.typeByMetric.getOrDefault("*", named.get(Variable.DEVICE_TYPE));
    }
}
