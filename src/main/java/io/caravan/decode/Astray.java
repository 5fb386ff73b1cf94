package io.caravan.decode;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where a path stops to lead anywhere in a payload. Immutable.
 *
 * @param name the member that is not there; empty for an element, or whatever a wildcard stands for
 * @param members the members that are there instead
 * @param in what is no object where it is looked for, for people: "a text"; empty where it is one
 */
public record Astray(String name, Set<String> members, String in) {

    /** Null where something stands at the end of the steps, be it null. */
    static Astray of(JsonNode payload, List<JsonPath.Step> steps) {
        List<JsonNode> here = List.of(payload);
        for (JsonPath.Step step : steps) {
            List<JsonNode> next = new ArrayList<>();
            here.forEach(node -> lead(node, step, next));
            if (next.isEmpty()) {
                return of(here, step);
            }
            here = next;
        }
        return null;
    }

    /** What stands at the ends of the steps. */
    static List<JsonNode> ends(JsonNode payload, List<JsonPath.Step> steps) {
        List<JsonNode> here = List.of(payload);
        for (JsonPath.Step step : steps) {
            List<JsonNode> next = new ArrayList<>();
            here.forEach(node -> lead(node, step, next));
            here = next;
        }
        return here;
    }

    private static void lead(JsonNode from, JsonPath.Step step, List<JsonNode> to) {
        if (step instanceof JsonPath.Name name && from.has(name.name())) {
            to.add(from.get(name.name()));
        } else if (step instanceof JsonPath.Index index && from.has(index.index())) {
            to.add(from.get(index.index()));
        } else if (step == JsonPath.Wildcard.ANY || step == JsonPath.Row.ROW) {
            from.forEach(to::add);
        }
    }

    private static Astray of(List<JsonNode> here, JsonPath.Step step) {
        Set<String> members = new LinkedHashSet<>();
        here.forEach(node -> node.fieldNames().forEachRemaining(members::add));
        String name = step instanceof JsonPath.Name missing ? missing.name() : "";
        boolean object = here.stream().anyMatch(JsonNode::isObject);
        String in =
                name.isEmpty() || object ? "" : JsonDecoder.nameOf(here.get(0).asToken());
        return new Astray(name, members, in);
    }
}
