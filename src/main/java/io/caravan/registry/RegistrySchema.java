package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The JSON Schema of the registry file, and its messages in words of the user. Thread-safe. */
final class RegistrySchema {

    static final String FILE = "device-registry.schema.json";

    private final JsonNode source;
    private final JsonSchema schema;

    private RegistrySchema(JsonNode source) {
        this.source = source;
        this.schema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(
                        source,
                        SchemaValidatorsConfig.builder()
                                .pathType(PathType.JSON_POINTER)
                                .locale(Locale.ENGLISH)
                                .build());
        schema.initializeValidators();
    }

    /**
     * The schema beside the registry file, else the one that Caravan brings.
     *
     * @throws UserError when it is missing or no schema
     */
    static RegistrySchema besides(Path registryFile) {
        Path file = registryFile.resolveSibling(FILE);
        try (InputStream in = Files.exists(file)
                ? Files.newInputStream(file)
                : RegistrySchema.class.getResourceAsStream("/" + FILE)) {
            if (in == null) {
                throw new UserError("The schema of the device registry is missing: " + file);
            }
            return new RegistrySchema(new JsonMapper().readTree(in));
        } catch (IOException | JsonSchemaException e) {
            throw new UserError(file + " is no JSON Schema that can be used: " + Problem.oneLine(e.getMessage()), e);
        }
    }

    /** What is wrong with a registry, as {@code <JSON pointer>: <problem>}; empty when it is as it should be. */
    List<String> problems(JsonNode registry) {
        List<String> problems = new ArrayList<>();
        for (ValidationMessage message : schema.validate(registry)) {
            problems.add(problem(registry, message));
        }
        return problems;
    }

    private String problem(JsonNode registry, ValidationMessage message) {
        JsonPointer place = JsonPointer.compile(message.getInstanceLocation().toString());
        Object[] arguments = message.getArguments();
        return switch (message.getType()) {
            case "type" -> Problem.at(place, "must be " + typeInWords(message.getSchemaNode()));
            case "required" -> Problem.at(place.appendProperty(message.getProperty()), "is missing");
            case "additionalProperties" ->
                Problem.at(
                        place.appendProperty(message.getProperty()),
                        "is no known key" + knownKeys(message.getProperty(), message));
            case "propertyNames" ->
                Problem.at(
                        place.appendProperty(message.getProperty()),
                        "is no valid name" + explanation(message, arguments[1]));
            case "enum" ->
                Problem.at(
                        place,
                        "must be one of " + arguments[0]
                                + Nearest.hint(registry.at(place).asText(), words(message.getSchemaNode())));
            case "minProperties", "minItems", "minLength" -> Problem.at(place, "must not be empty");
            case "pattern" -> Problem.at(place, "has not the right form" + explanation(message, message.getError()));
            default -> Problem.at(place, message.getError());
        };
    }

    /** What the schema itself says about the value, or name, whose keyword failed; of a schema that says nothing, the bare problem. */
    private String explanation(ValidationMessage message, Object bare) {
        JsonNode failed = source.at(keyword(message));
        JsonNode rule = failed.isObject() ? failed : source.at(keyword(message).head());
        while (rule.has("$ref") && !rule.has("description")) {
            rule = source.at(rule.path("$ref").asText().substring(1));
        }
        return ": " + rule.path("description").asText(String.valueOf(bare));
    }

    private String knownKeys(String given, ValidationMessage message) {
        List<String> known = new ArrayList<>();
        source.at(keyword(message).head()).path("properties").fieldNames().forEachRemaining(known::add);
        String hint = Nearest.hint(given, known);
        return known.isEmpty()
                ? ""
                : (hint.isEmpty() ? "." : hint) + " There are " + String.join(", ", known)
                        + ", and your own that begin with x_";
    }

    private static List<String> words(JsonNode texts) {
        List<String> words = new ArrayList<>();
        texts.forEach(text -> words.add(text.asText()));
        return words;
    }

    private static JsonPointer keyword(ValidationMessage message) {
        return JsonPointer.compile(message.getSchemaLocation().getFragment().toString());
    }

    private static String typeInWords(JsonNode type) {
        List<String> names = new ArrayList<>();
        if (type.isArray()) {
            type.forEach(name -> names.add(withArticle(name.asText())));
        } else {
            names.add(withArticle(type.asText()));
        }
        return String.join(" or ", names);
    }

    private static String withArticle(String type) {
        return switch (type) {
            case "boolean" -> "true or false";
            case "array" -> "an array";
            case "object" -> "an object";
            case "integer" -> "a whole number";
            default -> "a " + type;
        };
    }
}
