package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.LikelyRows;
import io.caravan.decode.MessageRules;
import io.caravan.decode.Text;
import io.caravan.registry.DeviceRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Says where a payload looks as if it had rows, of which the registry says nothing. Stateless. */
public final class Rowless {

    private static final String WHOLE = "$";
    private static final int MOST_TOLD = 5;

    private Rowless() {}

    /** A line for each such place, where a dialect of the registry has read the payload. */
    public static List<String> lines(Outcome outcome, byte[] whole, DeviceRegistry registry) {
        MessageRules rules = outcome.rules(registry);
        JsonNode payload = rules == null ? null : outcome.tree(whole, registry);
        if (payload == null) {
            return List.of(); // the dead letter says so
        }
        if (rules.hasRows()) {
            return List.of();
        }
        String fromRow = rules.hasValues() ? ", and paths to values from a row on: \"@\", \"@.name\"" : "";
        if (isOfRows(payload)) {
            return List.of(
                    "The payload is an array: where each of its elements tells of a time, or a device, of its own, say"
                            + " \"rows\": \"$\"" + fromRow);
        }
        LikelyRows found = rules.likelyRowsIn(payload);
        List<String> lines = new ArrayList<>();
        if (!found.lists().isEmpty()) {
            lines.add(line(found.lists()) + fromRow);
        }
        found.tables().entrySet().stream()
                .limit(MOST_TOLD)
                .map(table -> line(table.getKey(), table.getValue()) + fromRow)
                .forEach(lines::add);
        return lines;
    }

    private static boolean isOfRows(JsonNode payload) {
        return payload.isArray()
                && !payload.isEmpty()
                && StreamSupport.stream(payload.spliterator(), false).allMatch(JsonNode::isContainerNode);
    }

    private static String line(List<String> paths) {
        List<String> told = paths.stream().limit(MOST_TOLD).toList();
        boolean one = paths.size() == 1;
        String quoted = told.stream().map(path -> '"' + path + '"').collect(Collectors.joining(", "));
        return Text.printable(
                (one ? "An array of objects stands at " : "Arrays of objects stand at ") + String.join(", ", told)
                        + (told.size() < paths.size() ? ", ..." : "") + ": where each of "
                        + (one ? "its" : "their")
                        + " elements tells of a time, or a device, of its own, say \"rows\": "
                        + (one ? quoted : '[' + quoted + ']'));
    }

    private static String line(String path, List<String> names) {
        String columns =
                path.equals(WHOLE) ? "\"payload\": \"columns\"" : "\"contents\": { \"" + path + "\": \"columns\" }";
        return Text.printable("Arrays of the same length stand side by side at " + path + " ("
                + String.join(", ", names) + "): where their elements are of several times, say " + columns
                + " and \"rows\": \"" + path + '"');
    }
}
