package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.f2.DataFormat;
import io.caravan.payload.Frame;
import io.caravan.payload.FrameField;
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
                missing(field.path("missing"), format, here.appendProperty("missing")),
                field.has("unit") ? JsonText.quoted(field.path("unit").asText()) : null);
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

    /** Each number as the frame has it: one with a sign may be written as its bits are, 32768 for -32768 of int16. */
    private Set<Double> missing(JsonNode missing, DataFormat format, JsonPointer here) {
        Set<Double> numbers = new HashSet<>();
        int index = 0;
        for (JsonNode one : missing) {
            JsonPointer at = here.appendIndex(index++);
            try {
                double number = one.isTextual() ? Long.decode(one.asText()).doubleValue() : one.asDouble();
                double span = Math.scalb(1.0, 8 * format.bytes());
                boolean negative = format.isSigned() && !format.isFloat() && number >= span / 2;
                numbers.add(negative ? number - span : number);
            } catch (NumberFormatException e) {
                problems.add(Problem.at(at, "must be a number, or a text such as 0x8000"));
            }
        }
        return Set.copyOf(numbers);
    }
}
