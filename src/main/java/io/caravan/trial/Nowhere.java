package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.Astray;
import io.caravan.decode.DeclaredPath;
import io.caravan.decode.MessageRules;
import io.caravan.decode.Text;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Says which paths of the registry lead nowhere in a payload, and what may have been meant. Stateless. */
public final class Nowhere {

    private static final String VALUES = "values";

    private Nowhere() {}

    /** A line for each key of the registry that has such paths, where a dialect of it has read the payload. */
    public static List<String> lines(Outcome outcome, byte[] whole, DeviceRegistry registry) {
        MessageRules rules = outcome.rules(registry);
        JsonNode payload = rules == null ? null : outcome.tree(whole, registry);
        if (payload == null || !payload.isContainerNode()) {
            return List.of(); // a text, or a dead letter
        }
        Map<String, List<DeclaredPath>> byKey = rules.pathsMissingIn(payload).stream()
                .collect(Collectors.groupingBy(DeclaredPath::key, LinkedHashMap::new, Collectors.toList()));
        return byKey.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue(), payload))
                .toList();
    }

    private static String line(String key, List<DeclaredPath> paths, JsonNode payload) {
        String hints = paths.stream()
                .map(path -> hint(path, payload))
                .filter(Objects::nonNull)
                .collect(Collectors.joining("; "));
        String told = paths.stream().map(path -> path.path().toString()).collect(Collectors.joining(", "));
        return Text.printable("Nothing stands in this payload at " + told + ", where the registry "
                + (key.equals(VALUES) ? "says that values do" : "has \"" + key + '"')
                + (hints.isEmpty() ? "" : " (" + hints + ')'));
    }

    /** Null where nothing is near. */
    private static String hint(DeclaredPath declared, JsonNode payload) {
        Astray astray = declared.path().astray(payload);
        if (!astray.in().isEmpty()) {
            return declared.path() + ": " + astray.name() + " cannot be in " + astray.in();
        }
        String meant = Nearest.hint(astray.name(), astray.members());
        return meant.isEmpty() ? null : declared.path() + meant;
    }
}
