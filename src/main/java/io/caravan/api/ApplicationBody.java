package io.caravan.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/** Reads the bodies of requests that register and change applications. Stateless. */
final class ApplicationBody {

    static final List<String> PLATFORMS = List.of("web", "mobile", "desktop", "api");
    static final List<String> STATUSES = List.of("active", "inactive", "pending");

    private static final int LARGEST = 262_144;
    private static final int MOST_TYPES = 100;
    private static final int LONGEST_TYPE = 64;
    /** Of all types of an application: its tokens, which name them, must fit into a header. */
    private static final int MOST_BYTES_OF_TYPES = 4_096;

    private static final Map<String, Integer> REQUIRED = new LinkedHashMap<>();
    private static final Map<String, Integer> OPTIONAL = new LinkedHashMap<>();
    private static final Pattern EMAIL =
            Pattern.compile("[^\\s@<>(),:;\"\\\\]+@[\\p{L}\\p{N}-]+(\\.[\\p{L}\\p{N}-]+)+");
    private static final String EMAIL_FIELD = "contact_email";
    private static final String TYPES = "devicetypes";
    private static final String[] NEW = {
        "name", "description", "version", "developer", EMAIL_FIELD, "category", "platform", TYPES
    };
    private static final String[] CHANGE = {
        "name", "description", "version", "developer", EMAIL_FIELD, "category", "platform", TYPES, "status"
    };

    static {
        REQUIRED.put("name", 100);
        REQUIRED.put("version", 20);
        REQUIRED.put("developer", 100);
        REQUIRED.put(EMAIL_FIELD, 120);
        OPTIONAL.put("description", 1_000);
        OPTIONAL.put("category", 50);
        OPTIONAL.put("platform", 50);
    }

    private ApplicationBody() {}

    /** The body, which takes the place of the unread one. */
    static byte[] read(Exchange exchange) {
        byte[] body = RequestBody.read(exchange, LARGEST, null);
        exchange.getMessage().setBody(body);
        return body;
    }

    /** All fields of a new application; those that it does not name are null, or empty. */
    static ObjectNode ofNew(byte[] body) {
        return document(Fields.of(body, NEW), true);
    }

    /** The fields that a change names. Null empties those that a new application may leave out. */
    static ObjectNode ofChange(byte[] body) {
        return document(Fields.of(body, CHANGE), false);
    }

    /** The device types of a search, one at least. */
    static List<String> ofSearch(byte[] body) {
        Fields fields = Fields.of(body, "device_types");
        Set<String> types = new LinkedHashSet<>(fields.names("device_types", MOST_TYPES, LONGEST_TYPE));
        if (types.isEmpty()) {
            throw fields.bad("device_types", "must have one device type at least");
        }
        return List.copyOf(types);
    }

    private static ObjectNode document(Fields fields, boolean whole) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        REQUIRED.forEach((name, longest) -> {
            if (whole || fields.has(name)) {
                document.put(name, fields.name(name, null, longest));
            }
        });
        if (document.has(EMAIL_FIELD)
                && !EMAIL.matcher(document.get(EMAIL_FIELD).textValue()).matches()) {
            throw fields.bad(EMAIL_FIELD, "must be an e-mail address");
        }
        OPTIONAL.forEach((name, longest) -> {
            if (whole || fields.has(name)) {
                document.put(name, fields.value(name) == null ? null : fields.text(name, null, longest));
            }
        });
        oneOf(PLATFORMS, "platform", document, fields);
        if (fields.has("status")) {
            document.put("status", fields.text("status", null));
            oneOf(STATUSES, "status", document, fields);
        }
        if (whole || fields.has(TYPES)) {
            Set<String> types = new LinkedHashSet<>(fields.names(TYPES, MOST_TYPES, LONGEST_TYPE));
            ArrayNode array = document.putArray(TYPES);
            types.forEach(array::add);
            if (array.toString().getBytes(StandardCharsets.UTF_8).length > MOST_BYTES_OF_TYPES) {
                throw fields.bad(TYPES, "must have at most " + MOST_BYTES_OF_TYPES + " bytes together");
            }
        }
        return document;
    }

    private static void oneOf(List<String> words, String name, ObjectNode document, Fields fields) {
        if (document.hasNonNull(name) && !words.contains(document.get(name).textValue())) {
            throw fields.bad(name, "must be one of " + String.join(", ", words));
        }
    }
}
