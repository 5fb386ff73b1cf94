package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.decode.Measured.Form;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;

/** One building event being read. Used once, by one thread. */
final class EventMessage {

    private static final UUID NIL = new UUID(0, 0);
    private static final int LONGEST_UNIT = 32;

    private final ZoneId zone;
    private final RawMessage raw;
    private final JsonParser parser;

    private UUID eventId;
    private String tenant;
    private String device;
    private String type;
    private String site;
    private String place;
    private String metric;
    private Slice metricText;
    private Quantity value;
    private Slice valueText;
    private String unit;
    private long timestamp = Decoded.NO_TIME;
    private long fallback = Decoded.NO_TIME;

    EventMessage(ZoneId zone, RawMessage raw, JsonParser parser) {
        this.zone = zone;
        this.raw = raw;
        this.parser = parser;
    }

    /** Reads the object whose start the parser has just met, to its end. */
    Decoded read() throws IOException, Undecodable {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            try {
                field(name, token);
            } catch (Undecodable e) {
                throw new Undecodable(e.reason(), name, e.getMessage());
            }
        }
        require(device != null, Reason.MISSING_DEVICE_ID, "device_id", "no device_id in the event");
        require(metric != null, Reason.INVALID_METRIC, "sensor_type", "no sensor_type in the event");
        require(value != null, Reason.INVALID_VALUE, "value", "no value in the event");
        return Decoded.of(
                        device,
                        timestamp != Decoded.NO_TIME ? timestamp : fallback,
                        eventId != null ? sequenceOf(eventId) : PayloadHash.of(raw.payload()))
                .tenant(tenant)
                .deviceType(type)
                .place(site, place)
                .measured(
                        List.of(new Measured(metric, value.value(), unit != null ? unit : value.unit(), Form.NUMBER)),
                        List.of(metric))
                .measurements(measurements())
                .eventId(eventId)
                .build();
    }

    private static void require(boolean given, Reason reason, String field, String detail) throws Undecodable {
        if (!given) {
            throw new Undecodable(reason, field, detail);
        }
    }

    private void field(String name, JsonToken token) throws IOException, Undecodable {
        switch (name) {
            case "event_id" -> eventId = eventId(token);
            case "tenant_id" -> tenant = id("the tenant", token);
            case "device_id" -> device = id("the device id", token);
            case "site_id" -> site = id("the site", token);
            case "zone_id" -> place = id("the zone", token);
            case "device_type" -> type = type(token);
            case "sensor_type" -> sensorType(token);
            case "value" -> value(token);
            case "unit" -> unit = unit(token);
            case "ts_event" -> timestamp = JsonTokens.time(parser, zone);
            case "timestamp" -> fallback = JsonTokens.time(parser, zone);
            default -> parser.skipChildren();
        }
    }

    /** The canonical form of RFC 9562, section 4, in letters of either case; the nil UUID names nothing. */
    private UUID eventId(JsonToken token) throws IOException, Undecodable {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        String text = token == JsonToken.VALUE_STRING ? parser.getText() : "";
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text) && !id.equals(NIL)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new Undecodable(Reason.INVALID_ID, "the event id must be a UUID: " + Text.excerpt(text));
    }

    private static long sequenceOf(UUID id) {
        return PayloadHash.of(ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array());
    }

    private String id(String what, JsonToken token) throws IOException, Undecodable {
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_STRING, VALUE_NUMBER_INT -> Text.id(what, parser.getText());
            default -> throw new Undecodable(Reason.INVALID_ID, what + " must be a text");
        };
    }

    private String type(JsonToken token) throws IOException {
        String text = token == JsonToken.VALUE_STRING ? parser.getText() : "";
        parser.skipChildren();
        return Text.isId(text) ? text : null;
    }

    private void sensorType(JsonToken token) throws IOException, Undecodable {
        if (token != JsonToken.VALUE_STRING) {
            throw new Undecodable(Reason.INVALID_METRIC, "the sensor type must be a text");
        }
        metric = MetricPath.ROOT.child(parser.getText()).path();
        metricText = slice();
    }

    private void value(JsonToken token) throws IOException, Undecodable {
        value = switch (token) {
            case VALUE_TRUE -> new Quantity(1, null);
            case VALUE_FALSE -> new Quantity(0, null);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Quantity(parser.getDoubleValue(), null);
            case VALUE_STRING -> Quantity.parse(parser.getText());
            default -> null;
        };
        if (value == null || !Double.isFinite(value.value())) {
            throw new Undecodable(Reason.INVALID_VALUE, "the value must be a number that a double holds");
        }
        valueText = slice();
    }

    private String unit(JsonToken token) throws IOException {
        String text = token == JsonToken.VALUE_STRING ? parser.getText() : null;
        parser.skipChildren();
        return text == null || text.length() > LONGEST_UNIT || !Text.isClean(text) ? null : text;
    }

    /** The scalar that the parser stands on, as it came. */
    private Slice slice() throws IOException {
        parser.finishToken();
        return new Slice(raw.payload(), (int) parser.currentTokenLocation().getByteOffset(), (int)
                parser.currentLocation().getByteOffset());
    }

    /** The reading as devices of other dialects would give it: an object of its name and value. */
    private Slice measurements() {
        ByteArrayOutputStream object = new ByteArrayOutputStream(metricText.length() + valueText.length() + 3);
        object.write('{');
        object.write(metricText.bytes(), metricText.start(), metricText.length());
        object.write(':');
        object.write(valueText.bytes(), valueText.start(), valueText.length());
        object.write('}');
        return Slice.of(object.toByteArray());
    }
}
