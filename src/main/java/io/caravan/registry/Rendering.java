package io.caravan.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The JSON that leaves the registry: metadata for enriched messages, entries for the API. */
final class Rendering {

    /** What stands for a text that a device type does not declare. */
    static final String ABSENT = "unknown";

    private static final JsonMapper MAPPER = new JsonMapper();

    private Rendering() {}

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree in memory cannot be written", e);
        }
    }

    static ObjectNode named(String type, ObjectNode declaration) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("device_type", type);
        node.setAll(declaration);
        return node;
    }

    static byte[] metadata(String type, ObjectNode declaration, String registryVersion) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("device_type", type);
        node.put("device_type_name", text(declaration, "name"));
        node.put("device_type_description", text(declaration, "description"));
        node.put("device_category", text(declaration, "category"));
        JsonNode capabilities = declaration.path("capabilities");
        node.set("capabilities", capabilities.isArray() ? capabilities : JsonNodeFactory.instance.arrayNode());
        node.put("data_format", text(declaration, "data_format"));
        node.put("update_frequency", text(declaration, "update_frequency"));
        node.put("retention_policy", text(declaration, "retention_policy"));
        List<String> manufacturers = new ArrayList<>();
        List<String> models = new ArrayList<>();
        declaration.path("manufacturers").forEach(manufacturer -> {
            manufacturers.add(manufacturer.path("name").asText());
            manufacturer.path("models").forEach(model -> models.add(model.asText()));
        });
        node.put("manufacturer", joined(manufacturers));
        node.put("model", joined(models));
        node.put("version", registryVersion);
        ObjectNode measurements = node.putObject("measurement_metadata");
        declaration
                .path("measurements")
                .properties()
                .forEach(entry -> measurements.set(entry.getKey(), measurement(entry.getValue())));
        return bytes(node);
    }

    private static ObjectNode measurement(JsonNode declaration) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("unit", declaration.path("unit").asText(""));
        node.put("description", declaration.path("description").asText(""));
        node.set("min_value", numberOrNull(declaration.path("min_value")));
        node.set("max_value", numberOrNull(declaration.path("max_value")));
        node.put("data_type", declaration.path("data_type").asText("float"));
        node.put("category", declaration.path("category").asText("measurement"));
        node.put("access_level", declaration.path("access_level").asText("read"));
        return node;
    }

    private static JsonNode numberOrNull(JsonNode value) {
        return value.isNumber() ? value : JsonNodeFactory.instance.nullNode();
    }

    private static String text(ObjectNode declaration, String key) {
        return declaration.path(key).asText(ABSENT);
    }

    private static String joined(List<String> texts) {
        return texts.isEmpty() ? ABSENT : String.join(", ", texts);
    }
}
