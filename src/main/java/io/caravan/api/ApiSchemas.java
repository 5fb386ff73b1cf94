package io.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * What bodies look like, as {@code openapi-schemas.json} declares it: schemas (JSON Schema 2020-12, as OpenAPI 3.1 has them) with
 * an example each, which of them the answers of an operation have ({@code [X]} is an array of them), and the contents that its
 * request may have. Immutable.
 */
final class ApiSchemas {

    private static final String RESOURCE = "/openapi-schemas.json";
    private static final String EXAMPLE = "example";

    private final JsonNode schemas;
    private final JsonNode answers;
    private final JsonNode bodies;

    private ApiSchemas(JsonNode declared) {
        schemas = declared.get("schemas");
        answers = declared.get("answers");
        bodies = declared.get("bodies");
    }

    static ApiSchemas read() {
        try (InputStream in = ApiSchemas.class.getResourceAsStream(RESOURCE)) {
            return new ApiSchemas(new ObjectMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the schemas to those of the document. */
    void addTo(ObjectNode components) {
        components.withObject("/schemas").setAll((ObjectNode) schemas);
    }

    /** @param name of the operation: {@code GET /api/devices} */
    void complete(String name, ObjectNode operation) {
        JsonNode answer = answers.path(name);
        for (Map.Entry<String, JsonNode> response :
                operation.withObject("/responses").properties()) {
            String status = response.getKey();
            JsonNode schema = answer.isObject() ? answer.path(status) : answer;
            if (status.startsWith("2") && !status.equals("204") && schema.isTextual()) {
                ((ObjectNode) response.getValue())
                        .putObject("content")
                        .set("application/json", content(schema.textValue()));
            }
        }
        if (bodies.has(name)) {
            ObjectNode content = operation.withObject("/requestBody").putObject("content");
            for (Map.Entry<String, JsonNode> type : bodies.get(name).properties()) {
                ObjectNode body = type.getValue().deepCopy();
                String schema = body.at("/schema/$ref").asText();
                if (!body.has(EXAMPLE)) {
                    body.set(EXAMPLE, example(schema.substring(schema.lastIndexOf('/') + 1)));
                }
                content.set(type.getKey(), body);
            }
        }
    }

    private ObjectNode content(String schema) {
        boolean many = schema.startsWith("[");
        String name = many ? schema.substring(1, schema.length() - 1) : schema;
        ObjectNode reference = JsonNodeFactory.instance.objectNode().put("$ref", "#/components/schemas/" + name);
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        if (many) {
            content.putObject("schema").put("type", "array").set("items", reference);
            content.putArray(EXAMPLE).add(example(name));
        } else {
            content.set("schema", reference);
            content.set(EXAMPLE, example(name));
        }
        return content;
    }

    private JsonNode example(String schema) {
        return schemas.get(schema).get(EXAMPLE);
    }
}
