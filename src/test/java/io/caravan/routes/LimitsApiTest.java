package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.Grants;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import io.caravan.tenant.TokenVerifier;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the API's server holds of fair use, over HTTP and on a real database. */
class LimitsApiTest {

    private static final int TRIES = 40;
    private static final SecretKey SECRET = new SecretKeySpec(new byte[32], "HmacSHA256");
    private static final TokenIssuer ISSUER = new TokenIssuer("caravan", "caravan", () -> List.of(SECRET));

    private static final String ADMIN = token(null, Role.ADMIN);

    private static Rows database;

    @AutoClose
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.migrated();
        TokenVerifier verifier = TokenVerifier.ofSecrets(
                TokenVerifier.Expected.own("caravan", "caravan"), () -> List.of(SECRET), new Grants());
        api = new ApiServer(database.jdbcUrl(), "127.0.0.1:1", List.of(verifier), TRIES);
    }

    @Test
    void adminsChangeWhatATenantMayUseAndItsPeopleSeeIt() throws Exception {
        String viewer = token("seen", Role.VIEWER);
        assertThat(api.get("/api/limits", bearer(viewer)).body())
                .isEqualTo("{\"tenant_id\":\"seen\",\"messages_per_second\":null,\"devices\":100000,"
                        + "\"api_calls_per_second\":null,\"own\":[],\"waiting\":{\"messages\":0,\"since\":null}}");

        HttpResponse<String> stored = put("seen", "{\"messages_per_second\":0,\"devices\":5}", ADMIN);

        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        assertThat(stored.body())
                .isEqualTo(api.get("/api/limits", bearer(viewer)).body())
                .isEqualTo("{\"tenant_id\":\"seen\",\"messages_per_second\":0,\"devices\":5,"
                        + "\"api_calls_per_second\":null,\"own\":[\"messages_per_second\",\"devices\"],"
                        + "\"waiting\":{\"messages\":0,\"since\":null}}");
        assertThat(ApiServer.json(put("seen", "{\"devices\":null}", ADMIN)).get("own"))
                .isEmpty();
    }

    @Test
    void onlyAdminsChangeLimitsAndOnlyToWhatTheyCanBe() throws Exception {
        assertThat(put("op", "{}", token("op", Role.OPERATOR)).statusCode()).isEqualTo(403);
        assertThat(api.get("/api/limits", bearer(appToken())).statusCode()).isEqualTo(403);
        for (String field : List.of("\"devices\":-1", "\"api_calls_per_second\":0", "\"messages_per_second\":\"1\"")) {
            HttpResponse<String> answer = put("op", "{" + field + "}", ADMIN);
            assertThat(answer.statusCode()).as(field).isEqualTo(400);
            assertThat(field).contains(ApiServer.json(answer).get("parameter").asText());
        }
    }

    @Test
    void requestsBeyondTheLimitAreAnswered429AndThoseOfOthersAreNot() throws Exception {
        String busy = token("busy", Role.VIEWER);
        put("busy", "{\"api_calls_per_second\":2}", ADMIN);
        await().until(() -> api.get("/api/limits", bearer(busy))
                .headers()
                .firstValue("RateLimit-Limit")
                .isPresent());

        List<HttpResponse<String>> refused = new ArrayList<>();
        await().until(() -> {
            HttpResponse<String> answer = api.get("/api/limits", bearer(busy));
            if (answer.statusCode() == 429) {
                refused.add(answer);
            }
            return !refused.isEmpty();
        });

        HttpResponse<String> answer = refused.get(0);
        JsonNode problem = ApiServer.json(answer);
        assertThat(problem.get("status").intValue()).isEqualTo(429);
        assertThat(problem.get("title").textValue()).isEqualTo("Too Many Requests");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.headers().firstValue("RateLimit-Limit")).hasValue("2");
        assertThat(answer.headers().firstValue("RateLimit-Remaining")).hasValue("0");
        assertThat(answer.headers().firstValue("RateLimit-Reset")).hasValue("1");
        assertThat(api.get("/api/limits", bearer(token("calm", Role.VIEWER))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void whoeverTriesTooOftenToGetInIsToldToWaitAndAGoodTokenStillPasses() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        HttpResponse<String> last = null;
        for (int i = 0; i < TRIES + 10; i++) {
            last = i % 2 == 0 ? api.get("/api/devices", bearer("wrong")) : api.post("/api/provision", new byte[0]);
            statuses.add(last.statusCode());
        }

        assertThat(statuses).startsWith(401).endsWith(429, 429);
        assertThat(last.headers().firstValue("Retry-After"))
                .hasValueSatisfying(
                        seconds -> assertThat(Integer.parseInt(seconds)).isBetween(1, 60));
        assertThat(api.get("/api/devices", bearer(token("calm", Role.VIEWER))).statusCode())
                .isEqualTo(200);
    }

    @Test
    void whoChangesSomethingIsNotedWithTheOutcomeAndItsOperatorsReadIt() throws Exception {
        String operator = token("noted", Role.OPERATOR);
        put("noted", "{\"devices\":7}", ADMIN);
        api.post("/api/dead-letters/replay?reason=over-quota", new byte[0], bearer(operator));
        for (int i = 0; i < 5; i++) {
            put("noted", "{}", operator);
        }
        put("other", "{\"devices\":8}", ADMIN);
        api.get("/api/devices", bearer(operator));

        await().until(() -> rows("/api/audit", operator).size() >= 3);

        assertThat(rows("/api/audit", operator))
                .extracting(
                        row -> row.get("method").textValue() + " "
                                + row.get("path").textValue() + " " + row.get("status") + " "
                                + row.get("subject").textValue() + " " + row.get("times"),
                        row -> row.get("address").textValue())
                .containsExactly(
                        tuple("PUT /api/limits 403 operator-of-noted 1", "127.0.0.1"),
                        tuple("POST /api/dead-letters/replay 202 operator-of-noted 1", "127.0.0.1"),
                        tuple("PUT /api/limits 200 admin-of-null 1", "127.0.0.1"));
        JsonNode replay = rows("/api/audit?method=POST", operator).get(0);
        assertThat(replay.get("query").textValue()).isEqualTo("reason=over-quota");
        assertThat(rows("/api/audit?subject=admin-of-null", operator)).hasSize(1);
        assertThat(rows("/api/audit?to=2020-01-01T00:00:00Z", operator)).isEmpty();
        assertThat(rows("/api/audit?tenant=other", ADMIN)).hasSize(1);
        HttpResponse<String> page = api.get("/api/audit?limit=2", bearer(operator));
        String link = page.headers().firstValue("Link").orElseThrow();
        assertThat(rows(link.substring(1, link.indexOf('>')), operator)).hasSize(1);
        assertThat(api.get("/api/audit", bearer(token("noted", Role.VIEWER))).statusCode())
                .isEqualTo(403);
    }

    @Test
    void whatAChangeHasChangedIsNotedBeforeAndAfterWithoutAnySecret() throws Exception {
        String operator = token("traced", Role.OPERATOR);
        List<String> secrets = new ArrayList<>(List.of("wifi-hunter2", "deep-hunter3"));
        String path = "/api/devices/room-1";
        JsonNode made = changed(
                operator,
                "POST",
                "/api/devices",
                "{'device_id':'room-1','tags':{'owner':'x'},"
                        + "'parameters':{'wifi_password':'wifi-hunter2','list':[{'api-key':'deep-hunter3'}],'interval':30}}");
        secrets.add(made.at("/mqtt/password").textValue());
        changed(operator, "PATCH", path, "{'label':'One','tags':{'owner':null},'parameters':{'interval':60}}");
        secrets.add(changed(operator, "POST", path + "/credentials", "")
                .at("/mqtt/password")
                .textValue());
        secrets.add(changed(operator, "POST", "/api/gateways", "{'devices':['room-1']}")
                .at("/mqtt/password")
                .textValue());
        secrets.add(changed(operator, "POST", "/api/provisioning-key", "")
                .get("provisioning_key")
                .textValue());
        JsonNode application = changed(
                operator,
                "POST",
                "/api/applications",
                "{'name':'n','version':'1','developer':'d','contact_email':'a@b.example','devicetypes':['smart_meter']}");
        secrets.add(application.at("/application/api_key").textValue());
        String key = "/api/applications/" + application.at("/application/id").textValue() + "/regenerate-key";
        secrets.add(changed(operator, "POST", key, "").get("new_api_key").textValue());
        changed(operator, "PUT", "/api/sites/hq", "{'label':'HQ'}");
        changed(operator, "PUT", "/api/sites/hq", "{'label':'Head'}");
        changed(operator, "PUT", "/api/sites/hq", "{'label':'Head'}");
        changed(ADMIN, "PUT", "/api/limits?tenant=traced", "{'devices':7}");
        assertThat(api.send("DELETE", path, bearer(operator)).statusCode()).isEqualTo(204);
        await().until(() -> rows("/api/audit", operator).size() == 12);

        List<String> noted = new ArrayList<>();
        for (JsonNode row : rows("/api/audit", operator)) {
            assertThat(row.get("changes_in_all").intValue())
                    .isEqualTo(row.get("changes").size());
            for (JsonNode change : row.get("changes")) {
                noted.add(change.get("changed").textValue().replaceAll("-[a-z2-9]{8}$", "") + " " + change.get("before")
                        + " " + change.get("after"));
            }
        }
        String time = "\"\\d{4}-[^\"]*\"";
        assertThat(noted.stream()
                        .map(change ->
                                change.replaceAll(time, "T").replace('"', '\'').replaceAll("[0-9a-f-]{36}", "ID")))
                .containsExactlyInAnyOrder(
                        "devices/room-1 null {'tags':{'owner':'x'},'label':'room-1','parameters':"
                                + "{'list':[{'api-key':'***'}],'interval':30,'wifi_password':'***'},'device_type':'unknown'}",
                        "mqtt_users/traced-room_1 null {'label':'room-1','devices':['room-1'],'enabled':true,'password_at':T}",
                        "devices/room-1 {'tags':{'owner':'x'},'label':'room-1','parameters':{'interval':30}}"
                                + " {'tags':{},'label':'One','parameters':{'interval':60}}",
                        "mqtt_users/traced-room_1 {'password_at':T} {'password_at':T}",
                        "mqtt_users/traced-gateway null {'label':'gateway','devices':['room-1'],'enabled':true,'password_at':T}",
                        "provisioning_keys null {'created_at':T}",
                        "applications/ID null {'name':'n','status':'active','version':'1','developer':'d','updated_at':T,"
                                + "'devicetypes':['smart_meter'],'contact_email':'a@b.example'}",
                        "applications/ID {'updated_at':T} {'updated_at':T}",
                        "sites/hq null {'label':'HQ'}",
                        "sites/hq {'label':'HQ'} {'label':'Head'}",
                        "tenant_limits null {'devices':7}",
                        "devices/room-1 {'decommissioned_at':null} {'decommissioned_at':T}",
                        "mqtt_users/traced-room_1 {'label':'room-1','devices':['room-1'],'enabled':true,'password_at':T} null",
                        "mqtt_users/traced-gateway {'devices':['room-1']} {'devices':[]}");
        assertNowhere(secrets);
        assertThat(rows("/api/audit", token("untraced", Role.OPERATOR))).isEmpty();
    }

    @Test
    void whatIsAskedOfDevicesAndDeadLettersIsNotedAndOfF2ParametersWhatDiffers() throws Exception {
        String operator = token("asked", Role.OPERATOR);
        String template = "{'name':'t','data_points':[{'label':'A','format':'Uint8','offset':0},"
                + "{'label':'B','format':'Uint8','offset':1,'scale':%s}]}";
        changed(operator, "PUT", "/api/device-templates/t", template.formatted("1"));
        changed(operator, "PUT", "/api/device-templates/t", template.formatted("2.50"));
        changed(operator, "PUT", "/api/device-templates/t", template.formatted("2.5"));
        changed(
                operator,
                "PUT",
                "/api/device-templates/t",
                template.formatted("2.5").replace("'A'", "'X'").replace("'B'", "'A'"));
        String controller =
                "{'connectors':[{'connector':1,'pins':[{'pin':1,'template':'t','name':'%s'},{'pin':2,'template':'t'}]}]}";
        changed(operator, "PUT", "/api/controllers/asked1", controller.formatted("One"));
        changed(operator, "PUT", "/api/controllers/asked1", controller.formatted("Uno"));
        assertThat(api.send("DELETE", "/api/controllers/asked1", bearer(operator))
                        .statusCode())
                .isEqualTo(204);
        assertThat(api.send("DELETE", "/api/device-templates/t", bearer(operator))
                        .statusCode())
                .isEqualTo(204);
        changed(operator, "POST", "/api/devices", "{'device_id':'door'}");
        // Kafka is away, so it stays unsent
        assertThat(api.post("/api/devices/door/commands", "opensesame".getBytes(UTF_8), bearer(operator))
                        .statusCode())
                .isEqualTo(503);
        database.execute(
                "INSERT INTO dead_letters (tenant_id, origin_topic, origin_partition, origin_offset, reason, detail,"
                        + " stage, failed_at, attempts, payload, payload_length, payload_sha256)"
                        + " SELECT 'asked', 'iot.raw', 77, n, 'not-an-object', '', 'enrich', now(), 1, '\\x5b', 1, '0'"
                        + " FROM generate_series(1, 3) AS n");
        api.post("/api/dead-letters/replay", new byte[0], bearer(operator));
        long letter = ApiServer.json(api.get("/api/dead-letters?limit=1", bearer(operator)))
                .get(0)
                .get("id")
                .longValue();
        assertThat(api.post("/api/dead-letters/" + letter + "/replay", new byte[0], bearer(operator))
                        .statusCode())
                .isEqualTo(202);
        await().until(() -> rows("/api/audit", operator).size() == 12);

        List<String> noted = new ArrayList<>();
        for (JsonNode row : rows("/api/audit", operator)) {
            row.get("changes")
                    .forEach(change -> noted.add(change.get("changed").textValue() + " " + change.get("before") + " "
                            + change.get("after")));
        }
        assertThat(noted.stream().map(change -> change.replace('"', '\'')
                        .replaceAll("'\\d{4}-[^']*'", "T")
                        .replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID")
                        .replaceAll("('replay'|'first_id'|'last_id'):\\d+", "$1:N")))
                .contains(
                        "f2_data_points/t/2 {'scale':1} {'scale':2.5}",
                        "f2_pins/asked1/1/1 {'name':'One'} {'name':'Uno'}",
                        "f2_pins/asked1/1/2 {'name':'','template_id':'t','serial_number':''} null",
                        "f2_controllers/asked1 {'name':'','model':'','serial_number':''} null",
                        "commands/door/ID null {'topic':'iot/asked/door/commands','expires_at':T,"
                                + "'content_type':'application/json'}",
                        "dead_letters null {'replay':N,'last_id':N,'first_id':N,'requested':3}",
                        "dead_letters null {'replay':N,'last_id':N,'first_id':N,'requested':1}")
                .filteredOn(change -> change.startsWith("f2_data_points"))
                .as("two are new, one gets another scale, two another label, two go")
                .hasSize(2 + 1 + 4 + 2);
        assertThat(database.list("SELECT c::text FROM audit_changes AS c").toString())
                .doesNotContain("opensesame");
    }

    @Test
    void whoComesWithAKeyIsNotedByWhatItTellsAndWhoComesWithoutAGoodTokenAsNobody() throws Exception {
        TokenVerifier verifier = TokenVerifier.ofSecrets(
                TokenVerifier.Expected.own("caravan", "caravan"), () -> List.of(SECRET), new Grants());
        try (ApiServer door = new ApiServer(database.jdbcUrl(), "127.0.0.1:1", List.of(verifier), TRIES)) {
            String operator = token("keyed", Role.OPERATOR);
            HttpResponse<String> token = door.post(
                    "/api/generate-token",
                    "{\"tenant_id\":\"keyed\"}".getBytes(UTF_8),
                    "x-master-key",
                    ApiServer.MASTER_KEY);
            String key = ApiServer.json(door.post("/api/provisioning-key", new byte[0], bearer(operator)))
                    .get("provisioning_key")
                    .textValue();
            door.post("/api/provision", "{\"device_id\":\"self\"}".getBytes(UTF_8), "X-Provisioning-Key", key);
            HttpResponse<String> application = door.post(
                    "/api/applications",
                    ("{\"name\":\"n\",\"version\":\"1\",\"developer\":\"d\",\"contact_email\":\"a@b.example\","
                                    + "\"devicetypes\":[\"smart_meter\"]}")
                            .getBytes(UTF_8),
                    bearer(operator));
            String applicationKey =
                    ApiServer.json(application).at("/application/api_key").textValue();
            door.post("/api/applications/token", new byte[0], "x-api-key", applicationKey);
            for (int i = 0; i < 12; i++) {
                door.send("HEAD", "/api/devices", bearer("wrong"));
            }
            for (int i = 0; i < 3; i++) {
                door.send("MADEUP" + i, "/api/invented", bearer("wrong"));
            }
            door.post("/api/provision", new byte[0], "X-Provisioning-Key", "nobody-has-this");
            await().untilAsserted(() -> assertThat(unknown("OTHER", "/api/invented"))
                    .as("no method of its own")
                    .isNotEmpty());
            assertThat(database.list("SELECT FROM audit_log WHERE method LIKE 'MADEUP%'"))
                    .isEmpty();
            await().until(() -> rows("/api/audit", operator).size() == 5);

            List<String> noted = new ArrayList<>();
            for (JsonNode row : rows("/api/audit", operator)) {
                noted.add(row.get("path").textValue() + " "
                        + row.get("subject").textValue().replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID") + " "
                        + row.get("role").textValue() + " " + row.get("status") + " " + row.get("changes_in_all"));
            }
            assertThat(noted)
                    .containsExactlyInAnyOrder(
                            "/api/generate-token user-keyed operator 200 1",
                            "/api/provisioning-key operator-of-keyed operator 201 1",
                            "/api/provision provisioning key operator 201 2",
                            "/api/applications operator-of-keyed operator 201 1",
                            "/api/applications/token app-ID app 200 0");
            await().until(() -> !unknown("HEAD", "/api/devices").isEmpty()
                    && !unknown("POST", "/api/provision").isEmpty());
            assertThat(unknown("HEAD", "/api/devices"))
                    .as("those that are alike share rows")
                    .hasSizeLessThan(12);
            assertNowhere(List.of(
                    ApiServer.MASTER_KEY,
                    key,
                    applicationKey,
                    ApiServer.json(token).get("token").textValue()));
        }
    }

    /** What is noted of those who came without a good token, or with a key that is nobody's. */
    private static List<?> unknown(String method, String path) throws Exception {
        return database.list("SELECT times FROM audit_log WHERE tenant_id = '/' AND status = 401 AND method = '"
                + method + "' AND path = '" + path + "'");
    }

    /** Neither themselves nor their hashes. */
    private static void assertNowhere(List<String> secrets) throws Exception {
        String kept = database.list("SELECT a::text FROM audit_log AS a").toString()
                + database.list("SELECT c::text FROM audit_changes AS c");
        for (String secret : secrets) {
            byte[] hash = Credentials.sha256(secret);
            assertThat(secret).hasSizeGreaterThan(10);
            assertThat(kept)
                    .doesNotContain(
                            secret,
                            HexFormat.of().formatHex(hash),
                            Base64.getEncoder().encodeToString(hash),
                            Base64.getUrlEncoder().withoutPadding().encodeToString(hash));
        }
    }

    private static JsonNode changed(String token, String method, String path, String body) throws Exception {
        HttpResponse<String> answer =
                api.send(method, path, body.replace('\'', '"').getBytes(UTF_8), "Authorization", "Bearer " + token);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return ApiServer.json(answer);
    }

    @Test
    void theDocumentationPageComesFromHereAndAsksNobodyElse() throws Exception {
        HttpResponse<String> page = api.get("/api/docs/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy")).hasValueSatisfying(policy -> assertThat(policy)
                .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'")
                .doesNotContain("http", "*"));
        assertThat(page.body()).doesNotContain("//");
        for (String file : List.of("swagger-ui/swagger-ui-bundle.js", "swagger-ui/swagger-ui.css", "docs.js")) {
            assertThat(page.body()).contains(file.replace("docs.js", "\"docs.js\""));
            assertThat(api.get("/api/docs/" + file).statusCode()).as(file).isEqualTo(200);
        }
        assertThat(api.get("/api/docs").headers().firstValue("Location")).hasValue("docs/");
        assertThat(api.get("/api/docs/../../application.properties").statusCode())
                .isNotEqualTo(200);
        assertThat(api.get("/api/docs/application.properties").statusCode()).isEqualTo(404);
    }

    @Test
    void pagesOfAllowedOriginsMayAskAndThoseOfOthersAreToldNothing() throws Exception {
        String[] preflight = {
            "Origin", ApiServer.PAGE,
            "Access-Control-Request-Method", "PUT",
            "Access-Control-Request-Headers", "authorization,content-type"
        };
        HttpResponse<String> allowed = api.send("OPTIONS", "/api/limits", preflight);
        assertThat(allowed.statusCode()).isEqualTo(204);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).hasValue(ApiServer.PAGE);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Methods"))
                .hasValueSatisfying(methods -> assertThat(methods).contains("PUT"));
        String[] page = {"Origin", ApiServer.PAGE, "Sec-Fetch-Site", "cross-site", "Authorization", "Bearer " + ADMIN};
        HttpResponse<String> answer = api.put("/api/limits?tenant=paged", "{}".getBytes(UTF_8), page);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue(ApiServer.PAGE);

        page[1] = preflight[1] = "https://elsewhere.example";
        assertThat(api.send("OPTIONS", "/api/limits", preflight).headers().firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
        assertThat(api.put("/api/limits?tenant=paged", "{}".getBytes(UTF_8), page)
                        .statusCode())
                .isEqualTo(403);
        HttpResponse<String> read = api.get("/api/limits", page);
        assertThat(read.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertThat(read.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(read.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void nobodyChangesTheAuditLog() throws Exception {
        put("kept", "{}", ADMIN);
        await().until(() -> rows("/api/audit?tenant=kept", ADMIN).size() == 1);
        for (String change :
                List.of("DELETE FROM audit_log", "UPDATE audit_log SET status = 200", "TRUNCATE audit_log")) {
            assertThatThrownBy(() -> database.execute(change)).as(change).hasMessageContaining("only ever added to");
        }
        assertThatThrownBy(() -> database.execute("SELECT forget_audit('1 hour')"))
                .hasMessageContaining("a day or longer");
        database.execute("SELECT forget_audit('1 day')");
        assertThat(rows("/api/audit?tenant=kept", ADMIN)).hasSize(1);
        database.execute("INSERT INTO audit_log (tenant_id, at, method, path, status, address)"
                + " VALUES ('kept', now() - interval '2 days', 'PUT', '/old', 200, '')");
        assertThat(rows("/api/audit?tenant=kept", ADMIN)).hasSize(2);
        database.execute("SELECT forget_audit('1 day')");
        assertThat(rows("/api/audit?tenant=kept", ADMIN)).hasSize(1);
    }

    private static JsonNode rows(String path, String token) throws Exception {
        return ApiServer.json(api.get(path, bearer(token)));
    }

    private static HttpResponse<String> put(String tenant, String body, String token) throws Exception {
        return api.put("/api/limits?tenant=" + tenant, body.getBytes(UTF_8), bearer(token));
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    private static String appToken() {
        return ISSUER.issue(new Identity("op", Role.APP, "app", Set.of("smart_meter")), Duration.ofHours(1));
    }

    private static String token(String tenant, Role role) {
        return ISSUER.issue(new Identity(tenant, role, role.label() + "-of-" + tenant), Duration.ofHours(1));
    }
}
