package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.MessageRules;
import io.caravan.decode.Text;
import io.caravan.registry.DeviceRegistry;
import java.util.List;
import java.util.stream.StreamSupport;

/** Says where a payload looks as if it had rows, of which the registry says nothing. Stateless. */
public final class Rowless {

    private static final String WHOLE = "$";

    private Rowless() {}

    /** A line for each such place, where a dialect of the registry has read the payload. */
    public static List<String> lines(Outcome outcome, byte[] whole, DeviceRegistry registry) {
        MessageRules rules = outcome.rules(registry);
        JsonNode payload = rules == null ? null : outcome.tree(whole, registry);
        if (payload == null) {
            return List.of(); // the dead letter says so
        }
        if (isOfRows(payload) && !rules.hasRows()) {
            return List.of(
                    "The payload is an array: where each of its elements tells of a time, or a device, of its own, say"
                            + " \"rows\": \"$\"");
        }
        return rules.sideBySideIn(payload).entrySet().stream()
                .map(table -> line(table.getKey(), table.getValue()))
                .toList();
    }

    private static boolean isOfRows(JsonNode payload) {
        return payload.isArray()
                && !payload.isEmpty()
                && StreamSupport.stream(payload.spliterator(), false).allMatch(JsonNode::isContainerNode);
    }

    private static String line(String path, List<String> names) {
        String columns =
                path.equals(WHOLE) ? "\"payload\": \"columns\"" : "\"contents\": { \"" + path + "\": \"columns\" }";
        return Text.printable("Arrays of the same length stand side by side at " + path + " ("
                + String.join(", ", names) + "): where their elements are of several times, say " + columns
                + " and \"rows\": \"" + path + '"');
    }
}
