package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.JsonPath;
import io.caravan.decode.MessageRules;
import io.caravan.decode.Text;
import io.caravan.decode.TopicTemplate;
import io.caravan.decode.TopicTemplate.Variable;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Makes the dialects of a registry that meets the schema, or says what is wrong with them. Used once, by one thread. */
final class DialectReader {

    /** The dialects that Caravan reads without a declaration, and what else names sessions with the broker. */
    private static final Set<String> TAKEN =
            Set.of("iot", "iot-status", "building", "f2", "events", "senml", "sparkplug", "broker-counters", "unknown");

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,31}");

    private final JsonNode registry;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, MappedDialect> dialects = new LinkedHashMap<>();

    DialectReader(JsonNode registry) {
        this.registry = registry;
        JsonPointer place = JsonPointer.empty().appendProperty("dialects");
        for (Map.Entry<String, JsonNode> dialect : registry.path("dialects").properties()) {
            JsonPointer here = place.appendProperty(dialect.getKey());
            if (TAKEN.contains(dialect.getKey())) {
                problems.add(Problem.at(here, "is a name that Caravan uses itself: choose another"));
            } else if (!NAME.matcher(dialect.getKey()).matches()) {
                problems.add(Problem.at(here, "is no valid name of a dialect"));
            } else {
                read(dialect.getKey(), dialect.getValue(), here);
            }
        }
        if (problems.isEmpty()) {
            requireSeparateTopics(place);
        }
    }

    /** What is wrong, each problem with its place. */
    List<String> problems() {
        return problems;
    }

    /** The dialects by name, in the order of the file; all of them where there are no problems. */
    Map<String, MappedDialect> dialects() {
        return dialects;
    }

    private void read(String name, JsonNode dialect, JsonPointer place) {
        ZoneId zone = zone(dialect.path("time_zone"), place.appendProperty("time_zone"));
        List<MessageRules> rules = new ArrayList<>();
        for (Map.Entry<String, JsonNode> topic : dialect.path("topics").properties()) {
            JsonPointer here = place.appendProperty("topics").appendProperty(topic.getKey());
            attempt(here, () -> {
                TopicTemplate template = TopicTemplate.parse(topic.getKey());
                rules.add(new Topic(template, topic.getValue(), here).rules(zone));
            });
        }
        dialects.put(name, new MappedDialect(name, dialect.path("enabled").asBoolean(true), rules));
    }

    private ZoneId zone(JsonNode declared, JsonPointer place) {
        String name = declared.asText("UTC");
        try {
            return name.equals("system") ? ZoneId.systemDefault() : ZoneId.of(name);
        } catch (DateTimeException e) {
            problems.add(Problem.at(place, "is no time zone: " + Text.excerpt(name)));
            return ZoneOffset.UTC;
        }
    }

    private void attempt(JsonPointer place, Runnable step) {
        try {
            step.run();
        } catch (IllegalArgumentException e) {
            problems.add(Problem.at(place, e.getMessage()));
        }
    }

    /** A message that two dialects read would be stored twice; a session with filters that overlap may bring one twice. */
    private void requireSeparateTopics(JsonPointer place) {
        List<MappedDialect> enabled =
                dialects.values().stream().filter(MappedDialect::enabled).toList();
        for (int i = 0; i < enabled.size(); i++) {
            MappedDialect dialect = enabled.get(i);
            JsonPointer topics = place.appendProperty(dialect.name()).appendProperty("topics");
            requireSeparate(dialect.measurementFilters(), topics);
            requireSeparate(dialect.statusFilters(), topics);
            for (MappedDialect other : enabled.subList(0, i)) {
                requireSeparate(dialect, other, topics);
            }
        }
    }

    private void requireSeparate(List<String> filters, JsonPointer topics) {
        for (int i = 0; i < filters.size(); i++) {
            for (String other : filters.subList(0, i)) {
                if (TopicTemplate.parse(filters.get(i)).overlaps(TopicTemplate.parse(other))) {
                    problems.add(Problem.at(
                            topics,
                            "the filters " + other + " and " + filters.get(i)
                                    + " have topics in common, and neither has all of the other's: a broker may deliver"
                                    + " such a message twice"));
                }
            }
        }
    }

    private void requireSeparate(MappedDialect dialect, MappedDialect other, JsonPointer topics) {
        for (MessageRules mine : dialect.rules()) {
            for (MessageRules theirs : other.rules()) {
                if (mine.isRead() && theirs.isRead() && mine.topic().overlaps(theirs.topic())) {
                    problems.add(Problem.at(
                            topics.appendProperty(mine.topic().toString()),
                            "has topics in common with " + theirs.topic() + " of the dialect " + other.name()
                                    + ": a message that both read would count twice. Say how its devices' ids begin,"
                                    + " as in {device:abc*}, or set \"enabled\": false for one of the two"));
                }
            }
        }
    }

    /** One topic of a dialect. */
    private final class Topic {

        private final TopicTemplate template;
        private final JsonNode declared;
        private final JsonPointer place;
        private final MessageRules.Builder rules;

        Topic(TopicTemplate template, JsonNode declared, JsonPointer place) {
            this.template = template;
            this.declared = declared;
            this.place = place;
            this.rules =
                    new MessageRules.Builder(template, declared.path("read").asBoolean(true));
        }

        MessageRules rules(ZoneId zone) {
            rules.zone(zone);
            if (!declared.path("read").asBoolean(true)) {
                return rules.build();
            }
            if (template.names(Variable.DEVICE) == declared.has("device")) {
                problems.add(Problem.at(
                        place,
                        declared.has("device")
                                ? "names the device twice: {device} in the topic, and \"device\""
                                : "names no device: neither {device} in the topic, nor \"device\" with a path"));
            }
            path("device", rules::device);
            pathOrText("tenant", Variable.TENANT, rules::tenant, rules::tenant);
            path("site", rules::site);
            path("zone", rules::zone);
            path("timestamp", rules::timestamp);
            path("sequence", rules::sequence);
            path("status", rules::status);
            pathOrText("event_type", null, rules::eventType, rules::eventType);
            type();
            values();
            paths("ignore").forEach((at, path) -> attempt(at, () -> rules.ignore(path)));
            declared.path("numbers")
                    .properties()
                    .forEach(number ->
                            rules.number(number.getKey(), number.getValue().asDouble()));
            if (declared.path("decimal_comma").asBoolean()) {
                rules.decimalComma();
            }
            units();
            if (declared.has("offline")) {
                Set<String> texts = new HashSet<>();
                declared.path("offline").forEach(text -> texts.add(text.asText().toLowerCase(Locale.ROOT)));
                rules.offline(texts);
            }
            if (declared.path("payload").asText().equals("text")) {
                rules.text();
            }
            return rules.build();
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
            if (type.isTextual() && !type.asText().startsWith("$")) {
                requireType(type.asText(), here);
            }
            pathOrText("device_type", Variable.DEVICE_TYPE, rules::deviceType, rules::deviceType);
        }

        private void requireType(String type, JsonPointer at) {
            if (!registry.path("device_types").has(type)) {
                problems.add(Problem.at(at, "is no device type of this file: " + Text.excerpt(type)));
            }
        }

        private void values() {
            JsonNode values = declared.path("values");
            JsonPointer here = place.appendProperty("values");
            if (values.isTextual()) {
                attempt(here, () -> rules.values(JsonPath.parse(values.asText())));
            }
            for (Map.Entry<String, JsonNode> value : values.properties()) {
                attempt(here.appendProperty(value.getKey()), () -> {
                    JsonPath path = JsonPath.parse(value.getValue().asText());
                    if (value.getKey().equals("*")) {
                        rules.values(path);
                    } else {
                        rules.metric(value.getKey(), path);
                    }
                });
            }
        }

        private void units() {
            for (Map.Entry<String, JsonNode> unit : declared.path("units").properties()) {
                JsonPointer here = place.appendProperty("units").appendProperty(unit.getKey());
                attempt(here, () -> {
                    List<JsonPath> of = new ArrayList<>();
                    int index = 0;
                    for (JsonNode path : unit.getValue().path("of")) {
                        attempt(
                                here.appendProperty("of").appendIndex(index++),
                                () -> of.add(JsonPath.parse(path.asText())));
                    }
                    Map<String, String> names = new HashMap<>();
                    unit.getValue()
                            .path("names")
                            .properties()
                            .forEach(name ->
                                    names.put(name.getKey(), name.getValue().asText()));
                    rules.unit(singular(unit.getKey()), of, names);
                });
            }
        }

        private void path(String key, Consumer<JsonPath> rule) {
            if (declared.has(key)) {
                attempt(
                        place.appendProperty(key),
                        () -> rule.accept(singular(declared.path(key).asText())));
            }
        }

        /** What begins with $ is a path, anything else the text itself. */
        private void pathOrText(String key, Variable variable, Consumer<JsonPath> path, Consumer<String> text) {
            String value = declared.path(key).asText();
            if (declared.has(key) && variable != null && template.names(variable)) {
                problems.add(Problem.at(place.appendProperty(key), "stands in the topic already"));
            } else if (value.startsWith("$")) {
                path(key, path);
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
                attempt(here, () -> paths.put(here, JsonPath.parse(path.asText())));
            }
            return paths;
        }

        private JsonPath singular(String text) {
            JsonPath path = JsonPath.parse(text);
            if (!path.isSingular()) {
                throw new IllegalArgumentException("must lead to one place: no * here");
            }
            return path;
        }
    }
}
