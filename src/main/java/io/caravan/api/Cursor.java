package io.caravan.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.Base64;

/**
 * The place of a list where its next page begins: the key of the last row that was sent. A row's key never changes, so no
 * row is skipped or sent twice, whatever is added meanwhile. Clients hand it back as they got it. Immutable.
 */
final class Cursor {

    /** The name of its query parameter. */
    static final String PARAMETER = "cursor";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final JsonNode key;

    private Cursor(JsonNode key) {
        this.key = key;
    }

    /** The cursor after the row of a key, made of texts and 64-bit integers. */
    static Cursor after(Object... key) {
        ArrayNode array = MAPPER.createArrayNode();
        for (Object part : key) {
            array.addPOJO(part);
        }
        return new Cursor(array);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @param shape the classes of the key's parts, String or Long
     * @throws ApiProblem 400 when it is something else, or the cursor of another list
     */
    static Cursor parse(String text, Class<?>... shape) {
        try {
            JsonNode key = MAPPER.readTree(Base64.getUrlDecoder().decode(text));
            if (hasShape(key, shape)) {
                return new Cursor(key);
            }
        } catch (IOException | IllegalArgumentException e) {
            // told below
        }
        throw ApiProblem.parameter(PARAMETER, "cursor must be one that a Link header of the same list gave");
    }

    private static boolean hasShape(JsonNode key, Class<?>... shape) {
        boolean fits = key != null && key.isArray() && key.size() == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            JsonNode part = key.get(i);
            fits = shape[i] == String.class
                    ? part.isTextual() && part.textValue().indexOf('\0') < 0
                    : part.isIntegralNumber() && part.canConvertToLong();
        }
        return fits;
    }

    long number(int part) {
        return key.get(part).longValue();
    }

    String text(int part) {
        return key.get(part).textValue();
    }

    /** The cursor as it stands in a link: letters, digits, - and _. */
    @Override
    public String toString() {
        try {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(MAPPER.writeValueAsBytes(key));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A cursor cannot be written", e);
        }
    }
}
