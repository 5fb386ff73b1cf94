package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.decode.TopicTemplate.Variable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One message of a dialect that the registry declares, being read. Used once, by one thread. */
final class MappedMessage {

    /** Stands for the name that the payload gives to its metric, until it has been read. */
    private static final String UNNAMED = "metric";

    private final MessageRules rules;
    private final Map<Variable, String> named;
    private final RawMessage raw;
    private final JsonPayload payload;
    private final JsonParser parser;
    private final Envelope envelope;
    private final PlaceWalk walk;

    /**
     * @param payload what the message is as JSON
     * @param parser stands on the first token; null for a payload that is a text
     * @param beaten the metrics that are not to be taken from the rest of an object
     */
    MappedMessage(
            MessageRules rules,
            Map<Variable, String> named,
            RawMessage raw,
            JsonPayload payload,
            JsonParser parser,
            Set<String> beaten)
            throws Undecodable {
        this.rules = rules;
        this.named = named;
        this.raw = raw;
        this.payload = payload;
        this.parser = parser;
        this.envelope = new Envelope(rules, named, parser);
        String fromTopic = named.get(Variable.METRIC);
        MetricPath start = fromTopic != null
                ? MetricPath.ROOT.child(fromTopic.replace('/', '.'))
                : rules.namesMetric ? MetricPath.ROOT.child(UNNAMED) : MetricPath.ROOT;
        this.walk = new PlaceWalk(rules, envelope, payload, parser, start, beaten);
    }

    /** Reads a JSON value to its end, for no more than what the rules say the names of its metrics begin with. */
    String metric() throws IOException, Undecodable {
        walk.json();
        if (envelope.metric == null && walk.measurements().isEmpty()) {
            throw noValue();
        }
        if (envelope.metric == null) {
            throw new Undecodable(
                    Reason.INVALID_METRIC,
                    "no name of a metric stands at " + rules.metric + ", where the registry says that one does");
        }
        return envelope.metric;
    }

    /** Reads a JSON value, whose first token the parser stands on, to its end. */
    Decoded json() throws IOException, Undecodable {
        JsonToken first = parser.currentToken();
        if (!rules.isStatus() || !first.isScalarValue()) {
            walk.json();
        }
        boolean offline = rules.isStatus()
                && (rules.hasStatus || first != JsonToken.START_OBJECT
                        ? saysOffline(
                                envelope.status != null
                                        ? envelope.status
                                        : first.isScalarValue() ? parser.getText() : "")
                        : StatusReport.saysOffline(payload.json()));
        return decoded(offline, first.isScalarValue() ? Slice.of(payload.json()) : null);
    }

    /** The metrics that were met both by their name and in the rest of an object: the name counts. */
    Set<String> beaten() {
        return walk.beaten();
    }

    /** Takes the payload for one text. */
    Decoded text(String text) throws Undecodable {
        if (rules.namesMetric && !named.containsKey(Variable.METRIC)) {
            throw new Undecodable(Reason.INVALID_METRIC, "a text alone does not name its metric, as the registry says");
        }
        Slice quoted = Slice.of(Measurements.quoted(text));
        walk.text(text, quoted);
        return decoded(rules.isStatus() && saysOffline(text), quoted);
    }

    /** @param alone the payload as JSON, where it is a value without a name; an event is kept as an object or an array */
    private Decoded decoded(boolean offline, Slice alone) throws Undecodable {
        Measurements measurements = walk.measurements();
        boolean empty = measurements.isEmpty() && envelope.kind().equals("telemetry");
        if (envelope.device() == null && !(empty && rules.ignoresEmpty)) {
            throw envelope.withoutDevice();
        }
        if (empty) {
            throw noValue();
        }
        Slice object = measurements.object();
        return envelope.message(raw.payload(), measurements.names())
                .measured(walk.leaves(), measurements.names())
                .chosen(true)
                .measurements(object)
                .offline(offline)
                .body(body(alone, object))
                .build();
    }

    private Undecodable noValue() {
        return new Undecodable(
                Reason.EMPTY_MESSAGE,
                parser == null
                        ? "a value alone, and the registry names no metric for it: neither {metric} in the topic, nor"
                                + " one with the path $ in \"values\""
                        : rules.values.noValue());
    }

    /** What an event is kept as; null for the payload as it came. */
    private Slice body(Slice alone, Slice measured) {
        if (alone != null) {
            return measured != null ? measured : statusOf(alone);
        }
        return payload.json() == raw.payload() ? null : Slice.of(payload.json());
    }

    private static Slice statusOf(Slice alone) {
        return Slice.of(("{\"status\":" + alone.text() + '}').getBytes(StandardCharsets.UTF_8));
    }

    private boolean saysOffline(String text) {
        return rules.offline.contains(text.strip().toLowerCase(Locale.ROOT));
    }
}
