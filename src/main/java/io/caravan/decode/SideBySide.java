package io.caravan.decode;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** Finds what looks like the columns of a table in a payload: members of one object that are equally long arrays of numbers and texts. Stateless. */
final class SideBySide {

    private SideBySide() {}

    /**
     * Looks at the end of a path without wildcards, and in what that is a member of.
     *
     * @param found where to put the object's path, and the names of the arrays
     */
    static void gather(JsonNode payload, List<JsonPath.Step> path, Map<String, List<String>> found) {
        JsonNode around = null;
        JsonNode here = payload;
        for (JsonPath.Step step : path) {
            around = here;
            here = step instanceof JsonPath.Name name
                    ? here.path(name.name())
                    : step instanceof JsonPath.Index index ? here.path(index.index()) : here.path("");
        }
        boolean column = isColumn(here) && around != null && around.isObject();
        JsonNode table = column ? around : here;
        List<String> names = columns(table, column ? here.size() : 0);
        if (names.size() > 1) {
            found.put(JsonPath.written(column ? path.subList(0, path.size() - 1) : path), names);
        }
    }

    /** @param rows how long they are; 0 for as long as the first of them */
    private static List<String> columns(JsonNode table, int rows) {
        List<String> names = new ArrayList<>();
        int length = rows;
        for (Map.Entry<String, JsonNode> member : table.properties()) {
            if (isColumn(member.getValue()) && (length == 0 || member.getValue().size() == length)) {
                length = member.getValue().size();
                names.add(member.getKey());
            }
        }
        return names;
    }

    private static boolean isColumn(JsonNode value) {
        return value.isArray()
                && value.size() > 1
                && StreamSupport.stream(value.spliterator(), false).allMatch(JsonNode::isValueNode);
    }
}
