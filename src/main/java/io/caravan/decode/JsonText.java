package io.caravan.decode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Writes one JSON value that a {@link PayloadFormat} reads, and remembers which of its nulls are numbers that were cut off. Used once, by one thread. */
public final class JsonText {

    /** What stands in few bytes may be many fields, so much is made of one message at most. */
    private static final int MOST_TIMES = 32;

    private static final int AND_BYTES = 64 * 1024;

    /** Of one row of a message: there may be many. */
    private static final int AND_BYTES_OF_ROW = 16 * 1024;

    private static final double EXACT = 0x1p53;

    private final ByteArrayOutputStream bytes;
    private final long most;
    private Set<Integer> cutOff = Set.of();
    private boolean comma;

    /** What is made of a message, or of a row of one. */
    static JsonText of(RawMessage raw) {
        int length = raw.payload().length;
        return new JsonText(raw.isPart() ? mostOfRow(length) : most(length), length);
    }

    /** How many bytes are made of a message of this length at most. */
    static long most(int length) {
        return (long) MOST_TIMES * length + AND_BYTES;
    }

    /** How many bytes are made of a row of this length at most. */
    static long mostOfRow(int length) {
        return (long) MOST_TIMES * length + AND_BYTES_OF_ROW;
    }

    private JsonText(long most, int length) {
        this.most = most;
        this.bytes = new ByteArrayOutputStream(length + 64);
    }

    /** What stands inside, to be {@link #append}ed: it has no more room than is left here. */
    JsonText inside(int length) {
        return new JsonText(most - bytes.size(), length);
    }

    public void beginObject() throws Undecodable {
        begin('{');
    }

    public void endObject() {
        end('}');
    }

    public void beginArray() throws Undecodable {
        begin('[');
    }

    public void endArray() {
        end(']');
    }

    public void name(String name) throws Undecodable {
        name(quoted(name));
    }

    /** @param quoted made by {@link #quoted} */
    public void name(byte[] quoted) throws Undecodable {
        value(quoted);
        bytes.write(':');
        comma = false;
    }

    public void text(String text) throws Undecodable {
        value(quoted(text));
    }

    /** A text of a format that {@link PayloadFormat#hasWords has nothing but texts}: an empty one is null. */
    public void word(String word) throws Undecodable {
        if (word.isBlank()) {
            nothing();
        } else {
            text(word);
        }
    }

    /** A finite number. */
    public void number(double number) throws Undecodable {
        boolean whole = number == Math.rint(number) && Math.abs(number) < EXACT;
        literal(whole ? Long.toString((long) number) : Double.toString(number));
    }

    public void number(long number) throws Undecodable {
        literal(Long.toString(number));
    }

    public void truth(boolean truth) throws Undecodable {
        literal(Boolean.toString(truth));
    }

    public void nothing() throws Undecodable {
        literal("null");
    }

    /** In the place of a number that should be there. */
    public void cutOff() throws Undecodable {
        literal("null");
        cutOff = cutOff.isEmpty() ? new HashSet<>() : cutOff;
        cutOff.add(bytes.size() - 4);
    }

    /** A value, or what stands around values, as JSON. */
    void raw(byte[] json, int from, int to) throws Undecodable {
        room(to - from);
        bytes.write(json, from, to - from);
    }

    /** A value that was written {@link #inside}. */
    void append(JsonPayload value) throws Undecodable {
        int start = bytes.size();
        raw(value.json(), 0, value.json().length);
        if (!value.cutOff().isEmpty()) {
            cutOff = cutOff.isEmpty() ? new HashSet<>() : cutOff;
            value.cutOff().forEach(at -> cutOff.add(start + at));
        }
    }

    /** What was written. */
    public JsonPayload payload() {
        return new JsonPayload(bytes.toByteArray(), cutOff);
    }

    /** A text as JSON. */
    public static byte[] quoted(String text) {
        return Measurements.quoted(text);
    }

    private void literal(String ascii) throws Undecodable {
        value(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    private void begin(char bracket) throws Undecodable {
        value(new byte[] {(byte) bracket});
        comma = false;
    }

    private void end(char bracket) {
        bytes.write(bracket);
        comma = true;
    }

    /** A value that is JSON already. */
    public void value(byte[] value) throws Undecodable {
        value(value, 0, value.length);
    }

    /** The same, of part of an array. */
    void value(byte[] json, int from, int to) throws Undecodable {
        room(to - from + 1);
        if (comma) {
            bytes.write(',');
        }
        bytes.write(json, from, to - from);
        comma = true;
    }

    private void room(int length) throws Undecodable {
        if (bytes.size() + (long) length > most) {
            throw new Undecodable(
                    Reason.TOO_LARGE,
                    "read as JSON, it would have more than " + MOST_TIMES
                            + " times its bytes and 64 KB, or 16 KB for a row");
        }
    }
}
