package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.Astray;
import io.caravan.decode.DeclaredPath;
import io.caravan.decode.MessageRules;
import io.caravan.decode.Text;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.Nearest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Says which paths and columns of the registry lead nowhere in a payload, or in rows of it, and what may have been meant. Stateless. */
public final class Nowhere {

    private static final String VALUES = "values";

    /** What a row may well be without. */
    private static final Set<String> OPTIONAL = Set.of("ignore", "contents", "rows");

    private static final int MOST_ROWS = 5;

    private Nowhere() {}

    /**
     * A line for each key of the registry that has such paths, where a dialect of it has read the payload.
     *
     * @param outcomes what became of it: several, where it has rows
     */
    public static List<String> lines(List<Outcome> outcomes, byte[] whole, DeviceRegistry registry) {
        MessageRules rules = outcomes.get(0).rules(registry);
        JsonNode payload = rules == null ? null : outcomes.get(0).tree(whole, registry);
        if (payload == null || !payload.isContainerNode()) {
            return List.of(); // a text, or a dead letter
        }
        List<DeclaredPath> missing = rules.pathsMissingIn(payload);
        Map<String, List<DeclaredPath>> byKey = missing.stream()
                .collect(Collectors.groupingBy(DeclaredPath::key, LinkedHashMap::new, Collectors.toList()));
        List<String> lines = new ArrayList<>();
        byKey.forEach((key, paths) -> lines.add(line(key, paths, payload)));
        rules.columnsMissingIn(payload)
                .forEach((path, names) -> lines.add(Text.printable("No row at " + path + " has "
                        + String.join(", ", names) + ", which the registry names among \"columns\"")));
        inRows(outcomes, rules, missing, registry)
                .forEach((path, rows) -> lines.add(line(path, rows, outcomes.size())));
        return lines;
    }

    /** The rows in which paths lead nowhere that lead somewhere in others. */
    private static Map<DeclaredPath, List<String>> inRows(
            List<Outcome> outcomes, MessageRules rules, List<DeclaredPath> everywhere, DeviceRegistry registry) {
        Map<DeclaredPath, List<String>> rows = new LinkedHashMap<>();
        for (Outcome outcome : outcomes) {
            JsonNode row = outcome.row() > 0 ? outcome.treeOfRow(registry) : null;
            if (row != null) {
                rules.pathsMissingIn(row).stream()
                        .filter(path -> !OPTIONAL.contains(path.key()) && !everywhere.contains(path))
                        .forEach(path -> rows.computeIfAbsent(path, first -> new ArrayList<>())
                                .add(Integer.toString(outcome.row())));
            }
        }
        return rows;
    }

    private static String line(DeclaredPath path, List<String> rows, int of) {
        int told = Math.min(MOST_ROWS, rows.size());
        return Text.printable("Nothing stands at " + path.path() + " in " + rows.size() + " of " + of + " rows ("
                + String.join(", ", rows.subList(0, told)) + (told < rows.size() ? ", ..." : "")
                + "), where the registry "
                + says(path.key()));
    }

    private static String line(String key, List<DeclaredPath> paths, JsonNode payload) {
        String hints = paths.stream()
                .map(path -> hint(path, payload))
                .filter(Objects::nonNull)
                .collect(Collectors.joining("; "));
        String told = paths.stream().map(path -> path.path().toString()).collect(Collectors.joining(", "));
        return Text.printable("Nothing stands in this payload at " + told + ", where the registry "
                + says(key)
                + (hints.isEmpty() ? "" : " (" + hints + ')'));
    }

    private static String says(String key) {
        return key.equals(VALUES) ? "says that values do" : "has \"" + key + '"';
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
