package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.decode.TopicTemplate.Variable;
import io.caravan.reading.Quality;
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
    private final JsonLeaves leaves;
    private final MetricPath start;
    private final Envelope envelope;
    private final Contested contested;
    private final DeclaredUnits units;
    private final Judgement judgement = new Judgement();
    private final Measurements measurements = new Measurements();

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
        this.contested = new Contested(rules.contested, beaten);
        this.units = new DeclaredUnits(rules.unitNames);
        this.leaves = new JsonLeaves(parser, rules.numbers, rules.decimalComma, payload.cutOff());
        String fromTopic = named.get(Variable.METRIC);
        this.start = fromTopic != null
                ? MetricPath.ROOT.child(fromTopic.replace('/', '.'))
                : rules.namesMetric ? MetricPath.ROOT.child(UNNAMED) : MetricPath.ROOT;
    }

    /** Reads a JSON value to its end, for no more than what the rules say the names of its metrics begin with. */
    String metric() throws IOException, Undecodable {
        value(rules.root, null, parser.currentToken());
        if (envelope.metric == null && measurements.isEmpty()) {
            throw noValue();
        }
        if (envelope.metric == null) {
            throw new Undecodable(
                    Reason.INVALID_METRIC, "no name of a metric stands where the registry says that one does");
        }
        return envelope.metric;
    }

    /** Reads a JSON value, whose first token the parser stands on, to its end. */
    Decoded json() throws IOException, Undecodable {
        JsonToken first = parser.currentToken();
        if (!rules.isStatus() || !first.isScalarValue()) {
            value(rules.root, null, first);
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
        return contested.lost();
    }

    /** Takes the payload for one text. */
    Decoded text(String text) throws Undecodable {
        if (rules.namesMetric && !named.containsKey(Variable.METRIC)) {
            throw new Undecodable(Reason.INVALID_METRIC, "a text alone does not name its metric, as the registry says");
        }
        Slice quoted = Slice.of(Measurements.quoted(text));
        if (rules.root.role == null && rules.root.metric != null) {
            MetricPath path = begin(rules.root.metric);
            if (path != MetricPath.ROOT) {
                leaves.scale(rules.root.scale);
                leaves.word(path, text);
                measurements.add(path.path(), quoted);
            }
        }
        return decoded(rules.isStatus() && saysOffline(text), quoted);
    }

    /** @param alone the payload as JSON, where it is a value without a name; an event is kept as an object or an array */
    private Decoded decoded(boolean offline, Slice alone) throws Undecodable {
        units.giveTo(leaves);
        boolean empty = measurements.isEmpty() && envelope.kind().equals("telemetry");
        if (envelope.device() == null && !(empty && rules.ignoresEmpty)) {
            throw new Undecodable(
                    Reason.MISSING_DEVICE_ID, "no device id stands at " + rules.device + ", where the registry says");
        }
        if (empty) {
            throw noValue();
        }
        Slice object = measurements.object();
        return envelope.message(raw.payload(), measurements.names())
                .measured(leaves.all(), measurements.names())
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

    /**
     * Reads the value that the parser stands on.
     *
     * @param place what the rules say of it, or null
     * @param path its metric, or null where it is none as far as the places above it say
     */
    private void value(Place place, MetricPath path, JsonToken token) throws IOException, Undecodable {
        boolean aside = place != null && place.role != null;
        if (aside && (place.role != Place.Role.IGNORED || place.isLeaf())) {
            role(place, token);
            return;
        }
        boolean begins = !aside && place != null && place.metric != null;
        MetricPath here = aside ? null : begins ? begin(place.metric) : path;
        Scale outer = begins ? leaves.scale(place.scale) : null;
        if (begins && token != JsonToken.VALUE_NULL) {
            contested.met(place.metric);
        }
        int first = leaves.size();
        int from = JsonTokens.start(parser);
        boolean judged = place != null && place.judged;
        Quality around = judged ? judgement.begin() : null;
        if (place == null || place.isLeaf() && here != MetricPath.ROOT || token.isScalarValue()) {
            if (here == MetricPath.ROOT) {
                throw new Undecodable(
                        Reason.NOT_AN_OBJECT, "expected a JSON object, found " + JsonDecoder.nameOf(token));
            } else if (here != null) {
                leaves.value(here, token);
            }
            parser.skipChildren();
        } else if (token == JsonToken.START_OBJECT) {
            object(place, here);
        } else {
            array(place, here);
        }
        if (begins) {
            leaves.scale(outer);
        }
        if (judged) {
            judgement.end(around, leaves, first, leaves.size());
        }
        if (begins && here != MetricPath.ROOT) {
            measurements.add(here.path(), new Slice(payload.json(), from, JsonTokens.end(parser, token)));
        }
        if (place != null && place.unit >= 0) {
            units.measure(place.unit, first, leaves.size());
        }
    }

    private void object(Place place, MetricPath path) throws IOException, Undecodable {
        int first = leaves.size();
        int object = leaves.begin();
        String unit = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            leaves.member(object, name);
            Place child = place.member(name);
            if (child != null && child.roleOfName != null) {
                envelope.takeName(child.roleOfName, name);
            }
            boolean inner = path != null && child == null;
            if (inner && name.equals("unit") && token == JsonToken.VALUE_STRING) {
                unit = JsonLeaves.unit(parser.getText());
                if (path == MetricPath.ROOT) {
                    measurements.pass(
                            name, new Slice(payload.json(), JsonTokens.start(parser), JsonTokens.end(parser, token)));
                }
            } else if (inner && path != MetricPath.ROOT && name.equals("value") && token.isScalarValue()) {
                leaves.value(path, token);
            } else {
                child(child, path, name, token);
            }
        }
        leaves.end(object);
        leaves.unit(unit, first, leaves.size());
    }

    private void array(Place place, MetricPath path) throws IOException, Undecodable {
        int index = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            child(place.element(index), path, Integer.toString(index), token);
            index++;
        }
    }

    private void child(Place child, MetricPath path, String name, JsonToken token) throws IOException, Undecodable {
        boolean own = child == null || child.role == null && child.metric == null;
        if (own && path == start && contested.has(name) && (child == null || !child.leadsTo(name))) {
            own = contested.metInTheRest(name);
        }
        MetricPath below = path == null || !own ? null : path.child(name);
        int from = JsonTokens.start(parser);
        value(child, below, token);
        if (own && path == MetricPath.ROOT) {
            measurements.add(name, new Slice(payload.json(), from, JsonTokens.end(parser, token)));
        }
    }

    private MetricPath begin(String metric) throws Undecodable {
        return metric.isEmpty() ? start : start.child(metric);
    }

    private void role(Place place, JsonToken token) throws IOException, Undecodable {
        switch (place.role) {
            case UNIT -> units.say(place.unit, JsonTokens.word(parser));
            case QUALITY -> judgement.take(rules.quality, parser, token);
            default -> envelope.take(place.role, token);
        }
        parser.skipChildren();
    }
}
