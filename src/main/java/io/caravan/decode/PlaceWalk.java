package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.reading.Quality;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Goes over a message of a declared dialect once, along the tree of its places, and gathers what stands there. Used once, by one thread. */
final class PlaceWalk {

    private final MessageRules rules;
    private final JsonPayload payload;
    private final JsonParser parser;
    private final MetricPath start;
    private final Envelope envelope;
    private final Contested contested;
    private final DeclaredUnits units;
    private final Judgement judgement = new Judgement();
    private final JsonLeaves leaves;
    private final Measurements measurements = new Measurements();

    /**
     * @param parser stands on the first token; null for a payload that is a text
     * @param start what the names of the metrics begin with
     * @param beaten the metrics that are not to be taken from the rest of an object
     */
    PlaceWalk(
            MessageRules rules,
            Envelope envelope,
            JsonPayload payload,
            JsonParser parser,
            MetricPath start,
            Set<String> beaten) {
        this.rules = rules;
        this.envelope = envelope;
        this.payload = payload;
        this.parser = parser;
        this.start = start;
        this.contested = new Contested(rules.contested, beaten);
        this.units = new DeclaredUnits(rules.unitNames);
        this.leaves = new JsonLeaves(parser, rules.numbers, rules.decimalComma, rules.hasWords, payload.cutOff());
        leaves.missing(rules.missing);
        leaves.passUnnamed();
    }

    /** Reads the JSON value that the parser stands on to its end. */
    void json() throws IOException, Undecodable {
        value(rules.root, null, parser.currentToken());
    }

    /** Takes a text for the value of the metric that stands at the root, where one does. */
    void text(String text, Slice quoted) throws Undecodable {
        if (rules.root.role != null || rules.root.metric == null) {
            return;
        }
        MetricPath path = begin(rules.root.metric);
        if (path != MetricPath.ROOT) {
            leaves.scale(rules.root.scale);
            leaves.missing(rules.root.missing);
            leaves.word(path, text);
            measurements.add(path.path(), quoted);
        }
    }

    /** The leaves, once all is read. */
    List<Measured> leaves() {
        units.giveTo(leaves);
        return leaves.all();
    }

    Measurements measurements() {
        return measurements;
    }

    /** The metrics that were met both by their name and in the rest of an object: the name counts. */
    Set<String> beaten() {
        return contested.lost();
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
        Missing outerMissing = begins ? leaves.missing(place.missing) : null;
        if (begins && token != JsonToken.VALUE_NULL) {
            contested.met(place.metric);
        }
        int first = leaves.size();
        int from = JsonTokens.start(parser);
        boolean judged = place != null && place.judged;
        Quality around = judged ? judgement.begin() : null;
        if (place == null || place.isLeaf() && here != MetricPath.ROOT || token.isScalarValue()) {
            if (here == MetricPath.ROOT) {
                requireObject(token);
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
            leaves.missing(outerMissing);
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

    /** Values without names are none; where messages may be empty, null and a blank text are as good as nothing. */
    private void requireObject(JsonToken token) throws IOException, Undecodable {
        boolean nothing = token == JsonToken.VALUE_NULL
                || token == JsonToken.VALUE_STRING && parser.getText().isBlank();
        if (!nothing || !rules.ignoresEmpty || rules.rest == null) {
            throw new Undecodable(
                    Reason.NOT_AN_OBJECT,
                    "expected a JSON object" + (rules.rest == null ? "" : " at " + rules.rest) + ", found "
                            + JsonDecoder.nameOf(token));
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
            if (name.isEmpty() && child == null) {
                parser.skipChildren(); // there is no metric without a name
                continue;
            }
            if (child != null && child.roleOfName != null) {
                envelope.takeName(child, name);
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
            case QUALITY -> judgement.take(place.quality, parser, token);
            default -> envelope.take(place, token);
        }
        parser.skipChildren();
    }
}
