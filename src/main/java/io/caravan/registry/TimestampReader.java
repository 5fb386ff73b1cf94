package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.JsonPath;
import io.caravan.decode.RulesBuilder;
import io.caravan.decode.TimePattern;
import io.caravan.decode.TimeSince;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Reads where the time of a message stands, and of which form it is. Stateless. */
final class TimestampReader {

    private TimestampReader() {}

    /**
     * @param zone of times that name none, unless it is declared here
     * @param rows where the rows are; null where there are none
     */
    static void read(
            JsonNode declared,
            JsonPointer place,
            ZoneId zone,
            JsonPath rows,
            RulesBuilder rules,
            List<String> problems) {
        boolean alone = declared.isTextual();
        JsonNode path = alone ? declared : declared.path("path");
        JsonPointer here = alone ? place : place.appendProperty("path");
        List<JsonPath> paths = new ArrayList<>();
        if (path.isArray()) {
            for (int i = 0; i < path.size(); i++) {
                String text = path.path(i).asText();
                Problem.attempt(here.appendIndex(i), () -> paths.add(JsonPath.singular(text, rows)), problems);
            }
        } else {
            Problem.attempt(here, () -> paths.add(JsonPath.singular(path.asText(), rows)), problems);
        }
        ZoneId own = zone;
        try {
            own = declared.has("time_zone") ? zone(declared.path("time_zone").asText()) : zone;
        } catch (DateTimeException e) {
            problems.add(Problem.at(place.appendProperty("time_zone"), "is no time zone, such as Europe/Berlin"));
        }
        ZoneId ofTimes = own;
        rules.zone(ofTimes);
        if (declared.has("pattern")) {
            String pattern = declared.path("pattern").asText();
            Problem.attempt(
                    place.appendProperty("pattern"), () -> rules.times(new TimePattern(pattern, ofTimes)), problems);
        }
        epoch(declared, place, ofTimes, rules, problems);
        Problem.attempt(here, () -> rules.timestamp(paths), problems);
    }

    private static void epoch(
            JsonNode declared, JsonPointer place, ZoneId zone, RulesBuilder rules, List<String> problems) {
        JsonPointer here = place.appendProperty("epoch");
        String unit = declared.path("unit").asText("s");
        if (!declared.has("epoch")) {
            if (declared.has("unit")) {
                problems.add(Problem.at(place.appendProperty("unit"), "has no meaning without \"epoch\""));
            }
        } else if (declared.has("pattern") || declared.path("path").isArray()) {
            problems.add(
                    Problem.at(here, "is of numbers at one path: neither \"pattern\" nor several paths beside it"));
        } else if (!TimeSince.units().contains(unit)) {
            problems.add(
                    Problem.at(place.appendProperty("unit"), "must be one of " + String.join(", ", TimeSince.units())));
        } else {
            Problem.attempt(
                    here, () -> rules.times(new TimeSince(declared.path("epoch").asText(), unit, zone)), problems);
        }
    }

    static ZoneId zone(String name) {
        return name.equals("system") ? ZoneId.systemDefault() : ZoneId.of(name);
    }
}
