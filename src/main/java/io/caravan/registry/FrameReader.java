package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.f2.DataFormat;
import io.caravan.payload.Frame;
import io.caravan.payload.FrameField;
import io.caravan.reading.Float32;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes a frame of bytes of its declared fields, or says what is wrong with them. Used once, by one thread. */
final class FrameReader {

    private final JsonNode declared;
    private final JsonPointer place;
    private final List<String> problems;

    /** @param problems where to add what is wrong */
    FrameReader(JsonNode declared, JsonPointer place, List<String> problems) {
        this.declared = declared;
        this.place = place;
        this.problems = problems;
    }

    /** The frame; null where something is wrong. */
    PayloadFormat frame() {
        int before = problems.size();
        if (!declared.has("fields")) {
            problems.add(Problem.at(place, "needs \"fields\", where the numbers stand"));
            return null;
        }
        int every = declared.path("every").asInt(0);
        if (isOfRegisters() && every % 2 > 0) {
            problems.add(Problem.at(place.appendProperty("every"), "must be even: a register has two bytes"));
        }
        List<FrameField> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : declared.path("fields").properties()) {
            fields.add(field(
                    field.getKey(),
                    field.getValue(),
                    every,
                    place.appendProperty("fields").appendProperty(field.getKey())));
        }
        return problems.size() > before ? null : new Frame(fields, every);
    }

    private FrameField field(String name, JsonNode field, int every, JsonPointer here) {
        DataFormat format = DataFormat.ofAny(field.path("type").asText());
        if (format == null) {
            List<String> names = Arrays.stream(DataFormat.values())
                    .map(DataFormat::toString)
                    .map(text -> text.toLowerCase(Locale.ROOT))
                    .collect(Collectors.toList());
            problems.add(Problem.at(
                    here.appendProperty("type"),
                    "must be one of " + String.join(", ", names)
                            + Nearest.hint(field.path("type").asText(), names)));
            return null;
        }
        int at = field.path("byte").asInt();
        if (isOfRegisters() && at % 2 > 0 && format.bytes() % 2 == 0) {
            problems.add(Problem.at(here.appendProperty("byte"), "must be even: a register has two bytes"));
        }
        if (every > 0 && at + format.bytes() > every) {
            problems.add(Problem.at(
                    here.appendProperty("byte"),
                    "the field would end behind byte " + every + ", where \"every\" ends"));
        }
        ByteOrder bytes = order(field, "byte_order", ByteOrder.BIG_ENDIAN);
        ByteOrder words = order(field, "word_order", bytes);
        if (field.has("word_order") && format.bytes() != 4 && format.bytes() != 8) {
            problems.add(Problem.at(
                    here.appendProperty("word_order"), "has no meaning for " + format + ": words have 16 bits"));
        }
        int[] bits = bits(field.path("bits"), format, here.appendProperty("bits"));
        return new FrameField(
                JsonText.quoted(name),
                at,
                format,
                bytes,
                words != bytes && (format.bytes() == 4 || format.bytes() == 8),
                bits[0],
                bits[1],
                ScaleReader.read(field, here, problems),
                missing(
                        field.path("missing"),
                        format,
                        bits[1] > 0 ? bits[1] : 8 * format.bytes(),
                        here.appendProperty("missing")),
                field.has("unit") ? JsonText.quoted(field.path("unit").asText()) : null);
    }

    private boolean isOfRegisters() {
        return declared.path("format").asText().equals("registers");
    }

    private ByteOrder order(JsonNode field, String key, ByteOrder otherwise) {
        String order = field.path(key).asText(declared.path(key).asText());
        return order.isEmpty() ? otherwise : order.equals("little") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }

    /** The lowest bit, and how many; 0 for all. */
    private int[] bits(JsonNode bits, DataFormat format, JsonPointer here) {
        if (bits.isMissingNode()) {
            return new int[2];
        }
        int lowest = bits.isArray() ? bits.path(0).asInt() : bits.asInt();
        int highest = bits.isArray() ? bits.path(1).asInt() : lowest;
        if (format.isFloat() || format.bytes() > 4 || lowest > highest || highest >= 8 * format.bytes()) {
            problems.add(Problem.at(
                    here,
                    "must be a bit from 0, the lowest, to " + (8 * format.bytes() - 1)
                            + ", or the lowest and the highest of several, of an integer of 32 bits at most"));
        }
        return new int[] {lowest, highest - lowest + 1};
    }

    /** Each number as the field has it, before it is scaled; of so many bits. */
    private Set<Double> missing(JsonNode missing, DataFormat format, int bits, JsonPointer here) {
        Set<Double> numbers = new HashSet<>();
        int index = 0;
        for (JsonNode one : missing) {
            JsonPointer at = here.appendIndex(index++);
            try {
                boolean hex = one.asText().regionMatches(true, 0, "0x", 0, 2);
                BigDecimal number = hex
                        ? new BigDecimal(new BigInteger(one.asText().substring(2), 16))
                        : new BigDecimal(one.asText().strip());
                numbers.add(format.isFloat() ? real(number, hex, format) : whole(number, bits, format.isSigned()));
            } catch (NumberFormatException e) {
                problems.add(Problem.at(at, "must be a number, or a text such as 0x8000"));
            } catch (ArithmeticException e) {
                problems.add(Problem.at(at, "is no " + format + " of " + bits + " bits: it would never be found"));
            }
        }
        return Set.copyOf(numbers);
    }

    /** An integer; one with a sign may be written as its bits are, 32768 for -32768 of int16. */
    private static double whole(BigDecimal number, int bits, boolean signed) {
        BigInteger whole = number.toBigIntegerExact();
        BigInteger span = BigInteger.ONE.shiftLeft(bits);
        BigInteger half = BigInteger.ONE.shiftLeft(bits - 1);
        if (whole.compareTo(span) >= 0 || whole.compareTo(signed ? half.negate() : BigInteger.ZERO) < 0) {
            throw new ArithmeticException();
        }
        return (signed && whole.compareTo(half) >= 0 ? whole.subtract(span) : whole).doubleValue();
    }

    /** A number with a fraction; in hexadecimal digits its bits are, as IEEE 754 has them. */
    private static double real(BigDecimal number, boolean hex, DataFormat format) {
        boolean single = format == DataFormat.FLOAT32;
        if (hex) {
            long raw = number.toBigIntegerExact().longValue();
            if (number.toBigIntegerExact().bitLength() > 8 * format.bytes()) {
                throw new ArithmeticException();
            }
            return (single ? Float32.meant(Float.intBitsToFloat((int) raw)) : Double.longBitsToDouble(raw)) + 0.0;
        }
        double real = single ? Float32.meant(number.floatValue()) : number.doubleValue();
        if (!Double.isFinite(real)) {
            throw new ArithmeticException();
        }
        return real + 0.0; // -0 is 0
    }
}
