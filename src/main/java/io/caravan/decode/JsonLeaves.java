package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.decode.Measured.Form;
import io.caravan.reading.Quality;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The leaves below one JSON object: readings to be. Used once, by one thread. */
final class JsonLeaves {

    /** In the place of the unit of a number that stands for another, so that it takes none of those that the device gives. */
    private static final String SCALED = "";

    private final JsonParser parser;
    private final Map<String, Double> numbers;
    private final boolean decimalComma;
    private final boolean hasWords;
    private final Set<Integer> cutOff;
    private final List<Measured> all = new ArrayList<>(24);
    private final OpenMembers members = new OpenMembers();
    private boolean passesUnnamed;
    private BitSet replaced;
    private boolean hasScaled;
    private Scale scale = Scale.NONE;
    private Missing missing = Missing.NONE;

    JsonLeaves(JsonParser parser) {
        this(parser, Map.of(), false, false, Set.of());
    }

    /**
     * @param numbers what texts count as
     * @param decimalComma whether numbers in texts have a comma for the point
     * @param hasWords whether texts are {@link #word words}
     * @param cutOff the first bytes of nulls that stand for numbers that should be there
     */
    JsonLeaves(
            JsonParser parser,
            Map<String, Double> numbers,
            boolean decimalComma,
            boolean hasWords,
            Set<Integer> cutOff) {
        this.parser = parser;
        this.numbers = numbers;
        this.decimalComma = decimalComma;
        this.hasWords = hasWords;
        this.cutOff = cutOff;
    }

    /** Has the numbers that follow stand for others; answers how it was before. What {@code numbers} says, and booleans, are exempt. */
    Scale scale(Scale next) {
        Scale before = scale;
        scale = next;
        return before;
    }

    /** Has what follows stand for no value; answers what did before. Null is the same as before. */
    Missing missing(Missing next) {
        Missing before = missing;
        missing = next == null ? missing : next;
        return before;
    }

    /** Has members be passed over whose names are empty, which otherwise are faults. */
    void passUnnamed() {
        passesUnnamed = true;
    }

    /** How many there are so far. */
    int size() {
        return all.size();
    }

    /** All of them, at the end. */
    List<Measured> all() {
        if (replaced != null) {
            List<Measured> kept = new ArrayList<>(all.size());
            for (int i = replaced.nextClearBit(0); i < all.size(); i = replaced.nextClearBit(i + 1)) {
                kept.add(all.get(i));
            }
            clear();
            all.addAll(kept);
        }
        if (hasScaled) {
            all.replaceAll(leaf -> SCALED.equals(leaf.unit()) ? leaf.withUnit(null) : leaf);
        }
        return all;
    }

    void clear() {
        all.clear();
        replaced = null;
    }

    /** Begins an object; answers what {@link #member} and {@link #end} know it by. */
    int begin() {
        return members.size();
    }

    /** Begins a member of an object. One of the same name before it counts no more: the last does, as in most readers of JSON. */
    void member(int object, String name) {
        int before = members.add(object, name, all.size());
        if (before >= 0 && members.leaves(before) < members.leaves(before + 1)) {
            replaced = replaced == null ? new BitSet() : replaced;
            replaced.set(members.leaves(before), members.leaves(before + 1));
        }
    }

    void end(int object) {
        members.truncate(object);
    }

    /** Reads an object to its end; answers the names in it. */
    List<String> object(MetricPath path) throws IOException, Undecodable {
        List<String> names = new ArrayList<>(8);
        int first = all.size();
        int object = begin();
        String unit = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            member(object, name);
            if (name.equals("unit") && token == JsonToken.VALUE_STRING) {
                unit = unit(parser.getText());
            } else if (path != MetricPath.ROOT && name.equals("value") && token.isScalarValue()) {
                names.add(name);
                value(path, token);
            } else if (passesUnnamed && name.isEmpty()) {
                parser.skipChildren();
            } else {
                names.add(name);
                value(path.child(name), token);
            }
        }
        end(object);
        unit(unit, first, all.size());
        return names;
    }

    /** Gives the unit that stands beside them to the leaves of a range that have none and are not scaled; null is none. */
    void unit(String unit, int from, int to) {
        for (int i = from; unit != null && i < to; i++) {
            if (all.get(i).unit() == null) {
                all.set(i, all.get(i).withUnit(unit));
            }
        }
    }

    /** What the device itself says of the leaves of a range. */
    void judge(Quality quality, int from, int to) {
        for (int i = from; quality != Quality.GOOD && i < to; i++) {
            all.set(i, all.get(i).judged(quality));
        }
    }

    /** The same with the unit that the registry says is theirs: also of those that are scaled. */
    void ownUnit(String unit, int from, int to) {
        for (int i = from; unit != null && i < to; i++) {
            String given = all.get(i).unit();
            if (given == null || given.equals(SCALED)) {
                all.set(i, all.get(i).withUnit(unit));
            }
        }
    }

    void value(MetricPath path, JsonToken token) throws IOException, Undecodable {
        switch (token) {
            case START_OBJECT -> object(path);
            case START_ARRAY -> array(path);
            case VALUE_TRUE -> number(path, 1, null);
            case VALUE_FALSE -> number(path, 0, null);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> quantity(path, parser.getDoubleValue(), null);
            case VALUE_STRING -> {
                if (hasWords) {
                    word(path, parser.getText());
                } else {
                    text(path, parser.getText());
                }
            }
            default -> add(new Measured(path.path(), Double.NaN, null, isCutOff() ? Form.CUT_OFF : Form.ABSENT));
        }
    }

    private void quantity(MetricPath path, double value, String unit) throws Undecodable {
        if (missing.has(value)) {
            add(new Measured(path.path(), Double.NaN, null, Form.ABSENT));
        } else {
            double meant = Double.isFinite(value) ? scale.of(value) : value;
            number(path, meant, unscaled(unit), Double.isNaN(meant) ? Form.NO_INTEGER : Form.OVERFLOW);
        }
    }

    private boolean isCutOff() {
        return !cutOff.isEmpty() && cutOff.contains(JsonTokens.start(parser));
    }

    private void array(MetricPath path) throws IOException, Undecodable {
        int index = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            value(path.child(Integer.toString(index++)), token);
        }
    }

    /** The unit of the number that the device gives is not that of what the number stands for. */
    private String unscaled(String unit) {
        hasScaled |= scale != Scale.NONE;
        return scale == Scale.NONE ? unit : SCALED;
    }

    private void number(MetricPath path, double value, String unit) throws Undecodable {
        number(path, value, unit, Form.OVERFLOW);
    }

    private void number(MetricPath path, double value, String unit, Form otherwise) throws Undecodable {
        boolean finite = Double.isFinite(value);
        add(new Measured(path.path(), finite ? value : Double.NaN, unit, finite ? Form.NUMBER : otherwise));
    }

    void text(MetricPath path, String text) throws Undecodable {
        if (missing.has(text)) {
            add(new Measured(path.path(), Double.NaN, null, Form.ABSENT));
            return;
        }
        Double number = numbers.get(text);
        if (number != null) {
            number(path, number, null);
            return;
        }
        Quantity quantity = decimalComma ? Quantity.parseWithComma(text) : Quantity.parse(text);
        if (quantity == null) {
            add(new Measured(path.path(), Double.NaN, null, Form.TEXT));
        } else {
            quantity(path, quantity.value(), quantity.unit());
        }
    }

    /** A text of what has nothing but texts: {@code true} and {@code false} are what they are in JSON, unless the registry says otherwise. */
    void word(MetricPath path, String text) throws Undecodable {
        boolean yes = text.equalsIgnoreCase("true");
        if ((yes || text.equalsIgnoreCase("false")) && !numbers.containsKey(text) && !missing.has(text)) {
            number(path, yes ? 1 : 0, null);
        } else {
            text(path, text);
        }
    }

    private void add(Measured value) throws Undecodable {
        if (all.size() == Decoded.MOST_VALUES) {
            throw new Undecodable(Reason.TOO_LARGE, "more than " + Decoded.MOST_VALUES + " values in one message");
        }
        all.add(value);
    }

    /** A unit as the device writes it; null where that can be none. */
    static String unit(String text) {
        return text.isEmpty() || text.length() > 32 || !Text.isClean(text) ? null : text;
    }
}
