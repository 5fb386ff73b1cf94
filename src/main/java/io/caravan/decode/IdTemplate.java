package io.caravan.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A device's id that is put together of what topic and payload say, and texts: {@code {device}-{$.port}}. Immutable. */
public final class IdTemplate {

    private static final Pattern PART = Pattern.compile("\\{(device|[$@][^{}]*)}");
    private static final String OF_TOPIC = "device";

    private final String text;
    /** What stands before each part, and at the end. */
    private final List<String> between = new ArrayList<>();
    /** Where each part is; null for the one of the topic. */
    private final List<JsonPath> parts = new ArrayList<>();

    private IdTemplate(String text, JsonPath rows) {
        this.text = text;
        Matcher part = PART.matcher(text);
        int end = 0;
        while (part.find()) {
            between.add(text.substring(end, part.start()));
            parts.add(part.group(1).equals(OF_TOPIC) ? null : JsonPath.singular(part.group(1), rows));
            end = part.end();
        }
        between.add(text.substring(end));
        for (String literal : between) {
            if (isTemplate(literal)) {
                throw new IllegalArgumentException("a brace in '" + Text.printable(literal)
                        + "' is of no part: there are {device}, and paths such as {$.port}");
            }
        }
    }

    /** Whether a text has parts, or what should be some. */
    public static boolean isTemplate(String text) {
        return text.indexOf('{') >= 0 || text.indexOf('}') >= 0;
    }

    /**
     * @param rows where the rows of a message are; null where there are none
     * @throws IllegalArgumentException when a path in it is none, or something else stands in braces
     */
    public static IdTemplate parse(String text, JsonPath rows) {
        return new IdTemplate(text, rows);
    }

    /** Whether what the topic says is a part. */
    public boolean hasTopic() {
        return parts.contains(null);
    }

    /** Of how many parts it is. */
    int size() {
        return parts.size();
    }

    /** Where in the payload there are parts of it. */
    List<JsonPath> paths() {
        return parts.stream().filter(Objects::nonNull).toList();
    }

    /** The parts that are in the payload and were not found there. */
    List<String> missing(String[] values) {
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) != null && values[i] == null) {
                missing.add(parts.get(i).toString());
            }
        }
        return missing;
    }

    /** Has the parts that are in the payload found there. What means something already it refuses with an IllegalArgumentException. */
    void giveTo(Place root) {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) != null) {
                root.give(parts.get(i), Place.Role.DEVICE, i);
            }
        }
    }

    /** The id; null where a part is missing. */
    String id(String ofTopic, String[] values) {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            String value = parts.get(i) == null ? ofTopic : values[i];
            if (value == null) {
                return null;
            }
            id.append(between.get(i)).append(value);
        }
        return id.append(between.get(parts.size())).toString();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
