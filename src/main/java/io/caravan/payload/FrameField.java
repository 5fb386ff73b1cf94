package io.caravan.payload;

import io.caravan.decode.JsonText;
import io.caravan.decode.Scale;
import io.caravan.decode.Undecodable;
import io.caravan.f2.DataFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * One number in a {@link Frame}. Immutable.
 *
 * @param name as JSON
 * @param at its first byte, from 0
 * @param order of the bytes in each of its words of 16 bits, and, unless they are swapped, of the words
 * @param swapped whether its words are in the other order than their bytes
 * @param lowest the lowest of its bits that count, from 0
 * @param bits how many do; 0 for all
 * @param scale what the number stands for
 * @param missing the numbers before they are scaled that stand for none
 * @param unit as JSON, null where it has none
 */
public record FrameField(
        byte[] name,
        int at,
        DataFormat format,
        ByteOrder order,
        boolean swapped,
        int lowest,
        int bits,
        Scale scale,
        Set<Double> missing,
        byte[] unit) {

    private static final byte[] VALUE = JsonText.quoted("value");
    private static final byte[] UNIT = JsonText.quoted("unit");

    /** The first byte behind it. */
    int end() {
        return at + format.bytes();
    }

    /** Writes name and value. */
    void write(ByteBuffer frame, JsonText json) throws Undecodable {
        json.name(name);
        if (unit != null) {
            json.beginObject();
            json.name(VALUE);
        }
        if (end() <= frame.limit()) {
            number(raw(frame), json);
        } else {
            json.cutOff();
        }
        if (unit != null) {
            json.name(UNIT);
            json.value(unit);
            json.endObject();
        }
    }

    private void number(double raw, JsonText json) throws Undecodable {
        double value = Double.isFinite(raw) ? scale.of(raw) : raw;
        if (missing.contains(raw + 0.0)) { // -0 is 0
            json.nothing();
        } else if (Double.isFinite(value)) {
            json.number(value);
        } else {
            json.cutOff(); // a float that is no number
        }
    }

    private double raw(ByteBuffer frame) {
        double whole = swapped ? format.read(words(frame), 0) : format.read(frame.order(order), at);
        if (bits == 0) {
            return whole;
        }
        long some = (long) whole >> lowest & (1L << bits) - 1;
        boolean negative = format.isSigned() && some >> bits - 1 == 1;
        return negative ? some - (1L << bits) : some;
    }

    private ByteBuffer words(ByteBuffer frame) {
        ByteBuffer words = ByteBuffer.allocate(format.bytes()).order(order);
        for (int i = 0; i < format.bytes(); i += 2) {
            words.put(format.bytes() - 2 - i, frame.get(at + i));
            words.put(format.bytes() - 1 - i, frame.get(at + i + 1));
        }
        return words;
    }
}
