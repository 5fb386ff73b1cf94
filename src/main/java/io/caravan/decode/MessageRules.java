package io.caravan.decode;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.TopicTemplate.Variable;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How the messages of one topic of a dialect are read that the registry declares: where in topic and payload device, time
 * and values stand. Built once; immutable afterwards, and so thread-safe.
 */
public final class MessageRules {

    /** Texts that say that a device is gone, where no others are declared. */
    public static final Set<String> OFFLINE = Set.of("offline", "disconnected", "unavailable", "lost", "false", "0");

    final TopicTemplate topic;
    final boolean read;
    final Place root = new Place();
    final ValuePaths values = new ValuePaths();
    final Map<String, String> typeByMetric = new LinkedHashMap<>();
    private final Map<Variable, String> always = new EnumMap<>(Variable.class);
    final Map<String, Double> numbers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    final List<Map<String, String>> unitNames = new ArrayList<>();
    /** The names of metrics that the rest of an object may have as well; none where no such rest is read. */
    final Set<String> contested = new HashSet<>(0);

    ZoneId zone = ZoneOffset.UTC;
    Set<String> offline = OFFLINE;
    /** What the device may say of its values; null where it says nothing. */
    OwnQuality quality;

    String deviceType;
    String eventType = "telemetry";
    boolean text;
    boolean decimalComma;
    boolean ignoresEmpty;
    boolean hasStatus;
    boolean namesMetric;
    /** Where a message holds several, each to be read alone; null where a message is one. */
    JsonPath rows;
    /** How each of these is read, where the message has values of its own beside them; null where they are all that it has. */
    MessageRules ofRow;

    /** The path to the device; null where the payload does not name it. */
    JsonPath device;

    private String deviceField = "device_id";
    private String tenantField = "tenant_id";

    private MessageRules(TopicTemplate topic, boolean read) {
        this.topic = topic;
        this.read = read;
    }

    /** The topics that are read so. */
    public TopicTemplate topic() {
        return topic;
    }

    /** Whether its messages are taken in at all. */
    public boolean isRead() {
        return read;
    }

    /** Whether its messages are what a device reports on itself. */
    public boolean isStatus() {
        return eventType.equals("status");
    }

    /** The tenant of all its messages, or null. */
    public String tenant() {
        return always.get(Variable.TENANT);
    }

    /** What a topic of these names, and what is said of all of them; null for a topic that is none of these. */
    public Map<Variable, String> named(String topicName) {
        Map<Variable, String> named = topic.match(topicName);
        if (named != null) {
            named.putAll(always);
        }
        return named;
    }

    /** The paths to values, of a message and of rows beside these, that lead nowhere in a payload; as they were written. */
    public List<String> valuesMissingIn(JsonNode payload) {
        List<String> missing = new ArrayList<>(values.leadNowhere(payload));
        missing.addAll(ofRow == null ? List.of() : ofRow.values.leadNowhere(payload));
        return missing;
    }

    /** The name of the member of the payload that holds the device's id. */
    public String deviceField() {
        return deviceField;
    }

    /** The name of the member of the payload that holds the tenant. */
    public String tenantField() {
        return tenantField;
    }

    /** Collects rules. What it is told of a place twice it refuses with an IllegalArgumentException. */
    public static final class Builder {

        private final MessageRules rules;
        private final Set<String> metrics = new HashSet<>();

        public Builder(TopicTemplate topic, boolean read) {
            this.rules = new MessageRules(topic, read);
        }

        /** Messages hold rows, each of which is a message with what stands around them. To be told first. */
        public Builder rows(JsonPath path) {
            rules.rows = path;
            return this;
        }

        /** Messages have values of their own, and may have rows beside them, which are read by other rules. To be told last. */
        public Builder mayHaveRows(MessageRules ofRow) {
            rules.ofRow = ofRow;
            rules.rows = ofRow.rows;
            return ignore(ofRow.rows);
        }

        public Builder zone(ZoneId zone) {
            rules.zone = zone;
            return this;
        }

        public Builder tenant(String tenant) {
            rules.always.put(Variable.TENANT, tenant);
            return this;
        }

        public Builder device(String device) {
            rules.always.put(Variable.DEVICE, device);
            return this;
        }

        public Builder deviceType(String type) {
            rules.deviceType = type;
            return this;
        }

        /** Messages with a measurement of this name, at the top, are of a type; the first that is told counts most. */
        public Builder typeBy(String measurement, String type) {
            rules.typeByMetric.put(measurement, type);
            return this;
        }

        public Builder eventType(String eventType) {
            rules.eventType = eventType;
            return this;
        }

        /** What a text counts as, in upper or lower case. */
        public Builder number(String text, double value) {
            if (rules.numbers.put(text, value) != null) {
                throw new IllegalArgumentException("stands here twice: upper and lower case are the same");
            }
            return this;
        }

        /** Numbers in texts have a comma for the decimal point. */
        public Builder decimalComma() {
            rules.decimalComma = true;
            return this;
        }

        /** Messages without a value are of no use, and no dead letters. */
        public Builder ignoreEmpty() {
            rules.ignoresEmpty = true;
            return this;
        }

        /** The texts, in lower case, that say that the device is gone. */
        public Builder offline(Set<String> texts) {
            rules.offline = Set.copyOf(texts);
            return this;
        }

        /** Payloads that are no JSON object or array are texts. */
        public Builder text() {
            rules.text = true;
            return this;
        }

        public Builder device(JsonPath path) {
            rules.device = path;
            rules.deviceField = path.lastName() == null ? rules.deviceField : path.lastName();
            return role(path, Place.Role.DEVICE);
        }

        public Builder tenant(JsonPath path) {
            rules.tenantField = path.lastName() == null ? rules.tenantField : path.lastName();
            return role(path, Place.Role.TENANT);
        }

        public Builder site(JsonPath path) {
            return role(path, Place.Role.SITE);
        }

        public Builder zone(JsonPath path) {
            return role(path, Place.Role.ZONE);
        }

        public Builder deviceType(JsonPath path) {
            return role(path, Place.Role.DEVICE_TYPE);
        }

        public Builder eventType(JsonPath path) {
            return role(path, Place.Role.EVENT_TYPE);
        }

        public Builder timestamp(JsonPath path) {
            return role(path, Place.Role.TIMESTAMP);
        }

        public Builder sequence(JsonPath path) {
            if (rules.rows != null && !path.isOfRow(rules.rows)) {
                throw new IllegalArgumentException(
                        "rows with the same number would count as one: only what stands in the row, @..., can tell them apart");
            }
            return role(path, Place.Role.SEQUENCE);
        }

        /** The text at a path, or the name of a row, is what the names of its metrics begin with. */
        public Builder metricBy(JsonPath path) {
            rules.namesMetric = true;
            return role(path, Place.Role.METRIC);
        }

        /** What tells whether the device is there. */
        public Builder status(JsonPath path) {
            rules.hasStatus = true;
            return role(path, Place.Role.STATUS);
        }

        /** What stands at a path is what the device says of all values, or of those at the last wildcard before the path's end. */
        public Builder quality(JsonPath path, OwnQuality quality) {
            rules.quality = quality;
            rules.root.around(path).judged = true;
            return role(path, Place.Role.QUALITY);
        }

        public Builder ignore(JsonPath path) {
            return role(path, Place.Role.IGNORED);
        }

        /** The names below a path are metrics. */
        public Builder values(JsonPath path, Scale scale) {
            return metric("", path, scale);
        }

        /** The value at a path is a metric, or what lies below it are metrics that begin so. */
        public Builder metric(String name, JsonPath path, Scale scale) {
            rules.root.begin(path, name, scale);
            rules.values.add(path);
            metrics.add(name);
            return this;
        }

        /**
         * The text at a path is the unit of values.
         *
         * @param names what its texts stand for, where they are no units themselves
         */
        public Builder unit(JsonPath path, List<JsonPath> values, Map<String, String> names) {
            int unit = rules.unitNames.size();
            role(path, Place.Role.UNIT);
            rules.root.at(path).unit = unit;
            values.forEach(value -> rules.root.measure(value, unit));
            rules.unitNames.add(Map.copyOf(names));
            return this;
        }

        private Builder role(JsonPath path, Place.Role role) {
            rules.root.give(path, role);
            return this;
        }

        /** The rules, when all is said. Where nothing is said of values, all in message or row that has no other meaning is one. */
        public MessageRules build() {
            Place all = rules.rows == null || rules.ofRow != null
                    ? rules.root
                    : rules.root.at(JsonPath.parse("@", rules.rows));
            if (rules.values.isEmpty() && all.role == null) {
                all.metric = "";
            }
            if (metrics.remove("")) {
                rules.contested.addAll(metrics);
            }
            rules.root.spread();
            return rules;
        }
    }
}
