package io.caravan.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caravan.decode.Text;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of one JSON object of a request's body. A field that is absent or null has its fallback, one that the object may
 * not have is an error. Every error is an {@link ApiProblem} that names the field by its path, such as {@code
 * data_points[2].offset}. Immutable.
 */
final class Fields {

    private static final int LONGEST_TEXT = 1_000;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final JsonNode object;
    private final String path;

    private Fields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** The object that a body is, with no other fields than these. */
    static Fields of(byte[] body, String... known) {
        try {
            return of(MAPPER.readTree(body), known);
        } catch (JacksonException e) {
            throw ApiProblem.parameter("body", "The body is no JSON: " + Text.printable(e.getOriginalMessage()));
        } catch (IOException e) {
            throw ApiProblem.parameter("body", "The body is no JSON in UTF-8");
        }
    }

    /** The same of JSON that was read already. */
    static Fields of(JsonNode body, String... known) {
        return of(body, "", known);
    }

    /** The JSON in a text that stands for a field. */
    static JsonNode json(String text, String name) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw ApiProblem.parameter(name, name + " is no JSON: " + Text.printable(e.getOriginalMessage()));
        }
    }

    private static Fields of(JsonNode node, String path, String... known) {
        String name = path.isEmpty() ? "body" : path;
        if (node == null || !node.isObject()) {
            throw ApiProblem.parameter(name, name + " must be a JSON object");
        }
        node.fieldNames().forEachRemaining(field -> {
            if (!List.of(known).contains(field)) {
                throw ApiProblem.parameter(
                        Text.printable(path.isEmpty() ? field : path + "." + field),
                        "There is no such field here, only " + String.join(", ", known));
            }
        });
        return new Fields(node, path);
    }

    /** The path of a field, as errors name it. */
    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** A text of at most 1,000 characters without control characters. */
    String text(String name, String fallback) {
        return text(name, fallback, LONGEST_TEXT);
    }

    String text(String name, String fallback, int longest) {
        JsonNode value = value(name);
        if (value == null) {
            return required(name, fallback);
        }
        if (!value.isTextual() || value.textValue().length() > longest || !Text.isClean(value.textValue())) {
            throw bad(name, "must be a text of at most " + longest + " characters without control characters");
        }
        return value.textValue();
    }

    /** A text that is not blank. */
    String name(String name, String fallback, int longest) {
        String text = text(name, fallback, longest);
        if (text.isBlank()) {
            throw bad(name, "must not be blank");
        }
        return text;
    }

    /** @throws ApiProblem 400 when no path can name what has this id, so that nobody could change it */
    void requireNameable(String name, String id) {
        if (!Text.isNameable(id)) {
            throw bad(name, "must not be . or .., which no path can name");
        }
    }

    int number(String name, Integer fallback, int min, int max) {
        JsonNode value = value(name);
        if (value == null) {
            return required(name, fallback);
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            throw bad(name, "must be a whole number from " + min + " to " + max);
        }
        return value.intValue();
    }

    BigDecimal decimal(String name, BigDecimal fallback) {
        JsonNode value = value(name);
        if (value == null) {
            return required(name, fallback);
        }
        if (!value.isNumber()) {
            throw bad(name, "must be a number");
        }
        return value.decimalValue();
    }

    /** The objects of an array; none where it is absent. */
    List<Fields> objects(String name, int most, String... known) {
        JsonNode value = value(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray() || value.size() > most) {
            throw bad(name, "must be an array of at most " + most + " objects");
        }
        List<Fields> objects = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            objects.add(of(value.get(i), path(name) + "[" + i + "]", known));
        }
        return objects;
    }

    /** The texts of an array, none of them blank; none where it is absent. */
    List<String> names(String name, int most, int longest) {
        JsonNode value = object.get(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray() || value.size() > most) {
            throw bad(name, "must be an array of at most " + most + " texts");
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            JsonNode text = value.get(i);
            if (!text.isTextual()
                    || text.textValue().isBlank()
                    || text.textValue().length() > longest
                    || !Text.isClean(text.textValue())) {
                throw bad(
                        name + "[" + i + "]",
                        "must be a text of 1 to " + longest + " characters without control characters");
            }
            names.add(text.textValue());
        }
        return names;
    }

    /** Whether a field is there, be it with null. */
    boolean has(String name) {
        return object.has(name);
    }

    /** What stands in a field, null where it is absent or null. */
    JsonNode value(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** A field that repeats what the path of the request says, and may not say otherwise. */
    void mustBe(String name, String value) {
        if (!text(name, value).equals(value)) {
            throw bad(name, "must be " + value + ", as in the path of the request");
        }
    }

    ApiProblem bad(String name, String must) {
        return ApiProblem.parameter(path(name), path(name) + " " + must);
    }

    private <T> T required(String name, T fallback) {
        if (fallback == null) {
            throw bad(name, "is required");
        }
        return fallback;
    }
}
