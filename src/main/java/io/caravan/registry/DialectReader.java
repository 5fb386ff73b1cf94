package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.MessageRules;
import io.caravan.decode.Text;
import io.caravan.decode.TopicTemplate;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
            problems.addAll(TopicsApart.problems(dialects.values(), place));
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
                rules.add(new TopicReader(registry.path("device_types"), template, topic.getValue(), here, problems)
                        .rules(zone));
            });
        }
        dialects.put(name, new MappedDialect(name, dialect.path("enabled").asBoolean(true), rules));
    }

    private ZoneId zone(JsonNode declared, JsonPointer place) {
        String name = declared.asText("UTC");
        try {
            return TimestampReader.zone(name);
        } catch (DateTimeException e) {
            problems.add(Problem.at(
                    place, "is no time zone: " + Text.excerpt(name) + ", and Europe/Berlin, +01:00 and UTC are"));
            return ZoneOffset.UTC;
        }
    }

    private void attempt(JsonPointer place, Runnable step) {
        Problem.attempt(place, step, problems);
    }
}
