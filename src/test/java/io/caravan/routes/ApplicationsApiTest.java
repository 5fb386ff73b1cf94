package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.it.Rows;
import io.caravan.registry.TableChanges;
import io.caravan.store.Postgres;
import io.caravan.tenant.Identity;
import io.caravan.tenant.InvalidToken;
import io.caravan.tenant.KeysUnavailable;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenVerifier;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The application registry over HTTP, on a real database. */
class ApplicationsApiTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String GRID =
            """
            {"name":"Smart Grid Monitor","description":"Watches breakers","version":"1.0.0","developer":"Grid Team",\
            "contact_email":"grid@example.com","category":"monitoring","platform":"web","devicetypes":["smart_breaker"]}""";

    private static Rows database;

    @AutoClose
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.migrated();
        api = new ApiServer(database.jdbcUrl());
    }

    @BeforeEach
    void begin() throws Exception {
        database.execute("TRUNCATE applications");
    }

    @Test
    void anApplicationIsRegisteredAndItsKeyIsShownThisOnce() throws Exception {
        HttpResponse<String> answer = api.post("/api/applications", GRID.getBytes(UTF_8));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode told = ApiServer.json(answer);
        assertThat(told.fieldNames()).toIterable().containsExactly("message", "application");
        assertThat(told.get("message").textValue()).isEqualTo("Application registered successfully");
        JsonNode application = told.get("application");
        assertThat(application.fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "name",
                        "description",
                        "version",
                        "developer",
                        "contact_email",
                        "category",
                        "platform",
                        "devicetypes",
                        "status",
                        "created_at",
                        "updated_at",
                        "api_key");
        assertThat(application.get("status").textValue()).isEqualTo("active");
        assertThat(application.get("created_at").textValue()).matches("2\\d{3}-.*T.*\\.\\d{6}Z");
        String key = application.get("api_key").textValue();
        assertThat(key).matches("caravan_app_[A-Za-z0-9_-]{43}");
        String path = "/api/applications/" + application.get("id").textValue();
        assertThat(answer.headers().firstValue("Location")).hasValue(path);

        JsonNode shown = ApiServer.json(api.get(path));
        assertThat(shown.get("application")).isEqualTo(((ObjectNode) application).without("api_key"));
        for (String reader : List.of(path, "/api/applications", "/api/applications/by-device-type/smart_breaker")) {
            assertThat(api.get(reader).body())
                    .contains("Smart Grid Monitor")
                    .doesNotContain("api_key", "sha256", key.substring(12));
        }
        assertThat(database.list("SELECT applications::text FROM applications").get(0))
                .as("what is stored")
                .doesNotContain(key.substring(12));
    }

    @Test
    void whatMayBeLeftOutMay() throws Exception {
        JsonNode application = register(
                "{'name':'Bare','version':'1','developer':'D','contact_email':'a.b+c@ex-ample.co.uk','platform':null}");

        assertThat(application.get("devicetypes")).isEmpty();
        for (String field : List.of("description", "category", "platform")) {
            assertThat(application.get(field).isNull()).as(field).isTrue();
        }
    }

    @Test
    void applicationsAreListedByNameAndChosenByTheirFields() throws Exception {
        register(GRID);
        register(GRID.replace("Smart Grid Monitor", "Energy Analytics").replace("web", "api"));
        String third = id(
                register(GRID.replace("Smart Grid Monitor", "A Tracker").replace("\"monitoring\"", "\"t'racking\"")));
        assertThat(put(third, "{'status':'pending'}").statusCode()).isEqualTo(200);

        assertNames("/api/applications", "A Tracker", "Energy Analytics", "Smart Grid Monitor");
        assertNames("/api/applications?status=active", "Energy Analytics", "Smart Grid Monitor");
        assertNames("/api/applications?status=pending&category=t%27racking&platform=web", "A Tracker");
        assertNames("/api/applications?category=monit");
        assertNames("/api/applications?tenant=acme");
    }

    @Test
    void aDeviceTypeIsMatchedAsAWholeAndByActiveApplicationsOnly() throws Exception {
        String grid = id(register(GRID));
        register(GRID.replace("Smart Grid Monitor", "Both")
                .replace("[\"smart_breaker\"]", "[\"smart_breaker\",\"smart_meter\",\"smart_meter\"]"));

        JsonNode listed = assertNames("/api/applications/by-device-type/smart_breaker", "Both", "Smart Grid Monitor");
        assertThat(listed.get("device_type").textValue()).isEqualTo("smart_breaker");
        assertThat(listed.at("/applications/0/devicetypes")).hasSize(2);
        for (String other : List.of("breaker", "smart_breake", "SMART_BREAKER", "%25", "smart_breaker%2Csmart_meter")) {
            assertNames("/api/applications/by-device-type/" + other);
        }

        HttpResponse<String> several = api.post(
                "/api/applications/by-device-types", "{\"device_types\":[\"smart_meter\",\"x\"]}".getBytes(UTF_8));
        assertThat(several.statusCode()).isEqualTo(200);
        assertThat(ApiServer.json(several).get("device_types")).hasToString("[\"smart_meter\",\"x\"]");
        assertThat(ApiServer.json(several).at("/applications/0/name").textValue())
                .isEqualTo("Both");
        assertThat(ApiServer.json(several).get("count").intValue()).isEqualTo(1);

        assertThat(put(grid, "{'status':'inactive'}").statusCode()).isEqualTo(200);
        assertNames("/api/applications/by-device-type/smart_breaker", "Both");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"device_types\":[]}", "{\"device_types\":\"x\"}", "{\"device_types\":[\"\"]}", "["})
    void aSearchForNoDeviceTypeIsRefused(String body) throws Exception {
        assertProblem(api.post("/api/applications/by-device-types", body.getBytes(UTF_8)), 400);
    }

    @Test
    void aChangeLeavesWhatItDoesNotName() throws Exception {
        JsonNode before = register(GRID);
        String id = id(before);

        HttpResponse<String> answer = put(id, "{'version':'2.0.0'}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode told = ApiServer.json(answer);
        assertThat(told.fieldNames()).toIterable().containsExactly("message", "application");
        assertThat(told.get("message").textValue()).isEqualTo("Application updated successfully");
        ObjectNode expected = before.deepCopy();
        expected.put("version", "2.0.0");
        expected.set("updated_at", told.at("/application/updated_at"));
        expected.remove("api_key");
        assertThat(told.get("application")).isEqualTo(expected);
        assertThat(told.at("/application/updated_at").textValue())
                .isGreaterThan(before.get("updated_at").textValue());
        assertThat(token(before.get("api_key").textValue()).statusCode())
                .as("the key stays")
                .isEqualTo(200);

        JsonNode emptied = ApiServer.json(put(id, "{'category':null,'devicetypes':[],'name':'Smart Grid Monitor'}"))
                .get("application");
        assertThat(emptied.get("category").isNull()).isTrue();
        assertThat(emptied.get("devicetypes").isEmpty()).isTrue();
        assertThat(emptied.get("platform").textValue()).isEqualTo("web");
        assertThat(put(id, "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void aNameIsTakenOncePerTenant() throws Exception {
        register(GRID);
        String other = id(register(GRID.replace("Smart Grid Monitor", "Other")));

        for (HttpResponse<String> answer : List.of(
                api.post("/api/applications", GRID.getBytes(UTF_8)), put(other, "{'name':'Smart Grid Monitor'}"))) {
            JsonNode problem = assertProblem(answer, 409);
            assertThat(problem.get("error").textValue()).isEqualTo("Application with this name already exists");
            assertThat(problem.get("code").textValue()).isEqualTo("DUPLICATE_NAME");
        }
        assertThat(api.post("/api/applications?tenant=acme", GRID.getBytes(UTF_8))
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void ofManyThatWantANameAtOnceOneGetsIt() throws Exception {
        List<HttpResponse<String>> registered = atOnce(i -> api.post("/api/applications", GRID.getBytes(UTF_8)));
        assertThat(registered)
                .extracting(HttpResponse::statusCode)
                .containsOnlyOnce(201)
                .containsOnly(201, 409);

        database.execute(
                "INSERT INTO applications (tenant_id, name, version, developer, contact_email, key_sha256) SELECT 'default',"
                        + " 'n' || i, '1', 'd', 'a@b.c', sha256(i::text::bytea) FROM generate_series(1, 8) AS i");
        List<String> ids = new ArrayList<>();
        ApiServer.json(api.get("/api/applications")).get("applications").forEach(each -> ids.add(id(each)));
        List<HttpResponse<String>> renamed = atOnce(i -> put(ids.get(i), "{'name':'wanted'}"));
        assertThat(renamed)
                .extracting(HttpResponse::statusCode)
                .containsOnlyOnce(200)
                .containsOnly(200, 409);
    }

    private interface Asked {
        HttpResponse<String> by(int asker) throws Exception;
    }

    private static List<HttpResponse<String>> atOnce(Asked asked) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int asker = i;
                calls.add(() -> asked.by(asker));
            }
            List<HttpResponse<String>> answers = new ArrayList<>();
            for (Future<HttpResponse<String>> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void aTenantHasSoManyAndNotMore() throws Exception {
        database.execute(
                "INSERT INTO applications (tenant_id, name, version, developer, contact_email, key_sha256) SELECT 'default',"
                        + " 'n' || i, '1', 'd', 'a@b.c', sha256(i::text::bytea) FROM generate_series(1, 20) AS i");

        JsonNode problem = assertProblem(api.post("/api/applications", GRID.getBytes(UTF_8)), 409);
        assertThat(problem.get("detail").textValue()).contains("20 applications");
        assertThat(problem.has("code")).isFalse();
    }

    @Test
    void aDeletedApplicationIsGoneWithItsKey() throws Exception {
        JsonNode application = register(GRID);
        String path = "/api/applications/" + id(application);

        HttpResponse<String> answer = api.send("DELETE", path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"message\":\"Application deleted successfully\"}");
        for (HttpResponse<String> again : List.of(
                api.send("DELETE", path),
                api.get(path),
                put(id(application), "{}"),
                api.send("POST", path + "/regenerate-key"))) {
            assertThat(assertProblem(again, 404).get("error").textValue()).isEqualTo("Application not found");
        }
        assertProblem(token(application.get("api_key").textValue()), 401);
    }

    @Test
    void anotherKeyTakesThePlaceOfTheOne() throws Exception {
        JsonNode application = register(GRID);
        String old = application.get("api_key").textValue();

        HttpResponse<String> answer = api.send("POST", "/api/applications/" + id(application) + "/regenerate-key");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode told = ApiServer.json(answer);
        assertThat(told.fieldNames()).toIterable().containsExactly("message", "new_api_key");
        assertThat(told.get("message").textValue()).isEqualTo("API key regenerated successfully");
        assertProblem(token(old), 401);
        assertThat(token(told.get("new_api_key").textValue()).statusCode()).isEqualTo(200);
    }

    @Test
    void aKeyIsExchangedForATokenOfItsTenantAndTypes() throws Exception {
        HttpResponse<String> registered = api.post("/api/applications?tenant=acme", GRID.getBytes(UTF_8));
        JsonNode application = ApiServer.json(registered).get("application");
        String key = application.get("api_key").textValue();

        HttpResponse<String> answer = token(key);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode token = ApiServer.json(answer);
        await().until(() -> isGood(token));
        assertThat(verifier().verify(token.get("token").textValue()))
                .isEqualTo(new Identity("acme", Role.APP, "app-" + id(application), Set.of("smart_breaker")));
        assertThat(token.get("expires_in").intValue()).isEqualTo(900);
        assertThat(token.get("tenant_id").textValue()).isEqualTo("acme");
        assertThat(token.get("device_types")).hasToString("[\"smart_breaker\"]");
        assertThat(api.send("POST", "/api/applications/token", "Authorization", "apikey  " + key)
                        .statusCode())
                .isEqualTo(200);

        String change = "{\"status\":\"inactive\"}";
        String path = "/api/applications/" + id(application) + "?tenant=acme";
        assertThat(api.send("PUT", path, change.getBytes(UTF_8)).statusCode()).isEqualTo(200);
        assertProblem(token(key), 401);
    }

    @Test
    void aTokenDiesWithItsKeyAndIsGoodFromItsFirstMoment() throws Exception {
        JsonNode application = register(GRID);
        String path = "/api/applications/" + id(application);
        JsonNode first = ApiServer.json(token(application.get("api_key").textValue()));
        await().until(() -> isGood(first));

        HttpResponse<String> changed = api.send("POST", path + "/regenerate-key");
        JsonNode second =
                ApiServer.json(token(ApiServer.json(changed).get("new_api_key").textValue()));
        assertThat(isGood(second)).isTrue();
        await().until(() -> !isGood(first));
        assertThat(isGood(second)).isTrue();

        put(id(application), "{'devicetypes':['smart_breaker','smart_meter']}");
        put(id(application), "{'status':'inactive'}");
        await().until(() -> !isGood(second));
        put(id(application), "{'status':'active'}");
        await().until(() -> isGood(second));
        put(id(application), "{'devicetypes':['smart_meter']}");
        await().until(() -> !isGood(second));
        put(id(application), "{'devicetypes':['smart_breaker']}");
        await().until(() -> isGood(second));
        api.send("DELETE", path);
        await().until(() -> !isGood(second));
    }

    private static boolean isGood(JsonNode token) throws Exception {
        try {
            verifier().verify(token.get("token").textValue());
            return true;
        } catch (InvalidToken | KeysUnavailable e) {
            return false;
        }
    }

    private static TokenVerifier verifier() {
        return TokenVerifier.ofSecrets(
                TokenVerifier.Expected.own("caravan", "caravan"), () -> List.of(ApiServer.SECRET), api.grants);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "",
                "caravan_app_",
                "' OR true --",
                "caravan_app_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void whatIsNoKeyGetsNoToken(String key) throws Exception {
        register(GRID);

        assertProblem(token(key), 401);
        assertProblem(api.send("POST", "/api/applications/token", "Authorization", "ApiKey " + key), 401);
        assertProblem(api.send("POST", "/api/applications/token", "Authorization", "Bearer " + key), 401);
        assertProblem(api.send("POST", "/api/applications/token"), 401);
        assertProblem(token("x".repeat(5_000)), 401);
    }

    @Test
    void typesThatTheRegistryDoesNotHaveAreTakenAndTold() throws Exception {
        HttpResponse<String> answer = api.post(
                "/api/applications",
                GRID.replace("\"smart_breaker\"", "\"smart_breaker\",\"smart_braker\"")
                        .getBytes(UTF_8));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(ApiServer.json(answer).get("unknown_device_types")).hasToString("[\"smart_braker\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name          | null                | required",
                "name          | ''                  | blank",
                "name          | ' '                 | blank",
                "name          | 7                   | text",
                "name          | N101                | 100",
                "name          | 'a\\u0000'          | control",
                "version       | null                | required",
                "version       | '012345678901234567890' | 20",
                "developer     | null                | required",
                "developer     | N101                | 100",
                "contact_email | null                | required",
                "contact_email | 'nobody'            | e-mail",
                "contact_email | 'a@b'               | e-mail",
                "contact_email | 'a b@c.de'          | e-mail",
                "contact_email | 'a@b@c.de'          | e-mail",
                "category      | N101                | 50",
                "platform      | 'Web'               | one of web, mobile",
                "platform      | 'web,mobile'        | one of web, mobile",
                "platform      | ''                  | one of web, mobile",
                "devicetypes   | 'smart_breaker'     | array",
                "devicetypes   | null                | array",
                "devicetypes   | [7]                 | devicetypes[0]",
                "devicetypes   | ['a',' ']           | devicetypes[1]",
                "devicetypes   | [N101]              | devicetypes[0]",
                "devicetypes   | MANY                | bytes",
                "api_key       | 'mine'              | no such field",
                "tenant_id     | 'acme'              | no such field",
                "id            | 'x'                 | no such field"
            })
    void aMistakeIsToldByItsFieldAndChangesNothing(String field, String value, String said) throws Exception {
        String id = id(register(GRID));
        JsonNode changed = MAPPER.readTree(value.replace("N101", "'" + "n".repeat(101) + "'")
                .replace("MANY", manyTypes())
                .replace('\'', '"'));
        ObjectNode fresh = (ObjectNode) MAPPER.readTree(GRID.replace("Smart Grid Monitor", "Other"));
        String before = api.get("/api/applications").body();

        fresh.set(field, changed);
        for (HttpResponse<String> answer : List.of(
                api.post("/api/applications", fresh.toString().getBytes(UTF_8)),
                put(id, MAPPER.createObjectNode().set(field, changed).toString()))) {
            JsonNode problem = assertProblem(answer, 400);
            assertThat(problem.get("parameter").textValue()).startsWith(field);
            assertThat(problem.get("parameter").textValue()
                            + problem.get("detail").textValue())
                    .contains(said);
            assertThat(problem.get("error").textValue()).isEqualTo("Validation failed");
            assertThat(problem.get("details").fieldNames())
                    .toIterable()
                    .containsExactly(problem.get("parameter").textValue());
        }
        assertThat(api.get("/api/applications").body()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /api/applications/x,                          404",
        "GET,    /api/applications/00000000-0000-0000-0000-000000000000, 404",
        "GET,    /api/applications/by-device-types,            404",
        "GET,    /api/applications?status=gone,                400",
        "GET,    /api/applications?platform=Web,               400",
        "GET,    /api/applications?limit=1,                    400",
        "POST,   /api/applications,                            400",
        "POST,   /api/applications/token?tenant=acme&x=1,      400",
        "PATCH,  /api/applications/x,                          405",
        "DELETE, /api/applications,                            405",
        "GET,    /api/applications/x/regenerate-key,           405"
    })
    void whatCannotBeDoneIsTold(String method, String path, int status) throws Exception {
        assertProblem(api.send(method, path), status);
    }

    @Test
    void anotherTenantsApplicationIsNotThere() throws Exception {
        String path = "/api/applications/" + id(register(GRID));

        for (HttpResponse<String> answer : List.of(
                api.get(path + "?tenant=acme"),
                api.send("PUT", path + "?tenant=acme", "{\"name\":\"x\"}".getBytes(UTF_8)),
                api.send("POST", path + "/regenerate-key?tenant=acme"),
                api.send("DELETE", path + "?tenant=acme"))) {
            assertProblem(answer, 404);
        }
        assertThat(api.get(path).body()).contains("Smart Grid Monitor");
    }

    @Test
    void textsAreKeptAsTheyAreWhateverTheyLookLike() throws Exception {
        for (String text : List.of(
                "'); DROP TABLE applications; --",
                "=cmd|' /C calc'!A0",
                ":?tenant",
                "${body}",
                "<b>ü 😀</b>",
                "\\\"{}")) {
            ObjectNode application = (ObjectNode) MAPPER.readTree(GRID);
            for (String field : List.of("name", "description", "developer", "category")) {
                application.put(field, text);
            }
            application.putArray("devicetypes").add(text);
            String id = id(register(application.toString()));

            JsonNode stored = ApiServer.json(api.get("/api/applications/" + id)).get("application");
            application.properties().forEach(field -> assertThat(stored.get(field.getKey()))
                    .isEqualTo(field.getValue()));
        }
    }

    @Test
    void aPageOfSomebodyElseMayNotChangeAnything() throws Exception {
        String path = "/api/applications/" + id(register(GRID));
        for (HttpResponse<String> answer : List.of(
                api.post("/api/applications", GRID.getBytes(UTF_8), "Sec-Fetch-Site", "cross-site"),
                api.send("PUT", path, "Sec-Fetch-Site", "cross-site"),
                api.send("POST", path + "/regenerate-key", "Sec-Fetch-Site", "cross-site"),
                api.send("DELETE", path, "Sec-Fetch-Site", "cross-site"))) {
            assertProblem(answer, 403);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedWhileItArrives() throws Exception {
        assertProblem(api.post("/api/applications", new byte[1_000_000]), 413);
    }

    @Test
    void everyChangeIsHeardOf() throws Exception {
        try (TableChanges changes =
                new TableChanges(TableChanges.APPLICATIONS, database.jdbcUrl(), "postgres", () -> "")) {
            assertThat(changes.isDue()).isTrue();
            changes.read();
            String id = id(register(GRID));
            assertHeard(changes);
            put(id, "{'version':'3'}");
            assertHeard(changes);
            api.send("DELETE", "/api/applications/" + id);
            assertHeard(changes);
            assertThat(changes.isDue()).isFalse();
        }
    }

    private static void assertHeard(TableChanges changes) throws Exception {
        assertThat(changes.isDue()).isTrue();
        changes.read();
    }

    /** Each of them is short enough, and they are not too many. */
    private static String manyTypes() {
        return IntStream.range(100, 180)
                .mapToObj(i -> "'" + i + "x".repeat(60) + "'")
                .toList()
                .toString();
    }

    private static JsonNode assertNames(String path, String... names) throws Exception {
        HttpResponse<String> answer = api.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode listed = ApiServer.json(answer);
        assertThat(listed.get("applications").findValuesAsText("name")).containsExactly(names);
        assertThat(listed.get("count").intValue()).isEqualTo(names.length);
        return listed;
    }

    private static JsonNode assertProblem(HttpResponse<String> answer, int status) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = ApiServer.json(answer);
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        return problem;
    }

    private static JsonNode register(String body) throws Exception {
        String json = body.startsWith("{'") ? body.replace('\'', '"') : body;
        HttpResponse<String> answer = api.post("/api/applications", json.getBytes(UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return ApiServer.json(answer).get("application");
    }

    private static String id(JsonNode application) {
        return UUID.fromString(application.get("id").textValue()).toString();
    }

    private static HttpResponse<String> put(String id, String body) throws Exception {
        return api.send(
                "PUT", "/api/applications/" + id, body.replace('\'', '"').getBytes(UTF_8));
    }

    private static HttpResponse<String> token(String key) throws Exception {
        return api.send("POST", "/api/applications/token", "x-api-key", key);
    }
}
