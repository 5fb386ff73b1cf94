package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.decode.Measured.Form;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.ZoneId;
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
        int start = tokenStart();
        JsonToken token = parser.nextToken();
        if (dialect.device().contains(name)) {
            device = id("the device id", token);
        } else if (dialect.tenant().contains(name)) {
            tenant = id("the tenant", token);
        } else if (dialect.timestamp().contains(name)) {
            timestamp = time(parser, dialect.zone());
        } else {
            switch (name) {
                case "device_type" -> type = text(token);
                case "site_id" -> site = id("the site", token);
                case "zone_id" -> zone = id("the zone", token);
                case "event_type" -> eventType = text(token);
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
        int start = tokenStart();
        leaves.clear();
        names = leaves.object(MetricPath.ROOT);
        measurements = new Slice(raw.payload(), start, tokenStart() + 1);
    }

    private void other(String name, JsonToken token, int nameStart) throws IOException, Undecodable {
        if (dialect.known().contains(name)) {
            int start = tokenStart();
            parser.skipChildren();
            if (name.equals("trends") || name.equals("status")) {
                extras.put(name, new Slice(raw.payload(), start, tokenEnd(token)));
            }
        } else if (measurements != null) {
            parser.skipChildren();
        } else {
            leaves.value(MetricPath.ROOT.child(name), token);
            names.add(name);
            flat.add(new Slice(raw.payload(), nameStart, tokenEnd(token)));
        }
    }

    private String eventTypeOfTopic() {
        String topic = raw.topic();
        if (topic.endsWith("/trends") || extras.containsKey("trends") && measurements == null) {
            return "trends";
        }
        return topic.endsWith("/status") || extras.containsKey("status") && names.isEmpty() ? "status" : "telemetry";
    }

    private String id(String what, JsonToken token) throws IOException, Undecodable {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
            parser.skipChildren();
            throw new Undecodable(Reason.INVALID_ID, what + " must be a text");
        }
        return Text.id(what, parser.getText());
    }

    private String text(JsonToken token) throws IOException, Undecodable {
        if (token != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            return null;
        }
        String text = parser.getText();
        return text.isBlank() || !Text.isClean(text) || text.length() > 100 ? null : text;
    }

    /** The time that the parser stands on, a text or a number; {@link Decoded#NO_TIME} for null. */
    static long time(JsonParser parser, ZoneId zone) throws IOException, Undecodable {
        switch (parser.currentToken()) {
            case VALUE_STRING:
                return Timestamps.ofText(parser.getText(), zone);
            case VALUE_NUMBER_INT:
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                    throw new Undecodable(Reason.INVALID_TIMESTAMP, "no time between 1970 and 9999: a huge number");
                }
                return Timestamps.ofInteger(parser.getLongValue());
            case VALUE_NUMBER_FLOAT:
                return Timestamps.ofNumber(parser.getDoubleValue());
            case VALUE_NULL:
                return Decoded.NO_TIME;
            default:
                throw new Undecodable(Reason.INVALID_TIMESTAMP, "the timestamp must be a text or a number");
        }
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

    private int tokenStart() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** The byte after the value whose first token is given and whose last the parser stands on. */
    private int tokenEnd(JsonToken first) throws IOException {
        if (first == JsonToken.VALUE_STRING) {
            parser.finishToken();
        }
        return (int) parser.currentLocation().getByteOffset();
    }

    /** The leaves below one object: readings to be. */
    static final class JsonLeaves {

        private final JsonParser parser;
        private final Map<String, Double> numbers;
        private final boolean decimalComma;
        private final List<Measured> all = new ArrayList<>(24);

        JsonLeaves(JsonParser parser) {
            this(parser, Map.of(), false);
        }

        /**
         * @param numbers what texts count as
         * @param decimalComma whether numbers in texts have a comma for the point
         */
        JsonLeaves(JsonParser parser, Map<String, Double> numbers, boolean decimalComma) {
            this.parser = parser;
            this.numbers = numbers;
            this.decimalComma = decimalComma;
        }

        List<Measured> all() {
            return all;
        }

        void clear() {
            all.clear();
        }

        /** Reads an object to its end; answers the names in it. */
        List<String> object(MetricPath path) throws IOException, Undecodable {
            List<String> names = new ArrayList<>(8);
            int first = all.size();
            String unit = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                if (path != MetricPath.ROOT && name.equals("unit") && token == JsonToken.VALUE_STRING) {
                    unit = unit(parser.getText());
                } else if (path != MetricPath.ROOT && name.equals("value") && token.isScalarValue()) {
                    names.add(name);
                    value(path, token);
                } else {
                    names.add(name);
                    value(path.child(name), token);
                }
            }
            unit(unit, first, all.size());
            return names;
        }

        /** Gives a unit to the leaves of a range that have none; null is none. */
        void unit(String unit, int from, int to) {
            for (int i = from; unit != null && i < to; i++) {
                if (all.get(i).unit() == null) {
                    all.set(i, all.get(i).withUnit(unit));
                }
            }
        }

        void value(MetricPath path, JsonToken token) throws IOException, Undecodable {
            switch (token) {
                case START_OBJECT -> object(path);
                case START_ARRAY -> array(path);
                case VALUE_TRUE -> number(path, 1);
                case VALUE_FALSE -> number(path, 0);
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(path, parser.getDoubleValue());
                case VALUE_STRING -> text(path, parser.getText());
                default -> add(new Measured(path.path(), Double.NaN, null, Form.ABSENT));
            }
        }

        private void array(MetricPath path) throws IOException, Undecodable {
            int index = 0;
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                value(path.child(Integer.toString(index++)), token);
            }
        }

        private void number(MetricPath path, double value) throws Undecodable {
            boolean finite = Double.isFinite(value);
            add(new Measured(path.path(), finite ? value : Double.NaN, null, finite ? Form.NUMBER : Form.OVERFLOW));
        }

        void text(MetricPath path, String text) throws Undecodable {
            Double number = numbers.get(text);
            if (number != null) {
                number(path, number);
                return;
            }
            Quantity quantity = decimalComma ? Quantity.parseWithComma(text) : Quantity.parse(text);
            add(
                    quantity == null
                            ? new Measured(path.path(), Double.NaN, null, Form.TEXT)
                            : new Measured(path.path(), quantity.value(), quantity.unit(), Form.NUMBER));
        }

        private void add(Measured value) throws Undecodable {
            if (all.size() == Decoded.MOST_VALUES) {
                throw new Undecodable(Reason.TOO_LARGE, "more than " + Decoded.MOST_VALUES + " values in one message");
            }
            all.add(value);
        }

        static String unit(String text) {
            return text.length() > 32 || !Text.isClean(text) ? null : text;
        }
    }
}
