package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.caravan.health.Dependency;
import io.caravan.health.Status;
import io.caravan.store.Postgres;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What the OpenAPI document says of bodies is what they are: its examples, and the real answers of every endpoint that is read, fit
 * its schemas, and have no member that these leave out.
 */
class DescribedAnswersTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(VersionFlag.V202012);
    private static final SchemaValidatorsConfig STRICT =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

    /** Media types of bodies that are no JSON. */
    private static final Set<String> TEXTS = Set.of("text/csv", "application/x-ndjson");

    private static final Dependency DATABASE = new Dependency() {
        @Override
        public String name() {
            return "database";
        }

        @Override
        public Status check() {
            return new Status(true, "answers");
        }
    };

    private static ApiServer api;
    private static JsonNode document;
    private static Map<String, JsonNode> operations;

    @BeforeAll
    static void start() throws Exception {
        String url = Postgres.migratedDatabase();
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            for (String rows : List.of("two-tenants.sql", "every-table.sql")) {
                statement.execute(Files.readString(Path.of("src/test/resources", rows)));
            }
        }
        api = new ApiServer(url, DATABASE);
        Awaitility.await().until(() -> api.get("/readyz").statusCode() == 200);
        document = ApiServer.json(api.get("/api/openapi.json"));
        operations = operations();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new TreeMap<>();
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                operations.put(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), method.getValue());
            }
        }
        return operations;
    }

    @Test
    void everyBodyIsDescribedByASchemaAndAnExampleOfIt() {
        assertThat(document.get("openapi").textValue()).isEqualTo("3.1.0");
        for (Map.Entry<String, JsonNode> operation : operations.entrySet()) {
            for (Map.Entry<String, JsonNode> response :
                    operation.getValue().get("responses").properties()) {
                if (response.getKey().startsWith("2") && !response.getKey().equals("204")) {
                    assertDescribed(operation.getKey() + " " + response.getKey(), response.getValue());
                }
            }
            if (operation.getValue().has("requestBody")) {
                assertDescribed(operation.getKey(), operation.getValue().get("requestBody"));
            }
        }
        for (Map.Entry<String, JsonNode> schema :
                document.at("/components/schemas").properties()) {
            if (schema.getValue().has("example")) {
                assertFits(schema.getKey(), schema.getValue(), schema.getValue().get("example"));
            }
        }
    }

    private static void assertDescribed(String what, JsonNode body) {
        assertThat(body.path("content").properties()).as(what).isNotEmpty();
        for (Map.Entry<String, JsonNode> type : body.get("content").properties()) {
            assertThat(type.getValue().path("schema").isEmpty())
                    .as(what + " has a schema")
                    .isFalse();
            assertThat(type.getValue().has("example"))
                    .as(what + " has an example")
                    .isTrue();
            assertThat(type.getValue().get("example").isTextual())
                    .as(what + ": JSON is no text")
                    .isEqualTo(TEXTS.contains(type.getKey()));
            assertFits(what, type.getValue().get("schema"), type.getValue().get("example"));
        }
    }

    @TestFactory
    Stream<DynamicTest> whatIsReadIsWhatIsDescribed() {
        return operations.keySet().stream()
                .filter(operation -> operation.startsWith("GET "))
                .map(operation -> dynamicTest(operation, () -> assertRead(operation, path(operation.substring(4)))));
    }

    @Test
    void windowsOfPlacesAndWhatIsOutOfServiceAreDescribedAsWell() throws Exception {
        assertRead("GET /api/aggregates", "/api/aggregates?tenant=alpha&site=north");
        assertRead("GET /api/aggregates", "/api/aggregates?tenant=alpha&zone=hall");
        assertThat(api.send("DELETE", "/api/devices/1?tenant=beta").statusCode())
                .isEqualTo(204);
        assertRead("GET /api/devices", "/api/devices?tenant=beta&decommissioned=true");
        assertRead("GET /api/sites/{site}", "/api/sites/of-beta-only?tenant=beta");
        assertRead("GET /api/limits", "/api/limits?tenant=nobody");
    }

    private static void assertRead(String operation, String path) throws Exception {
        HttpResponse<String> answer = api.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode read = ApiServer.json(answer);
        assertThat(read).as("there is something to read").isNotEmpty();
        assertAnswer(operation, answer);
    }

    private static void assertAnswer(String operation, HttpResponse<String> answer) throws Exception {
        JsonNode response = operations.get(operation).get("responses").path(Integer.toString(answer.statusCode()));
        assertThat(response.isMissingNode())
                .as(answer.statusCode() + " " + answer.body())
                .isFalse();
        assertFits(operation, response.at("/content/application~1json/schema"), ApiServer.json(answer));
    }

    /** An example of each body is taken by its endpoint, and answered as described. */
    @Test
    void whatIsWrittenIsWhatIsDescribed() throws Exception {
        for (String operation : List.of(
                "POST /api/devices",
                "PUT /api/devices/{id}",
                "PATCH /api/devices/{id}",
                "POST /api/devices/import",
                "POST /api/devices/{id}/credentials",
                "POST /api/gateways",
                "PATCH /api/gateways/{username}",
                "POST /api/gateways/{username}/credentials",
                "POST /api/sites",
                "PUT /api/sites/{site}",
                "POST /api/zones",
                "PUT /api/zones/{zone}",
                "PUT /api/device-templates/{template}",
                "PUT /api/controllers/{controller}",
                "POST /api/applications",
                "POST /api/applications/by-device-types",
                "POST /api/provisioning-key",
                "POST /api/dead-letters/{id}/replay",
                "POST /api/dead-letters/replay",
                "PUT /api/limits")) {
            String[] words = operation.split(" ");
            Map.Entry<String, JsonNode> content =
                    operations.get(operation).path("requestBody").path("content").properties().stream()
                            .findFirst()
                            .orElse(Map.entry("application/json", MAPPER.createObjectNode()));
            JsonNode example = content.getValue().path("example");
            String path = words[1].replaceAll("/api/(devices|sites|zones)/\\{\\w+}", "/api/$1/another")
                    .replace("{username}", "alpha-gateway")
                    .replace("{template}", "power-monitor")
                    .replace("{controller}", "abc123def456")
                    .replace("{id}", "4");
            String body = example.isTextual() ? example.textValue() : example.toString();
            if (path.endsWith("/another") || path.contains("/another/")) {
                body = body.replaceAll("\"(device|site|zone)_id\":\"[^\"]*\",?", "");
            }
            HttpResponse<String> answer = api.send(
                    words[0],
                    path + "?tenant=alpha",
                    example.isMissingNode() ? new byte[0] : body.getBytes(UTF_8),
                    "Content-Type",
                    content.getKey());
            assertThat(answer.statusCode()).as(operation + " " + answer.body()).isBetween(200, 202);
            assertAnswer(operation, answer);
        }
    }

    /** With what the endpoint has to be asked to answer something. */
    private static String path(String template) {
        String path = template.replace("/api/devices/{id}", "/api/devices/meter-1")
                .replace("{command}", "00000000-0000-4000-8000-000000000001")
                .replace("{controller}", "controller-1")
                .replace("{template}", "power")
                .replace("{replay}", "1")
                .replace("{type}", "smart_meter")
                .replace("{username}", "alpha-gateway")
                .replace("{site}", "north")
                .replace("{zone}", "hall")
                .replace("{id}", "4");
        return switch (template) {
            case "/api/readings", "/api/events", "/api/trend-statistics", "/api/aggregates" ->
                path + "?tenant=alpha&device=meter-1";
            case "/api/applications/{application}" -> path.replace("{application}", application());
            case "/api/tenants", "/api/device-types", "/api/device-types/{type}", "/health", "/livez", "/readyz" ->
                path;
            case "/api/zones/{zone}" -> path + "?tenant=alpha&site=north";
            default -> path + "?tenant=alpha";
        };
    }

    private static String application() {
        try {
            return ApiServer.json(api.get("/api/applications?tenant=alpha"))
                            .at("/applications/0/id")
                            .textValue()
                    + "?tenant=alpha";
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void assertFits(String what, JsonNode schema, JsonNode value) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.get("components").deepCopy());
        closeObjects(whole);
        Set<ValidationMessage> faults = SCHEMAS.getSchema(whole, STRICT).validate(value);
        assertThat(faults).as(what + " " + value).isEmpty();
    }

    /** Clients may be sent more than they know; here there must be no more. */
    private static void closeObjects(JsonNode schema) {
        if (schema.isObject() && schema.path("properties").isObject() && !schema.has("additionalProperties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
        schema.forEach(DescribedAnswersTest::closeObjects);
    }
}
