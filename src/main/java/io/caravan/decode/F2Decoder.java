package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.caravan.f2.Parameters;
import io.caravan.f2.Wiring;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads what F2 smart controllers send. Frames of sensors become readings by the parameters of the pin that they come from;
 * of a frame that is too short for some of its data points, the others are read. All else is an event, kept with its place, and
 * its numbers are readings, except in commands, which say what is wanted and not what is. One pass. Thread-safe.
 */
public final class F2Decoder implements Decoder {

    /** The device type of all F2 controllers. */
    public static final String DEVICE_TYPE = "f2_controller";

    /** What a reader has read: numbers in it are names. */
    private static final Set<String> TOKENS = Set.of("data", "card_id");

    private static final byte[] NOTHING = "null".getBytes(StandardCharsets.US_ASCII);

    private final Parameters parameters;
    private final ZoneId zone;
    private final JsonDecoder json;

    /** @param zone the zone of a time that names none */
    public F2Decoder(Parameters parameters, ZoneId zone) {
        this.parameters = parameters;
        this.zone = zone;
        this.json = new JsonDecoder(new JsonDialect(Set.of(), Set.of(), Set.of("timestamp"), Set.of(), zone));
    }

    @Override
    public boolean isReady() {
        return parameters.isLoaded();
    }

    @Override
    public Decoded decode(RawMessage raw) throws Undecodable {
        F2Topic topic = F2Topic.parse(raw.topic());
        Wiring wiring = parameters.find(topic.controller());
        return topic.pin() < 0
                ? event(raw, topic, wiring)
                : JsonDecoder.read(raw.payload(), parser -> F2Frame.read(raw, topic, wiring, zone, parser));
    }

    static void requireObject(JsonParser parser) throws IOException, Undecodable {
        JsonToken first = parser.currentToken();
        if (first != JsonToken.START_OBJECT) {
            parser.skipChildren();
            throw new Undecodable(Reason.NOT_AN_OBJECT, "expected a JSON object, found " + JsonDecoder.nameOf(first));
        }
    }

    private Decoded event(RawMessage raw, F2Topic topic, Wiring wiring) throws Undecodable {
        byte first = firstByte(raw.payload());
        if (first == '{') {
            Decoded object = json.decode(raw);
            return event(raw, topic, wiring, object, measured(topic, object), raw.payload());
        }
        if (first == 0 && topic.command()) {
            return event(raw, topic, wiring, null, List.of(), NOTHING);
        }
        return JsonDecoder.read(
                raw.payload(),
                parser -> event(raw, topic, wiring, null, List.of(scalar(parser, topic)), raw.payload()));
    }

    /** A payload that is no object: the argument of a command, or a state by itself. */
    private static Measured scalar(JsonParser parser, F2Topic topic) throws IOException, Undecodable {
        if (!parser.currentToken().isScalarValue()) {
            requireObject(parser);
        }
        JsonLeaves leaves = new JsonLeaves(parser);
        leaves.value(place(topic), parser.currentToken());
        return leaves.all().get(0);
    }

    /** @param object what was read in a payload that is an object, else null */
    private static Decoded event(
            RawMessage raw, F2Topic topic, Wiring wiring, Decoded object, List<Measured> measured, byte[] payload) {
        long sequence = object == null ? PayloadHash.of(raw.payload()) : object.sequence();
        long place = PayloadHash.of(raw.topic().getBytes(StandardCharsets.UTF_8));
        Decoded.Builder event = Decoded.of(
                        topic.device(),
                        object == null ? Decoded.NO_TIME : object.timestamp(),
                        PayloadHash.mix(sequence ^ place, 0)) // the same words of two strikes are two events
                .tenant(wiring == null ? null : wiring.tenant())
                .deviceType(DEVICE_TYPE)
                .eventType(topic.kind())
                .measured(topic.command() ? List.of() : measured, object == null ? List.of() : object.names())
                .body(body(raw, topic, payload));
        if (object != null) {
            event.place(object.site(), object.zone()).measurements(topic.command() ? null : object.measurements());
        }
        return event.build();
    }

    private static List<Measured> measured(F2Topic topic, Decoded object) throws Undecodable {
        boolean reader = topic.kind().equals("f2.reader");
        MetricPath place = place(topic);
        List<Measured> measured = new ArrayList<>(object.measured().size());
        for (Measured value : object.measured()) {
            if (!reader || !TOKENS.contains(value.metric())) {
                String metric = place.child(value.metric()).path();
                measured.add(new Measured(metric, value.value(), value.unit(), value.form(), value.timestamp()));
            }
        }
        return measured;
    }

    private static MetricPath place(F2Topic topic) throws Undecodable {
        return MetricPath.ROOT.child(topic.connector()).child(topic.component());
    }

    /** The payload with its place beside it, which nothing in the payload tells. */
    private static Slice body(RawMessage raw, F2Topic topic, byte[] payload) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(payload.length + 200);
        text(body, "{\"topic\":\"", raw.topic());
        text(body, "\",\"mode\":\"", topic.mode());
        text(body, "\",\"connector\":\"", topic.connector());
        text(body, "\",\"component\":\"", topic.component());
        body.writeBytes("\",\"payload\":".getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(payload);
        body.write('}');
        return Slice.of(body.toByteArray());
    }

    private static void text(ByteArrayOutputStream into, String before, String text) {
        into.writeBytes(before.getBytes(StandardCharsets.US_ASCII));
        into.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(text));
    }

    /** The first byte that is no white space of JSON's, 0 where there is none. */
    private static byte firstByte(byte[] payload) {
        for (byte next : payload) {
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return next;
            }
        }
        return 0;
    }
}
