package io.caravan.decode;

import io.caravan.decode.TopicTemplate.Variable;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects {@link MessageRules}. What it is told of a place twice it refuses with an IllegalArgumentException. Used once, by one thread. */
public final class RulesBuilder {

    private final MessageRules rules;
    private final Set<String> metrics = new HashSet<>();
    private final Map<JsonPath, PayloadFormat> contents = new LinkedHashMap<>();
    /** What is said of the message that the rows stand in. */
    private final List<DeclaredPath> ofMessage = new ArrayList<>(0);

    public RulesBuilder(TopicTemplate topic, boolean read) {
        this.rules = new MessageRules(topic, read);
    }

    /** Messages hold rows, each of which is a message with what stands around them. To be told first. */
    public RulesBuilder rows(JsonPath path) {
        rules.rows = path;
        return declare("rows", path);
    }

    /** Messages have values of their own, and may have rows beside them, which are read by other rules. To be told last. */
    public RulesBuilder mayHaveRows(MessageRules ofRow) {
        rules.ofRow = ofRow;
        rules.rows = ofRow.rows;
        rules.members = ofRow.members;
        rules.root.give(ofRow.rows, Place.Role.IGNORED);
        return declare("rows", ofRow.rows);
    }

    /** The rows stand in a message with values of its own: what these rules lead to is no row either. To be told first. */
    public RulesBuilder beside(RulesBuilder message) {
        ofMessage.addAll(message.rules.paths);
        return this;
    }

    public RulesBuilder zone(ZoneId zone) {
        rules.zone = zone;
        return this;
    }

    public RulesBuilder tenant(String tenant) {
        rules.always.put(Variable.TENANT, tenant);
        return this;
    }

    public RulesBuilder device(String device) {
        rules.always.put(Variable.DEVICE, device);
        return this;
    }

    public RulesBuilder deviceType(String type) {
        rules.deviceType = type;
        return this;
    }

    /** Messages with a measurement of this name, at the top, are of a type; the first that is told counts most. */
    public RulesBuilder typeBy(String measurement, String type) {
        rules.typeByMetric.put(measurement, type);
        return this;
    }

    public RulesBuilder eventType(String eventType) {
        rules.eventType = eventType;
        return this;
    }

    /** What a text counts as, in upper or lower case. */
    public RulesBuilder number(String text, double value) {
        if (rules.numbers.put(text, value) != null) {
            throw new IllegalArgumentException("stands here twice: upper and lower case are the same");
        }
        return this;
    }

    /** Numbers in texts have a comma for the decimal point. */
    public RulesBuilder decimalComma() {
        rules.decimalComma = true;
        return this;
    }

    /** Messages without a value are of no use, and no dead letters. */
    public RulesBuilder ignoreEmpty() {
        rules.ignoresEmpty = true;
        return this;
    }

    /** The texts, in lower case, that say that the device is gone. */
    public RulesBuilder offline(Set<String> texts) {
        rules.offline = Set.copyOf(texts);
        return this;
    }

    /** Payloads are no JSON, but of another format. */
    public RulesBuilder format(PayloadFormat format) {
        rules.format = format;
        rules.columns.put(JsonPath.parse("$"), format.columns());
        rules.hasWords |= format.hasWords();
        return this;
    }

    /** The texts at a path hold something of a format: paths lead on into it. */
    public RulesBuilder content(JsonPath path, PayloadFormat format) {
        rules.contents.add(path, format);
        contents.put(path, format);
        rules.columns.put(path, format.columns());
        rules.hasWords |= format.hasWords();
        return declare("contents", path);
    }

    /** Payloads that are no JSON object or array are texts. */
    public RulesBuilder text() {
        rules.text = true;
        return this;
    }

    public RulesBuilder device(JsonPath path) {
        rules.device = path.toString();
        rules.deviceField = path.lastName() == null ? rules.deviceField : path.lastName();
        return role(path, Place.Role.DEVICE);
    }

    public RulesBuilder tenant(JsonPath path) {
        rules.tenantField = path.lastName() == null ? rules.tenantField : path.lastName();
        return role(path, Place.Role.TENANT);
    }

    public RulesBuilder site(JsonPath path) {
        return role(path, Place.Role.SITE);
    }

    public RulesBuilder zone(JsonPath path) {
        return role(path, Place.Role.ZONE);
    }

    public RulesBuilder deviceType(JsonPath path) {
        return role(path, Place.Role.DEVICE_TYPE);
    }

    public RulesBuilder eventType(JsonPath path) {
        return role(path, Place.Role.EVENT_TYPE);
    }

    /** The time stands at one of these paths, or at several, with a blank between what stands there. */
    public RulesBuilder timestamp(List<JsonPath> paths) {
        rules.timeParts = paths.size();
        for (int i = 0; i < paths.size(); i++) {
            rules.root.give(paths.get(i), Place.Role.TIMESTAMP, i);
            declare("timestamp", paths.get(i));
        }
        return this;
    }

    /** Times are of a form of their own. */
    public RulesBuilder times(TimePattern pattern) {
        rules.times = pattern;
        return this;
    }

    /** Times are numbers since an epoch of their own. */
    public RulesBuilder times(TimeSince epoch) {
        rules.times = epoch;
        rules.epoch = epoch;
        return this;
    }

    /** What stands for no value, wherever it is. To be told before the metrics. */
    public RulesBuilder missing(Missing missing) {
        rules.missing = missing;
        return this;
    }

    /** The device's id is put together. */
    public RulesBuilder device(IdTemplate id) {
        rules.id = id;
        rules.device = id.toString();
        id.giveTo(rules.root);
        id.paths().forEach(path -> declare("device", path));
        return this;
    }

    public RulesBuilder sequence(JsonPath path) {
        if (rules.rows != null && !path.isOfRow(rules.rows)) {
            throw new IllegalArgumentException(
                    "rows with the same number would count as one: only what stands in the row, @..., can tell them apart");
        }
        return role(path, Place.Role.SEQUENCE);
    }

    /** The text at a path, or the name of a row, is what the names of its metrics begin with. */
    public RulesBuilder metricBy(JsonPath path) {
        rules.namesMetric = true;
        rules.metric = path.toString();
        return role(path, Place.Role.METRIC);
    }

    /** What tells whether the device is there. */
    public RulesBuilder status(JsonPath path) {
        rules.hasStatus = true;
        return role(path, Place.Role.STATUS);
    }

    /** What stands at a path is what the device says of all values, or of those at the last wildcard before the path's end. */
    public RulesBuilder quality(JsonPath path, OwnQuality quality) {
        rules.root.around(path).judged = true;
        role(path, Place.Role.QUALITY);
        rules.root.at(path).quality = quality;
        return this;
    }

    public RulesBuilder ignore(JsonPath path) {
        return role(path, Place.Role.IGNORED);
    }

    /** The names below a path are metrics. */
    public RulesBuilder values(JsonPath path, Scale scale, Missing missing) {
        return metric("", path, scale, missing);
    }

    /** The value at a path is a metric, or what lies below it are metrics that begin so. */
    public RulesBuilder metric(String name, JsonPath path, Scale scale, Missing missing) {
        rules.root.begin(path, name, scale, rules.missing.and(missing));
        rules.values.add(path);
        rules.rest = name.isEmpty() ? path.toString() : rules.rest;
        metrics.add(name);
        return declare("values", path);
    }

    /**
     * The text at a path is the unit of values.
     *
     * @param names what its texts stand for, where they are no units themselves
     */
    public RulesBuilder unit(JsonPath path, List<JsonPath> values, Map<String, String> names) {
        int unit = rules.unitNames.size();
        role(path, Place.Role.UNIT);
        rules.root.at(path).unit = unit;
        values.forEach(value -> {
            rules.root.measure(value, unit);
            declare("units", value);
        });
        rules.unitNames.add(Map.copyOf(names));
        return this;
    }

    /** Whether anything that was told stands in a member of the payload: where that is an array, it has none. */
    public boolean beginsAtMember() {
        return rules.paths.stream()
                .map(declared -> declared.path().steps())
                .anyMatch(steps -> !steps.isEmpty() && steps.get(0) instanceof JsonPath.Name);
    }

    private RulesBuilder role(JsonPath path, Place.Role role) {
        rules.root.give(path, role);
        return declare(role.key(), path);
    }

    private RulesBuilder declare(String key, JsonPath path) {
        rules.paths.add(new DeclaredPath(key, path));
        return this;
    }

    /** The rules, when all is said. Where nothing is said of values, all in message or row that has no other meaning is one. */
    public MessageRules build() {
        Place all =
                rules.rows == null || rules.ofRow != null ? rules.root : rules.root.at(JsonPath.parse("@", rules.rows));
        if (rules.values.isEmpty() && all.role == null) {
            all.metric = "";
        }
        if (metrics.remove("")) {
            rules.contested.addAll(metrics);
        }
        if (rules.decimalComma && rules.times instanceof TimeSince since) {
            rules.times = text -> since.micros(text.replace(',', '.'));
        }
        if (rules.rows != null && rules.ofRow == null) {
            rules.members = new RowMembers(rules.rows);
            rules.paths.forEach(rules.members::leadTo);
            ofMessage.forEach(rules.members::leadTo);
            rules.members.setApart(rules.root);
        }
        rules.root.spread();
        contents.forEach((path, format) -> {
            boolean around = rules.rows != null && path.leadsTo(rules.rows);
            (around ? rules.aroundRows : rules.inRows).add(path, format);
        });
        rules.contents.spread(rules.members);
        rules.aroundRows.spread(rules.members);
        rules.inRows.spread(rules.members);
        return rules;
    }
}
