package io.caravan.decode;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A path into JSON in the syntax of RFC 9535, made of names, indices from 0 and wildcards: {@code $.a.b}, {@code
 * $['switch:0'].apower}, {@code $.rx[0].rssi}, {@code $.*.Id}, {@code $.list[*]}; and {@code @.a}, the same from a row on. What the standard has beyond these
 * (descendants, slices, filters, indices from the end, unions) is refused, because one pass over a message could not follow it.
 * Immutable.
 */
public final class JsonPath {

    static final int MOST_STEPS = 32;

    /** One step down. */
    sealed interface Step {}

    /** To the member of this name. */
    record Name(String name) implements Step {}

    /** To the element of this index. */
    record Index(int index) implements Step {}

    /** To every member, or element. */
    enum Wildcard implements Step {
        ANY
    }

    /** To the row that a message is of, of those that were sent in one, or to one that has rows: the only element, or member, there. */
    enum Row implements Step {
        ROW
    }

    private final String text;
    private final List<Step> steps;
    private final boolean name;

    private JsonPath(String text, List<Step> steps, boolean name) {
        this.text = text;
        this.steps = List.copyOf(steps);
        this.name = name;
    }

    /** @throws IllegalArgumentException when it is none, with a message that says what is wrong and at which character */
    public static JsonPath parse(String text) {
        return parse(text, null);
    }

    /**
     * A path from the root of a message, {@code $}, or from a row of it, {@code @}, which RFC 9535 calls the current node. Steps to
     * any element or member lead to one only where rows are. {@code ~} at its end means the name by which a row stands in an object,
     * as JSONPath Plus writes it; the standard has no such thing.
     *
     * @param rows where the rows are; null where there are none
     * @throws IllegalArgumentException when it is none, with a message that says what is wrong and at which character
     */
    public static JsonPath parse(String text, JsonPath rows) {
        boolean name = text.endsWith("~");
        List<Step> steps = new JsonPathParser(name ? text.substring(0, text.length() - 1) : text).steps();
        if (text.startsWith("@")) {
            if (rows == null) {
                throw new IllegalArgumentException(
                        "@ stands for a row, and \"rows\" with a path to these is not declared");
            }
            steps.addAll(0, rows.toRow());
        } else if (rows != null) {
            alongRows(steps, rows.toRow());
        }
        if (name && (steps.isEmpty() || steps.get(steps.size() - 1) != Row.ROW)) {
            throw new IllegalArgumentException(
                    "~ is the name of a row: it stands behind @, or behind a * at which there are rows");
        }
        return new JsonPath(text, steps, name);
    }

    /** As {@link #parse(String, JsonPath)}, of a path that leads to one place at most (RFC 9535, 2.3.5.1: a singular query). */
    public static JsonPath singular(String text, JsonPath rows) {
        JsonPath path = parse(text, rows);
        if (!path.isSingular()) {
            throw new IllegalArgumentException("must lead to one place: no * here");
        }
        return path;
    }

    /**
     * A path to rows. Where it has a step to any element or member, each of them has rows of its own.
     *
     * @throws IllegalArgumentException when it is none, with a message that says what is wrong and at which character
     */
    public static JsonPath toRows(String text) {
        if (text.startsWith("@")) {
            throw new IllegalArgumentException("@ stands for a row, and this is to say where rows are");
        }
        List<Step> steps = new JsonPathParser(text).steps();
        steps.replaceAll(step -> step == Wildcard.ANY ? Row.ROW : step);
        return new JsonPath(text, steps, false);
    }

    private List<Step> toRow() {
        List<Step> path = new ArrayList<>(steps);
        path.add(Row.ROW);
        return path;
    }

    private static void alongRows(List<Step> steps, List<Step> toRow) {
        for (int i = 0; i < Math.min(steps.size(), toRow.size()); i++) {
            boolean any = toRow.get(i) == Row.ROW && steps.get(i) == Wildcard.ANY;
            if (!any && !steps.get(i).equals(toRow.get(i))) {
                return;
            }
            steps.set(i, toRow.get(i));
        }
    }

    List<Step> steps() {
        return steps;
    }

    /** Steps from the root of a message as people write them. */
    static String written(List<Step> steps) {
        StringBuilder text = new StringBuilder("$");
        for (Step step : steps) {
            if (step instanceof Name member) {
                boolean plain = member.name().matches("[A-Za-z_]\\w*");
                text.append(plain ? "." + member.name() : "['" + member.name() + "']");
            } else {
                text.append(step instanceof Index index ? "[" + index.index() + "]" : "[*]");
            }
        }
        return text.toString();
    }

    /** The name of its last step, or null where that is none. */
    public String lastName() {
        return !steps.isEmpty() && steps.get(steps.size() - 1) instanceof Name last ? last.name() : null;
    }

    /** Whether it means the name of a row. */
    boolean isName() {
        return name;
    }

    /** Whether it leads through a row of these, and not only through one that has such rows. */
    boolean isOfRow(JsonPath rows) {
        return steps.size() > rows.steps.size()
                && steps.subList(0, rows.steps.size() + 1).equals(rows.toRow());
    }

    /** Whether rows stand there, or below. */
    boolean leadsTo(JsonPath rows) {
        return steps.size() <= rows.steps.size()
                && IntStream.range(0, steps.size())
                        .allMatch(i -> isAny(steps.get(i))
                                || isAny(rows.steps.get(i))
                                || steps.get(i).equals(rows.steps.get(i)));
    }

    private static boolean isAny(Step step) {
        return step == Row.ROW || step == Wildcard.ANY;
    }

    /** Whether rows there and rows here have a place in common, where they begin or below. */
    public boolean meets(JsonPath rows) {
        List<Step> here = outermost();
        List<Step> there = rows.outermost();
        int common = Math.min(here.size(), there.size());
        return here.subList(0, common).equals(there.subList(0, common));
    }

    /** The steps to the outermost rows that this path to rows leads along. */
    private List<Step> outermost() {
        int row = steps.indexOf(Row.ROW);
        return row < 0 ? steps : steps.subList(0, row);
    }

    /** Where it stops to lead anywhere; null where something stands at its end, be it null. */
    public Astray astray(JsonNode payload) {
        return Astray.of(payload, steps);
    }

    /** What stands at its ends. */
    List<JsonNode> in(JsonNode payload) {
        return Astray.ends(payload, steps);
    }

    /** Whether it leads to one place at most. */
    boolean isSingular() {
        return !steps.contains(Wildcard.ANY);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonPath path && steps.equals(path.steps) && name == path.name;
    }

    @Override
    public int hashCode() {
        return steps.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
