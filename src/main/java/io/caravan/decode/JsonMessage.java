package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One JSON message being read. Used once, by one thread. */
final class JsonMessage {

    private final JsonDialect dialect;
    private final RawMessage raw;
    private final JsonParser parser;
    private final JsonLeaves leaves;

    private String tenant;
    private String device;
    private String type;
    private String site;
    private String zone;
    private String eventType;
    private long timestamp = Decoded.NO_TIME;
    private Long sequence;
    private String unit;
    private Slice measurements;
    private List<String> names = new ArrayList<>(8);
    private final List<Slice> flat = new ArrayList<>(8);
    private final Map<String, Slice> extras = new LinkedHashMap<>(2);

    JsonMessage(JsonDialect dialect, RawMessage raw, JsonParser parser) {
        this.dialect = dialect;
        this.raw = raw;
        this.parser = parser;
        this.leaves = new JsonLeaves(parser);
    }

    /** Reads the object whose start the parser has just met, to its end. */
    Decoded read() throws IOException, Undecodable {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            field(parser.currentName());
        }
        if (measurements == null) {
            leaves.unit(unit, 0, leaves.size());
        }
        String topicDevice = raw.device();
        if (topicDevice == null && device == null) {
            throw new Undecodable(
                    Reason.MISSING_DEVICE_ID, "no " + String.join(" or ", dialect.device()) + " in the payload");
        }
        boolean measures = eventType == null || eventType.equals("telemetry");
        if (measures && names.isEmpty() && extras.isEmpty()) {
            throw new Undecodable(Reason.EMPTY_MESSAGE, "the object measures, reports and says nothing");
        }
        String kind = eventType != null ? eventType : eventTypeOfTopic();
        Slice trends = extras.get("trends");
        return Decoded.of(
                        topicDevice != null ? topicDevice : device,
                        timestamp,
                        sequence != null ? sequence : PayloadHash.of(raw.payload()))
                .tenant(tenant)
                .deviceType(type)
                .place(site, zone)
                .eventType(kind)
                .measured(leaves.all(), names)
                .measurements(measurements != null ? measurements : joined())
                .extras(extras)
                .trends(trends == null ? List.of() : TrendsReport.read(trends, dialect.zone()))
                .offline(kind.equals("status") && StatusReport.saysOffline(raw.payload()))
                .build();
    }

    private void field(String name) throws IOException, Undecodable {
        int start = JsonTokens.start(parser);
        JsonToken token = parser.nextToken();
        if (dialect.device().contains(name)) {
            device = JsonTokens.id(parser, "the device id");
        } else if (dialect.tenant().contains(name)) {
            tenant = JsonTokens.id(parser, "the tenant");
        } else if (dialect.timestamp().contains(name)) {
            timestamp = JsonTokens.time(parser, dialect.zone());
        } else {
            switch (name) {
                case "device_type" -> type = JsonTokens.word(parser);
                case "site_id" -> site = JsonTokens.id(parser, "the site");
                case "zone_id" -> zone = JsonTokens.id(parser, "the zone");
                case "event_type" -> eventType = JsonTokens.word(parser);
                case "event_id" -> sequence = token == JsonToken.VALUE_STRING ? eventId() : sequence(token);
                case "sequence" -> sequence = sequence(token);
                case "measurements" -> container(token, start);
                default -> other(name, token, start);
            }
        }
    }

    /** The measurements; what had been taken for measurements before were fields beside them. */
    private void container(JsonToken token, int nameStart) throws IOException, Undecodable {
        if (token != JsonToken.START_OBJECT) {
            other("measurements", token, nameStart);
            return;
        }
        int start = JsonTokens.start(parser);
        leaves.clear();
        names = leaves.object(MetricPath.ROOT);
        measurements = new Slice(raw.payload(), start, JsonTokens.start(parser) + 1);
    }

    private void other(String name, JsonToken token, int nameStart) throws IOException, Undecodable {
        if (dialect.known().contains(name)) {
            int start = JsonTokens.start(parser);
            parser.skipChildren();
            if (name.equals("trends") || name.equals("status")) {
                extras.put(name, new Slice(raw.payload(), start, JsonTokens.end(parser, token)));
            }
        } else if (measurements != null) {
            parser.skipChildren();
        } else {
            leaves.member(0, name);
            if (name.equals("unit") && token == JsonToken.VALUE_STRING) {
                unit = JsonLeaves.unit(parser.getText());
            } else {
                leaves.value(MetricPath.ROOT.child(name), token);
                names.add(name);
            }
            flat.add(new Slice(raw.payload(), nameStart, JsonTokens.end(parser, token)));
        }
    }

    private String eventTypeOfTopic() {
        String topic = raw.topic();
        if (topic.endsWith("/trends") || extras.containsKey("trends") && measurements == null) {
            return "trends";
        }
        return topic.endsWith("/status") || extras.containsKey("status") && names.isEmpty() ? "status" : "telemetry";
    }

    private Long sequence(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        parser.skipChildren();
        return null;
    }

    private Long eventId() throws IOException {
        return PayloadHash.of(parser.getText().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private Slice joined() {
        if (flat.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream object = new ByteArrayOutputStream(raw.payload().length);
        char separator = '{';
        for (Slice field : flat) {
            object.write(separator);
            object.write(field.bytes(), field.start(), field.length());
            separator = ',';
        }
        object.write('}');
        return Slice.of(object.toByteArray());
    }
}
