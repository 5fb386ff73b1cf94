package io.caravan.decode;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Topics of one form, and what their levels name: {@code tele/{device}/SENSOR}, {@code
 * zigbee2mqtt/{device...}/availability}. A level is a text, {@code +} for any, or a variable; {@code {device:shelly*}} is one
 * whose value begins so, {@code {device...}} takes one level or more, and {@code #} at the end takes what follows, or nothing
 * (MQTT 5, 4.7.1). Immutable.
 */
public final class TopicTemplate {

    /** What a level can name. */
    public enum Variable {
        TENANT,
        DEVICE,
        SITE,
        ZONE,
        DEVICE_TYPE,
        /** The metric, or what the names of the metrics begin with. */
        METRIC
    }

    private record Level(String text, Variable variable, String start, boolean many) {

        boolean isAny() {
            return text == null && variable == null;
        }

        boolean meets(Level other) {
            if (text != null) {
                return other.takes(text);
            }
            return other.text != null
                    ? takes(other.text)
                    : start.startsWith(other.start) || other.start.startsWith(start);
        }

        /** Whether it takes all that the other does. */
        boolean has(Level other) {
            return other.text != null
                    ? takes(other.text)
                    : text == null && other.start.startsWith(start) && (many || !other.many);
        }

        boolean takes(String level) {
            return text != null ? text.equals(level) : level.startsWith(start);
        }
    }

    private final String text;
    private final Level[] levels;
    private final boolean open;
    private final Set<Variable> variables = new HashSet<>();
    private final String filter;
    private int many = -1;

    private TopicTemplate(String text) {
        this.text = text;
        String[] parts = text.split("/", -1);
        this.open = parts[parts.length - 1].equals("#");
        this.levels = new Level[open ? parts.length - 1 : parts.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = level(parts[i]);
            if (levels[i].many()) {
                require(many < 0 && !open, "only one level can be of any number");
                many = i;
            }
            Variable variable = levels[i].variable();
            require(variable == null || variables.add(variable), "a variable stands twice");
        }
        this.filter = filterOf();
    }

    /** @throws IllegalArgumentException when it is none, with a message that says what is wrong */
    public static TopicTemplate parse(String text) {
        require(
                !text.isEmpty() && text.length() <= 1_000 && Text.isClean(text),
                "a topic is 1 to 1,000 printable characters");
        require(!text.startsWith("$"), "topics that begin with $ are the broker's own");
        return new TopicTemplate(text);
    }

    private static Level level(String part) {
        if (part.equals("+")) {
            return new Level(null, null, "", false);
        }
        if (!part.startsWith("{") || !part.endsWith("}")) {
            require(
                    part.chars().noneMatch(c -> c == '{' || c == '}' || c == '+' || c == '#' || c == ','),
                    "'" + part + "' is neither a text nor +, a variable such as {device}, or # at the end");
            return new Level(part, null, "", false);
        }
        String name = part.substring(1, part.length() - 1);
        boolean many = name.endsWith("...");
        name = many ? name.substring(0, name.length() - 3) : name;
        int colon = name.indexOf(':');
        String start = "";
        if (colon >= 0) {
            start = name.substring(colon + 1);
            name = name.substring(0, colon);
            require(
                    !many && start.length() > 1 && start.indexOf('*') == start.length() - 1,
                    "'" + part + "': after the colon stands what the value begins with, and *");
            start = start.substring(0, start.length() - 1);
        }
        for (Variable variable : Variable.values()) {
            if (variable.name().toLowerCase(Locale.ROOT).equals(name)) {
                return new Level(null, variable, start, many);
            }
        }
        throw new IllegalArgumentException("'" + part
                + "': only {tenant}, {device}, {site}, {zone}, {device_type} and {metric} have a meaning, + is any");
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private String filterOf() {
        StringBuilder built = new StringBuilder();
        for (int i = 0; i < levels.length; i++) {
            if (i == many) {
                return built.append('#').toString();
            }
            built.append(levels[i].text() != null ? levels[i].text() : "+");
            built.append(i + 1 < levels.length || open ? "/" : "");
        }
        return built.append(open ? "#" : "").toString();
    }

    /** The narrowest MQTT topic filter that has all of its topics. */
    public String filter() {
        return filter;
    }

    /**
     * The narrowest MQTT topic filter that has all of its topics that name these.
     *
     * @return null where there are none, or where a variable that is not given takes any number of levels
     */
    public String filterOf(Map<Variable, String> names) {
        StringBuilder built = new StringBuilder();
        for (int i = 0; i < levels.length; i++) {
            Level level = levels[i];
            String value = level.variable() == null ? null : names.get(level.variable());
            if (value == null ? i == many : !isValue(level, value)) {
                return null;
            }
            built.append(level.text() != null ? level.text() : value != null ? value : "+");
            built.append(i + 1 < levels.length || open ? "/" : "");
        }
        return built.append(open ? "#" : "").toString();
    }

    private static boolean isValue(Level level, String value) {
        return level.takes(value)
                && !value.isEmpty()
                && value.indexOf('+') < 0
                && value.indexOf('#') < 0
                && (level.many() || value.indexOf('/') < 0);
    }

    /** Whether a topic can be of both forms. */
    public boolean overlaps(TopicTemplate other) {
        boolean[][] rest = new boolean[levels.length + 2][other.levels.length + 2];
        for (int i = levels.length; i >= 0; i--) {
            for (int j = other.levels.length; j >= 0; j--) {
                rest[i][j] = overlap(other, i, j, rest);
            }
        }
        return rest[0][0];
    }

    /** Whether the levels from i and j on can be the same, when it is known of all that follow. */
    private boolean overlap(TopicTemplate other, int i, int j, boolean[][] rest) {
        boolean ends = i == levels.length;
        boolean othersEnds = j == other.levels.length;
        if (ends || othersEnds) {
            return ends && (open || othersEnds) || othersEnds && other.open;
        }
        if (!levels[i].meets(other.levels[j])) {
            return false;
        }
        return rest[i + 1][j + 1] || levels[i].many() && rest[i][j + 1] || other.levels[j].many() && rest[i + 1][j];
    }

    /** Whether all topics of the other form are of this one; false where that is hard to tell. Quadratic in the levels. */
    public boolean covers(TopicTemplate other) {
        boolean[][] rest = new boolean[levels.length + 2][other.levels.length + 2];
        for (int i = levels.length; i >= 0; i--) {
            for (int j = other.levels.length; j >= 0; j--) {
                rest[i][j] = covers(other, i, j, rest);
            }
        }
        return rest[0][0];
    }

    /** Whether the other's levels from j on are all of these from i on, when it is known of all that follow. */
    private boolean covers(TopicTemplate other, int i, int j, boolean[][] rest) {
        if (i == levels.length) {
            boolean endsInMany = many >= 0 && many == levels.length - 1;
            return open || j == other.levels.length && (endsInMany || !other.open);
        }
        if (j == other.levels.length || !levels[i].has(other.levels[j])) {
            return false;
        }
        return rest[i + 1][j + 1] || levels[i].many() && rest[i][j + 1];
    }

    public boolean names(Variable variable) {
        return variables.contains(variable);
    }

    /** What a topic names, or null where it is not of this form. Linear in the topic's length. */
    public Map<Variable, String> match(String topic) {
        String[] parts = topic.split("/", -1);
        int extra = parts.length - levels.length;
        if (extra < 0 || extra > 0 && !open && many < 0) {
            return null;
        }
        Map<Variable, String> named = new EnumMap<>(Variable.class);
        for (int i = 0, at = 0; i < levels.length; i++) {
            Level level = levels[i];
            String value = parts[at++];
            if (i == many) {
                value = String.join("/", java.util.Arrays.copyOfRange(parts, at - 1, at + extra));
                at += extra;
            }
            if (!level.isAny() && !level.takes(value)) {
                return null;
            }
            if (level.variable() != null) {
                named.put(level.variable(), value);
            }
        }
        return named;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
