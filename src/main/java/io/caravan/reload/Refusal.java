package io.caravan.reload;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Why Camel does not take some route files: {@code routes/store.camel.yaml:12: what is wrong}, in one line. */
final class Refusal {

    private static final Pattern FILE = Pattern.compile("file:[^\\s:,)]+\\.camel\\.yaml");
    /** What Camel says of a name that stands in the file, in the last group. */
    private static final Pattern QUOTED = Pattern.compile(
            "(parameters=\\[\\{|registry for: |registry with name: |Method with name: |value: |Property with key \\[|was: "
                    + "|found for: |input string: \"|ids? detected: )([\\w#.-]+)",
            Pattern.CASE_INSENSITIVE);

    private Refusal() {}

    /** @param texts the files by where Camel says that a route comes from */
    static String of(Throwable failure, Map<String, String> texts) {
        StringBuilder messages = new StringBuilder();
        String file = "";
        String place = "";
        int line = 0;
        String reason = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            messages.append(cause.getMessage()).append('\n');
            reason = cause.getMessage() == null ? reason : cause.getMessage();
            if (cause instanceof RouteMistake mistake) {
                file = mistake.file();
                line = mistake.line();
            }
            if (cause instanceof MarkedYamlEngineException yaml
                    && yaml.getProblemMark().isPresent()) {
                file = yaml.getProblemMark().get().getName();
                line = yaml.getProblemMark().get().getLine() + 1;
                reason = yaml.getProblem();
            }
            if (cause instanceof FailedToCreateRouteException route && route.getRouteId() != null) {
                place = route.getRouteId();
            }
        }
        if (line == 0) {
            file = fileOf(place, messages, texts);
            line = lineOf(place, messages, texts.getOrDefault(file, ""));
        }
        return file.replaceFirst("^file:", "") + (line > 0 ? ":" + line : "") + ": "
                + reason.lines().findFirst().orElse("").replaceFirst("\\.+$", "");
    }

    private static String fileOf(String route, CharSequence messages, Map<String, String> texts) {
        for (Map.Entry<String, String> file : texts.entrySet()) {
            if (!route.isEmpty() && lineWith(file.getValue(), "id: " + route) > 0) {
                return file.getKey();
            }
        }
        Matcher named = FILE.matcher(messages);
        return named.find() ? named.group() : String.join(", ", texts.keySet());
    }

    /** The line that names what Camel does not know, below the id of its route; or else that id's. */
    private static int lineOf(String route, CharSequence messages, String text) {
        int start = route.isEmpty() ? 0 : lineWith(text, "id: " + route);
        Matcher unknown = QUOTED.matcher(messages);
        if (unknown.find()) {
            String name = unknown.group(2).replaceFirst("\\.+$", "");
            if (unknown.group(1).endsWith("detected: ")) {
                return lastLineThatEndsWith(text, "id: " + name);
            }
            List<String> lines = text.lines().toList();
            for (int i = Math.max(0, start - 1); i < lines.size(); i++) {
                if (lines.get(i).contains(name)) {
                    return i + 1;
                }
            }
        }
        return start;
    }

    /** 0 where there is none. */
    private static int lastLineThatEndsWith(String text, String words) {
        List<String> lines = text.lines().toList();
        for (int i = lines.size(); i > 0; i--) {
            if (lines.get(i - 1).stripTrailing().endsWith(words)) {
                return i;
            }
        }
        return 0;
    }

    private static int lineWith(String text, String words) {
        return lineWith(text, words, 1);
    }

    /** The first, second, ... line with nothing but these words; 0 where there is none. */
    static int lineWith(String text, String words, int number) {
        List<String> lines = text.lines().toList();
        int left = number;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().replaceFirst("^- ", "").equals(words) && --left == 0) {
                return i + 1;
            }
        }
        return 0;
    }
}
