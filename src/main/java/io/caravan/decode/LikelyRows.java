package io.caravan.decode;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What looks like rows in a payload, among what rules without rows take for its values: arrays of objects that are alike, and
 * arrays of one object that are equally long. Immutable.
 */
public final class LikelyRows {

    private static final int LEAST = 2;

    private final List<JsonPath.Step> path = new ArrayList<>();
    private final List<String> lists = new ArrayList<>();
    private final Map<String, List<String>> tables = new LinkedHashMap<>();

    LikelyRows(Place root, JsonNode payload) {
        look(payload, root, false);
    }

    /** The paths to arrays of objects that have a name in common, and numbers there. */
    public List<String> lists() {
        return List.copyOf(lists);
    }

    /** The paths to objects with arrays of numbers and texts side by side, and the names of these. */
    public Map<String, List<String>> tables() {
        return Collections.unmodifiableMap(tables);
    }

    /** @param around whether what stands around is taken for values */
    private void look(JsonNode node, Place place, boolean around) {
        boolean values = isOfValues(place, around);
        boolean below = place != null && !place.isLeaf();
        if (node.isValueNode() || !values && !below || path.size() == JsonPath.MOST_STEPS) {
            return;
        }
        boolean each = areElementsOfValues(place, around);
        if (node.isArray() && each && isList(node)) {
            lists.add(JsonPath.written(path));
            return;
        }
        if (node.isObject()) {
            table(node, place, values);
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            step(new JsonPath.Index(i), node.get(i), place == null ? null : place.element(i), values);
        }
        node.properties()
                .forEach(member ->
                        step(new JsonPath.Name(member.getKey()), member.getValue(), member(place, member), values));
    }

    private void step(JsonPath.Step step, JsonNode node, Place place, boolean around) {
        path.add(step);
        look(node, place, around);
        path.remove(path.size() - 1);
    }

    private void table(JsonNode object, Place place, boolean around) {
        Set<Integer> lengths = new HashSet<>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            JsonNode column = member.getValue();
            if (isColumn(column)
                    && hasNumber(column)
                    && areElementsOfValues(member(place, member), around)
                    && lengths.add(column.size())) {
                List<String> names = object.properties().stream()
                        .filter(other ->
                                isColumn(other.getValue()) && other.getValue().size() == column.size())
                        .map(Map.Entry::getKey)
                        .toList();
                if (names.size() >= LEAST) {
                    tables.put(JsonPath.written(path), names);
                    return;
                }
            }
        }
    }

    private static Place member(Place place, Map.Entry<String, JsonNode> member) {
        return place == null ? null : place.member(member.getKey());
    }

    private static boolean isOfValues(Place place, boolean around) {
        return place == null ? around : place.role == null && (around || place.metric != null);
    }

    /** Also where a wildcard has said so of all of them. */
    private static boolean areElementsOfValues(Place place, boolean around) {
        Place any = place == null ? null : place.element(-1);
        return isOfValues(place, around) || any != null && any.leadsToMetric();
    }

    private static boolean isList(JsonNode array) {
        if (array.size() < LEAST || !all(array).allMatch(JsonNode::isObject)) {
            return false;
        }
        Set<String> common = new HashSet<>();
        array.get(0).fieldNames().forEachRemaining(common::add);
        common.removeIf(name -> !all(array).allMatch(element -> element.has(name)));
        return common.stream().anyMatch(name -> all(array).anyMatch(element -> hasNumber(element.get(name))));
    }

    private static boolean isColumn(JsonNode value) {
        return value.isArray() && value.size() >= LEAST && all(value).allMatch(JsonNode::isValueNode);
    }

    private static boolean hasNumber(JsonNode value) {
        return value.isNumber()
                || value.isTextual() && Quantity.parse(value.textValue()) != null
                || all(value).anyMatch(LikelyRows::hasNumber);
    }

    private static Stream<JsonNode> all(JsonNode container) {
        return StreamSupport.stream(container.spliterator(), false);
    }
}
