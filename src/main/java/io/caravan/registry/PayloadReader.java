package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.CborFormat;
import io.caravan.decode.ColumnsFormat;
import io.caravan.decode.JsonFormat;
import io.caravan.decode.JsonPath;
import io.caravan.decode.NumbersFormat;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.RulesBuilder;
import io.caravan.payload.Csv;
import io.caravan.payload.Encoded;
import io.caravan.payload.Form;
import io.caravan.payload.LineProtocol;
import io.caravan.payload.Pairs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the format of a payload, or of a text in one, or says what is wrong with its declaration. Used once, by one thread. */
final class PayloadReader {

    private static final Set<String> OF_FRAME = Set.of("fields", "every", "byte_order", "word_order");

    /** The formats, and which keys each of them has. */
    private static final Map<String, Set<String>> KEYS = new LinkedHashMap<>();

    static {
        KEYS.put("json", Set.of());
        KEYS.put("text", Set.of());
        KEYS.put("csv", Set.of("separator", "columns"));
        KEYS.put("pairs", Set.of("separator", "assignment"));
        KEYS.put("form", Set.of());
        KEYS.put("line-protocol", Set.of());
        KEYS.put("cbor", Set.of());
        KEYS.put("binary", OF_FRAME);
        KEYS.put("hex", with(OF_FRAME, "content"));
        KEYS.put("base64", with(OF_FRAME, "content"));
        KEYS.put("bytes", with(OF_FRAME, "content"));
        KEYS.put("registers", with(OF_FRAME, "content"));
        KEYS.put("columns", Set.of("columns"));
    }

    private final List<String> problems;
    private boolean decimalComma;

    /** @param problems where to add what is wrong */
    PayloadReader(List<String> problems) {
        this.problems = problems;
    }

    /**
     * Reads what payloads of a topic are, and what texts in them hold.
     *
     * @param place of the topic
     * @param rows where its rows are; null where there are none
     */
    void read(JsonNode topic, JsonPointer place, JsonPath rows, RulesBuilder rules) {
        decimalComma = topic.path("decimal_comma").asBoolean();
        JsonNode payload = topic.path("payload");
        PayloadFormat format = ofPayload(payload, place.appendProperty("payload"));
        if (format != null) {
            rules.format(format);
        } else if (nameOf(payload).equals("text")) {
            rules.text();
        }
        if (format != null
                && format.hasRows()
                && topic.has("rows")
                && !topic.path("rows").asText().equals("$")) {
            problems.add(Problem.at(place.appendProperty("rows"), "must be $: the lines of the payload are its rows"));
        }
        boolean ofRows = Set.of("csv", "line-protocol", "columns").contains(nameOf(payload));
        boolean array = ofRows || format != null && format.hasRows();
        if (!topic.has("rows") && (ofRows && !topic.has("values") || array && rules.beginsAtMember())) {
            String what =
                    nameOf(payload).equals("columns") ? "what its columns are made into" : "the lines of the payload";
            problems.add(Problem.at(place, "needs \"rows\": \"$\": " + what + " are its rows"));
        }
        topic.path("contents").properties().forEach(content -> {
            JsonPointer at = place.appendProperty("contents").appendProperty(content.getKey());
            PayloadFormat inside = ofText(content.getValue(), at);
            if (inside != null) {
                Problem.attempt(at, () -> rules.content(JsonPath.parse(content.getKey(), rows), inside), problems);
            }
        });
    }

    /** The format of whole payloads; null where they are JSON, texts, or of no format that could be read. */
    private PayloadFormat ofPayload(JsonNode declared, JsonPointer place) {
        String name = nameOf(declared);
        return name.equals("json") || name.equals("text") ? check(declared, place) : read(declared, place);
    }

    /** The format of texts in JSON; null where it is none that could be read. */
    private PayloadFormat ofText(JsonNode declared, JsonPointer place) {
        String name = nameOf(declared);
        if (name.equals("binary") || name.equals("text")) {
            problems.add(
                    Problem.at(
                            place,
                            name.equals("text")
                                    ? "must be another format: what stands there is a text without that"
                                    : "must be hex or base64, or bytes or registers where an array stands: JSON has no bytes of its own"));
            return null;
        }
        return read(declared, place);
    }

    private static String nameOf(JsonNode declared) {
        return declared.isObject() ? declared.path("format").asText() : declared.asText("json");
    }

    private PayloadFormat check(JsonNode declared, JsonPointer place) {
        String name = nameOf(declared);
        if (!KEYS.containsKey(name)) {
            problems.add(Problem.at(
                    declared.isObject() ? place.appendProperty("format") : place,
                    "must be one of " + String.join(", ", KEYS.keySet()) + Nearest.hint(name, KEYS.keySet())));
            return null;
        }
        declared.fieldNames().forEachRemaining(key -> {
            if (!key.equals("format")
                    && !key.startsWith("x_")
                    && !KEYS.get(name).contains(key)) {
                problems.add(Problem.at(place.appendProperty(key), "has no meaning for the format " + name));
            }
        });
        return null;
    }

    private PayloadFormat read(JsonNode declared, JsonPointer place) {
        int before = problems.size();
        check(declared, place);
        if (problems.size() > before) {
            return null;
        }
        return switch (nameOf(declared)) {
            case "csv" -> csv(declared, place);
            case "pairs" -> pairs(declared, place);
            case "form" -> new Form();
            case "line-protocol" -> new LineProtocol();
            case "cbor" -> new CborFormat();
            case "json" -> new JsonFormat();
            case "columns" -> new ColumnsFormat(new HashSet<>(columns(declared, place)));
            case "binary" -> frame(declared, place);
            default -> encoded(declared, place);
        };
    }

    private PayloadFormat csv(JsonNode declared, JsonPointer place) {
        String separator = declared.path("separator").asText(",");
        if (separator.length() != 1 || "\"\r\n".contains(separator)) {
            problems.add(Problem.at(
                    place.appendProperty("separator"),
                    "must be one character, such as ; or \\t for a tab, and no quote"));
            return null;
        }
        List<String> columns = columns(declared, place);
        return partsWithout(separator, place) ? new Csv(separator.charAt(0), columns) : null;
    }

    private List<String> columns(JsonNode declared, JsonPointer place) {
        List<String> columns = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode column : declared.path("columns")) {
            String name = column.asText().strip();
            if (!name.isEmpty() && !names.add(name)) {
                problems.add(Problem.at(
                        place.appendProperty("columns").appendIndex(columns.size()),
                        "stands here twice: the values of one of them would be lost"));
            }
            columns.add(name);
        }
        return columns;
    }

    private PayloadFormat pairs(JsonNode declared, JsonPointer place) {
        String separator = declared.path("separator").asText(";");
        return partsWithout(separator, place)
                ? new Pairs(separator, declared.path("assignment").asText("="))
                : null;
    }

    /** Whether what is between values cannot stand in one. */
    private boolean partsWithout(String separator, JsonPointer place) {
        boolean parts = !decimalComma || !separator.equals(",");
        if (!parts) {
            problems.add(Problem.at(
                    place.appendProperty("separator"),
                    "must not be a comma, which is the decimal point where \"decimal_comma\" says so"));
        }
        return parts;
    }

    private PayloadFormat encoded(JsonNode declared, JsonPointer place) {
        if (declared.has("content") == declared.has("fields")) {
            problems.add(Problem.at(
                    place,
                    declared.has("fields")
                            ? "has both fields and content: say one"
                            : "needs \"fields\", where the numbers stand, or \"content\", the format of the bytes"));
            return null;
        }
        PayloadFormat content = declared.has("fields")
                ? frame(declared, place)
                : ofBytes(declared.path("content"), place.appendProperty("content"));
        return content == null ? null : encoded(nameOf(declared), content);
    }

    private static PayloadFormat encoded(String name, PayloadFormat content) {
        return switch (name) {
            case "bytes" -> new NumbersFormat(1, content);
            case "registers" -> new NumbersFormat(2, content);
            default -> new Encoded(name.equals("hex"), content);
        };
    }

    private PayloadFormat ofBytes(JsonNode declared, JsonPointer place) {
        if (nameOf(declared).equals("text")) {
            problems.add(Problem.at(place, "must be another format: a text alone has no path to its values"));
            return null;
        }
        return read(declared, place);
    }

    private PayloadFormat frame(JsonNode declared, JsonPointer place) {
        return new FrameReader(declared, place, problems).frame();
    }

    private static Set<String> with(Set<String> keys, String key) {
        Set<String> all = new HashSet<>(keys);
        all.add(key);
        return all;
    }
}
