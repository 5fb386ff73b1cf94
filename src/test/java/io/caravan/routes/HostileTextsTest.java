package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.HostileTexts;
import io.caravan.store.Postgres;
import io.caravan.tenant.Grants;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import io.caravan.tenant.TokenVerifier;
import io.caravan.tenant.TokenVerifier.Expected;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * {@link HostileTexts} in every text field of every body that the OpenAPI document describes, and in every column of a table of
 * devices: each is refused, or is a text like any other, and the rows of another tenant stay what they are. {@link
 * AccessMatrixTest} has them in parameters.
 */
class HostileTextsTest {

    /** What Kafka has to take, which is not there; what they are sent is tried in PipelineIT. */
    private static final Set<String> OF_KAFKA = Set.of("POST /api/ingest", "POST /api/devices/{id}/commands");

    /** What does not answer what it was told. */
    private static final Set<String> SILENT = Set.of("POST /api/generate-token");

    private static Connection database;
    private static ApiServer api;
    private static String token;
    private static String provisioningKey = "";
    private static Map<String, JsonNode> bodies;
    private static int attempts;

    @BeforeAll
    static void start() throws Exception {
        String url = Postgres.migratedDatabase();
        database = Postgres.connect(url);
        try (Statement statement = database.createStatement()) {
            for (String rows : List.of("two-tenants.sql", "every-table.sql")) {
                statement.execute(Files.readString(Path.of("src/test/resources", rows)));
            }
        }
        Expected expected = Expected.own("caravan", "caravan");
        api = new ApiServer(
                url,
                "127.0.0.1:1",
                List.of(TokenVerifier.ofSecrets(expected, () -> List.of(ApiServer.SECRET), new Grants())));
        token = new TokenIssuer("caravan", "caravan", () -> List.of(ApiServer.SECRET))
                .issue(new Identity("alpha", Role.OPERATOR, "operator"), Duration.ofHours(1));
        bodies = bodies();
        provisioningKey = ApiServer.json(send("POST", "/api/provisioning-key", "", "text/plain"))
                .get("provisioning_key")
                .textValue();
        send("PUT", "/api/devices/another", "{}", "application/json");
    }

    @AfterAll
    static void stop() throws SQLException {
        api.close();
        database.close();
    }

    /** Of each operation that takes JSON, an example of it. */
    private static Map<String, JsonNode> bodies() throws Exception {
        Map<String, JsonNode> bodies = new TreeMap<>();
        JsonNode document = ApiServer.json(api.get("/api/openapi.json"));
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                String operation = method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                JsonNode example = method.getValue().at("/requestBody/content/application~1json/example");
                if (example.isObject() && !OF_KAFKA.contains(operation)) {
                    bodies.put(operation, example);
                }
            }
        }
        assertThat(bodies).hasSizeGreaterThan(12);
        return bodies;
    }

    @TestFactory
    Stream<DynamicTest> hostileTextInEveryFieldIsRefusedOrJustText() {
        return bodies.entrySet().stream().flatMap(body -> texts(body.getValue(), "").stream()
                .map(field -> dynamicTest(body.getKey() + " " + field, () -> {
                    String before = rowsOfBeta();
                    for (String text : HostileTexts.ALL) {
                        attempt(body.getKey(), field, with(body.getValue(), field, text), text);
                    }
                    assertThat(rowsOfBeta()).isEqualTo(before);
                })));
    }

    private static void attempt(String operation, String field, JsonNode body, String text) throws Exception {
        String[] words = operation.split(" ");
        String path = words[1].replace("{application}", application())
                .replace("{username}", "alpha-gateway")
                .replaceAll("\\{\\w+}", "another");
        if (words[0].equals("POST")) {
            isNew(operation, (ObjectNode) body, text);
        } else if (path.endsWith("/another")) {
            isAnother((ObjectNode) body, text);
        }
        HttpResponse<String> answer = send(words[0], path, body.toString(), "application/json");
        assertThat(answer.statusCode()).as(body + " " + answer.body()).isNotIn(401, 403, 404, 405, 500);
        assertThat(answer.body()).doesNotContain("of-beta-only");
        if (answer.statusCode() < 300) {
            if (!SILENT.contains(operation)) {
                assertThat(says(ApiServer.json(answer), text)).as(answer.body()).isTrue();
            }
            forget(operation, ApiServer.json(answer));
        } else {
            assertThat(isFreeText(operation, field)).as(answer.body()).isFalse();
        }
    }

    /** Has what is added another id than all before it. */
    private static void isNew(String operation, ObjectNode body, String text) {
        String id = operation.endsWith("/sites") ? "site_id" : operation.endsWith("/zones") ? "zone_id" : "device_id";
        if (body.has(id) && !body.get(id).textValue().equals(text)) {
            body.put(id, "new-" + ++attempts);
        }
    }

    /** Leaves out of a body what the path says. */
    private static void isAnother(ObjectNode body, String text) {
        for (String id : List.of("device_id", "site_id", "zone_id")) {
            if (!body.path(id).asText().equals(text)) {
                body.remove(id);
            }
        }
    }

    /** Whether a field takes any text there is. */
    private static boolean isFreeText(String operation, String field) {
        return Set.of("POST /api/devices", "POST /api/sites", "POST /api/zones").contains(operation)
                || operation.endsWith(" /api/devices/{id}") && !field.equals("/device_id");
    }

    /** A tenant may have only so many applications. */
    private static void forget(String operation, JsonNode answer) throws Exception {
        if (operation.equals("POST /api/applications")) {
            send("DELETE", "/api/applications/" + answer.at("/application/id").textValue(), "", "text/plain");
        }
    }

    private static String application() throws Exception {
        return ApiServer.json(send("GET", "/api/applications", "", "text/plain"))
                .at("/applications/0/id")
                .textValue();
    }

    /** Where a body has texts, and members that anybody may name. */
    private static List<String> texts(JsonNode node, String at) {
        List<String> found = new ArrayList<>();
        if (node.isTextual()) {
            found.add(at);
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                found.addAll(texts(node.get(i), at + "/" + i));
            }
        } else {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                String place = at + "/" + member.getKey();
                found.addAll(texts(member.getValue(), place));
                if (Set.of("tags", "parameters", "attributes").contains(member.getKey())) {
                    found.add(place + "/");
                }
            }
        }
        return found;
    }

    private static JsonNode with(JsonNode body, String field, String text) {
        JsonNode changed = body.deepCopy();
        int last = field.lastIndexOf('/');
        JsonNode parent = changed.at(JsonPointer.compile(field.substring(0, last)));
        String name = field.substring(last + 1);
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), array.textNode(text));
        } else if (name.isEmpty()) {
            ((ObjectNode) parent).put(text, text);
        } else {
            ((ObjectNode) parent).put(name, text);
        }
        return changed;
    }

    /** Whether a text stands somewhere as it is. */
    private static boolean says(JsonNode node, String text) {
        if (node.isTextual()) {
            return node.textValue().equals(text);
        }
        for (JsonNode child : node) {
            if (says(child, text)) {
                return true;
            }
        }
        return false;
    }

    @TestFactory
    Stream<DynamicTest> hostileTextInEveryColumnOfATableIsJustText() {
        return HostileTexts.ALL.stream()
                .map(text -> dynamicTest(text, () -> {
                    String before = rowsOfBeta();
                    String cell = '"' + text.replace("\"", "\"\"") + '"';
                    String id = '"' + text.replace("\"", "\"\"") + " in a table\"";
                    String table = "device_id,label,device_type,site_id,zone_id,tags.owner,\"tags."
                            + text.replace("\"", "\"\"") + "\"\n" + id + ("," + cell).repeat(6) + "\n";

                    HttpResponse<String> answer = send("POST", "/api/devices/import", table, "text/csv");

                    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                    assertThat(ApiServer.json(answer).at("/lines/0/outcome").textValue())
                            .as(answer.body())
                            .isEqualTo("created");
                    String path = "/api/devices/"
                            + URLEncoder.encode(text + " in a table", UTF_8).replace("+", "%20");
                    JsonNode device = ApiServer.json(send("GET", path, "", "text/plain"));
                    for (String field : List.of("label", "device_type", "site_id", "zone_id")) {
                        assertThat(device.get(field).textValue()).as(field).isEqualTo(text);
                    }
                    assertThat(device.at("/tags/owner").textValue()).isEqualTo(text);
                    assertThat(device.get("tags").get(text).textValue()).isEqualTo(text);
                    assertThat(rowsOfBeta()).isEqualTo(before);
                }));
    }

    private static HttpResponse<String> send(String method, String path, String body, String type) throws Exception {
        return api.send(
                method,
                path,
                body.getBytes(UTF_8),
                "Content-Type",
                type,
                "Authorization",
                "Bearer " + token,
                "x-master-key",
                ApiServer.MASTER_KEY,
                "X-Provisioning-Key",
                provisioningKey);
    }

    /** What all tables have of the other tenant. */
    private static String rowsOfBeta() throws SQLException {
        StringBuilder rows = new StringBuilder();
        for (String table : list(
                """
                SELECT quote_ident(relname) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                    AND attname = 'tenant_id'
                ORDER BY 1
                """)) {
            rows.append(table)
                    .append(list("SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM " + table
                            + " AS t WHERE tenant_id = 'beta'"));
        }
        return rows.toString();
    }

    private static List<String> list(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
