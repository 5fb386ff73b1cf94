package io.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** JSON whose members nobody declares: what is kept of it is bounded, and nothing that the database cannot hold. Stateless. */
final class FreeForm {

    /** The most that one holds, written without blanks, in bytes. */
    static final int LARGEST = 16 * 1024;

    private static final int DEEPEST = 20;
    private static final int LONGEST_NUMBER = 100;

    private FreeForm() {}

    /**
     * @param path what errors call it
     * @throws ApiProblem 400 when it is too large, nested deeper than 20, or holds a NUL, half a surrogate pair or a number of
     *     more than 100 digits
     */
    static void require(JsonNode value, String path) {
        if (value.toString().getBytes(StandardCharsets.UTF_8).length > LARGEST) {
            throw ApiProblem.parameter(path, path + " may have " + LARGEST + " bytes");
        }
        walk(value, path, 1);
    }

    private static void walk(JsonNode value, String path, int depth) {
        if (depth > DEEPEST) {
            throw ApiProblem.parameter(path, path + " may be nested " + DEEPEST + " deep");
        }
        if (value.isTextual()) {
            requireStorable(value.textValue(), path);
        } else if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            if (number.precision() > LONGEST_NUMBER || Math.abs((long) number.scale()) > LONGEST_NUMBER) {
                throw ApiProblem.parameter(path, path + " has a number of more than " + LONGEST_NUMBER + " digits");
            }
        } else if (value.isObject()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                requireStorable(member.getKey(), path);
                walk(member.getValue(), path, depth + 1);
            }
        } else {
            value.forEach(element -> walk(element, path, depth + 1));
        }
    }

    private static void requireStorable(String text, String path) {
        boolean whole = StandardCharsets.UTF_8.newEncoder().canEncode(text);
        if (!whole || text.indexOf('\0') >= 0) {
            throw ApiProblem.parameter(path, path + " has a text with a NUL or half a surrogate pair");
        }
    }
}
