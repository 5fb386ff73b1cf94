package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.decode.IdTemplate;
import io.caravan.decode.JsonPath;
import io.caravan.decode.MessageRules;
import io.caravan.decode.RulesBuilder;
import io.caravan.decode.Text;
import io.caravan.decode.TopicTemplate;
import io.caravan.decode.TopicTemplate.Variable;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Makes the rules of one topic of a dialect, or says what is wrong with them. Used once, by one thread. */
final class TopicReader {

    /** What is said of a message, and does not hold for rows that stand beside its values. */
    private static final List<String> OF_MESSAGE =
            List.of("values", "metric", "ignore", "units", "sequence", "status", "offline", "payload", "quality");

    private static final Pattern DEVICE_OF_ROW = Pattern.compile("^@|\\{@");

    private final JsonNode types;
    private final List<String> problems;
    private final TopicTemplate template;
    private final JsonNode declared;
    private final JsonPointer place;
    private final RulesBuilder rules;
    private JsonPath rows;
    /** Whether the device is that of a row, whoever sends the message. */
    private boolean ofRow;

    /**
     * @param types the device types of the registry
     * @param place where it is declared
     * @param problems where to add what is wrong
     */
    TopicReader(JsonNode types, TopicTemplate template, JsonNode declared, JsonPointer place, List<String> problems) {
        this.types = types;
        this.problems = problems;
        this.template = template;
        this.declared = declared;
        this.place = place;
        this.rules = new RulesBuilder(template, declared.path("read").asBoolean(true));
        this.ofRow = DEVICE_OF_ROW.matcher(declared.path("device").asText()).find();
    }

    MessageRules rules(ZoneId zone) {
        rules.zone(zone);
        if (!declared.path("read").asBoolean(true)) {
            return rules.build();
        }
        if (declared.path("rows").isArray()) {
            return ofLists(zone);
        }
        int before = problems.size();
        boolean ofTopic = declared.path("device").asText().contains("{device}");
        boolean inTopic = template.names(Variable.DEVICE);
        if (inTopic && declared.has("device") && !ofTopic && !ofRow) {
            problems.add(Problem.at(
                    place,
                    "names the device twice: {device} in the topic, and \"device\"; only rows have others than the topic,"
                            + " by a path that begins with @"));
        } else if (!inTopic && ofTopic) {
            problems.add(Problem.at(place.appendProperty("device"), "has {device}, which the topic has not"));
        } else if (!inTopic && !declared.has("device")) {
            problems.add(Problem.at(
                    place,
                    "names no device: neither {device} in the topic, nor \"device\" with a path, or the id itself"));
        }
        attempt(place.appendProperty("rows"), this::rows);
        pathOrText("device", null, rules::device, rules::device);
        pathOrText("tenant", Variable.TENANT, rules::tenant, rules::tenant);
        path("site", rules::site);
        path("zone", rules::zone);
        if (declared.has("timestamp")) {
            TimestampReader.read(
                    declared.path("timestamp"), place.appendProperty("timestamp"), zone, rows, rules, problems);
        }
        path("sequence", rules::sequence);
        path("status", rules::status);
        for (String key : List.of("status", "offline")) {
            if (declared.has(key) && !declared.path("event_type").asText().equals("status")) {
                problems.add(
                        Problem.at(place.appendProperty(key), "has no meaning without \"event_type\": \"status\""));
            }
        }
        if (declared.has("metric") && template.names(Variable.METRIC)) {
            problems.add(Problem.at(place.appendProperty("metric"), "stands in the topic already"));
        }
        path("metric", rules::metricBy);
        pathOrText("event_type", null, rules::eventType, rules::eventType);
        type();
        ValuesReader values = new ValuesReader(declared, place, rules, rows, problems);
        values.values();
        paths("ignore").forEach((at, path) -> attempt(at, () -> rules.ignore(path)));
        declared.path("numbers")
                .properties()
                .forEach(number -> attempt(
                        place.appendProperty("numbers").appendProperty(number.getKey()),
                        () -> rules.number(number.getKey(), number.getValue().asDouble())));
        if (declared.path("decimal_comma").asBoolean()) {
            rules.decimalComma();
        }
        if (declared.path("empty").asText().equals("ignore")) {
            rules.ignoreEmpty();
        }
        values.units();
        QualityReader.read(declared.path("quality"), place.appendProperty("quality"), rows, rules, problems);
        if (declared.has("offline")) {
            rules.offline(QualityReader.words(declared.path("offline")));
        }
        new PayloadReader(problems).read(declared, place, rows, rules);
        if (declared.path("rows").isObject() && problems.size() == before) {
            attempt(place.appendProperty("rows").appendProperty("path"), () -> rules.mayHaveRows(ofRow(zone)));
        }
        return rules.build();
    }

    /** How rows are read that stand beside values: as the message is, but for what is said of them. */
    private MessageRules ofRow(ZoneId zone) {
        ObjectNode merged = ((ObjectNode) declared).deepCopy();
        merged.remove(OF_MESSAGE);
        ObjectNode own = (ObjectNode) merged.remove("rows");
        JsonPath.toRows(own.path("path").asText()); // a mistake in it is told of its own place
        merged.set("rows", own.remove("path"));
        merged.setAll(own);
        TopicReader row = new TopicReader(types, template, merged, place.appendProperty("rows"), problems);
        row.ofRow |= own.has("device");
        row.rules.beside(rules);
        return row.rules(zone);
    }

    /** How rows are read that stand in several places: all alike, each from its own. */
    private MessageRules ofLists(ZoneId zone) {
        JsonPointer here = place.appendProperty("rows");
        List<MessageRules> lists = new ArrayList<>();
        List<JsonPath> paths = new ArrayList<>();
        List<String> told = new ArrayList<>();
        int index = 0;
        for (JsonNode path : declared.path("rows")) {
            attempt(here.appendIndex(index++), () -> {
                requireApart(JsonPath.toRows(path.asText()), paths);
                ObjectNode alone = ((ObjectNode) declared).deepCopy();
                alone.set("rows", path);
                List<String> own = new ArrayList<>();
                lists.add(new TopicReader(types, template, alone, place, own).rules(zone));
                told.addAll(own);
            });
        }
        problems.addAll(told.stream().distinct().toList());
        if (lists.isEmpty()) {
            return rules.build();
        }
        lists.subList(1, lists.size()).forEach(lists.get(0)::also);
        return lists.get(0);
    }

    /** Each list is read without the others, so none may lie in another. */
    private static void requireApart(JsonPath list, List<JsonPath> others) {
        for (JsonPath other : others) {
            if (list.meets(other)) {
                throw new IllegalArgumentException(
                        list + " leads to rows that " + other + " leads to as well, or that lie in each other");
            }
        }
        others.add(list);
    }

    private void rows() {
        if (declared.path("rows").isTextual()) {
            JsonPath path = JsonPath.toRows(declared.path("rows").asText());
            rules.rows(path);
            rows = path;
            if (declared.path("event_type").asText().equals("status") && !declared.has("status")) {
                throw new IllegalArgumentException("what are rows of status needs \"status\", a path to what tells");
            }
        }
    }

    private void type() {
        JsonNode type = declared.path("device_type");
        JsonPointer here = place.appendProperty("device_type");
        if (type.isObject()) {
            type.properties().forEach(entry -> {
                requireType(entry.getValue().asText(), here.appendProperty(entry.getKey()));
                rules.typeBy(entry.getKey(), entry.getValue().asText());
            });
            return;
        }
        if (type.isTextual() && !isPath(type.asText())) {
            requireType(type.asText(), here);
        }
        pathOrText("device_type", Variable.DEVICE_TYPE, rules::deviceType, rules::deviceType);
    }

    private void requireType(String type, JsonPointer at) {
        if (!types.has(type)) {
            problems.add(Problem.at(
                    at,
                    "is no device type of this file: " + Text.excerpt(type) + Nearest.hint(type, types::fieldNames)));
        }
    }

    private void path(String key, Consumer<JsonPath> rule) {
        if (declared.has(key)) {
            attempt(
                    place.appendProperty(key),
                    () -> rule.accept(JsonPath.singular(declared.path(key).asText(), rows)));
        }
    }

    /** What begins with $, or with @, is a path, anything else the text itself. */
    private void pathOrText(String key, Variable variable, Consumer<JsonPath> path, Consumer<String> text) {
        String value = declared.path(key).asText();
        if (declared.has(key) && variable != null && template.names(variable)) {
            problems.add(Problem.at(place.appendProperty(key), "stands in the topic already"));
        } else if (isPath(value)) {
            path(key, path);
        } else if (key.equals("device") && IdTemplate.isTemplate(value)) {
            attempt(place.appendProperty(key), () -> rules.device(IdTemplate.parse(value, rows)));
        } else if (!value.isEmpty()) {
            if (Text.isId(value)) {
                text.accept(value);
            } else {
                problems.add(Problem.at(place.appendProperty(key), "is no name: " + Text.excerpt(value)));
            }
        }
    }

    private Map<JsonPointer, JsonPath> paths(String key) {
        Map<JsonPointer, JsonPath> paths = new LinkedHashMap<>();
        int index = 0;
        for (JsonNode path : declared.path(key)) {
            JsonPointer here = place.appendProperty(key).appendIndex(index++);
            attempt(here, () -> paths.put(here, parse(path.asText())));
        }
        return paths;
    }

    private static boolean isPath(String text) {
        return text.startsWith("$") || text.startsWith("@");
    }

    private JsonPath parse(String text) {
        return JsonPath.parse(text, rows);
    }

    private void attempt(JsonPointer at, Runnable step) {
        Problem.attempt(at, step, problems);
    }
}
