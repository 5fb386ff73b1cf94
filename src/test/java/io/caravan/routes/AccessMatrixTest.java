package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.HostileTexts;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import io.caravan.tenant.Grants;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import io.caravan.tenant.TokenVerifier;
import io.caravan.tenant.TokenVerifier.Expected;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every endpoint that the API describes, asked by everybody: the roles of two tenants, an application, and those whose tokens
 * are none. What each may is declared in {@code src/test/resources/access.txt}; an endpoint that is not declared there fails.
 */
class AccessMatrixTest {

    private static final SecretKey SECRET = key("a-secret-of-this-test-of-32-bytes!");
    private static final SecretKey OTHER = key("another-secret-of-this-test-32-bytes");
    private static final Duration MINUTES = Duration.ofMinutes(10);

    /** Stands in what belongs to the tenant beta, and in nothing else. */
    private static final String MARK = "of-beta-only";

    private static ApiServer api;
    private static Map<String, String> tokens;
    private static Map<String, Set<String>> declared;
    private static TreeMap<String, JsonNode> described;

    @BeforeAll
    static void start() throws Exception {
        Rows database = Postgres.migrated();
        database.execute(Files.readString(Path.of("src/test/resources/two-tenants.sql")));
        Expected expected = Expected.own("caravan", "caravan");
        api = new ApiServer(
                database.jdbcUrl(),
                "127.0.0.1:1",
                List.of(TokenVerifier.ofSecrets(expected, () -> List.of(SECRET), new Grants())));
        tokens = tokens();
        declared = declared();
        described = described();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static Map<String, String> tokens() {
        TokenIssuer issuer = new TokenIssuer("caravan", "caravan", () -> List.of(SECRET));
        Identity operator = new Identity("alpha", Role.OPERATOR, "operator");
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put("admin", issuer.issue(new Identity(null, Role.ADMIN, "admin"), MINUTES));
        tokens.put("operator", issuer.issue(operator, MINUTES));
        tokens.put("viewer", issuer.issue(new Identity("alpha", Role.VIEWER, "viewer"), MINUTES));
        tokens.put("app", issuer.issue(new Identity("alpha", Role.APP, "app", Set.of("smart_meter")), MINUTES));
        tokens.put("expired", issuer.issue(operator, Duration.ofMinutes(-5)));
        tokens.put("forged", new TokenIssuer("caravan", "caravan", () -> List.of(OTHER)).issue(operator, MINUTES));
        tokens.put("foreign", new TokenIssuer("somebody", "caravan", () -> List.of(SECRET)).issue(operator, MINUTES));
        tokens.put("misdirected", new TokenIssuer("caravan", "other", () -> List.of(SECRET)).issue(operator, MINUTES));
        tokens.put("garbage", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.");
        tokens.put("none", null);
        return tokens;
    }

    /** Of each endpoint, who may ask it. */
    private static Map<String, Set<String>> declared() throws Exception {
        Map<String, Set<String>> declared = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("src/test/resources/access.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] words = line.strip().split("\\s+");
                declared.put(
                        words[0] + " " + words[1], Set.copyOf(List.of(words).subList(2, words.length)));
            }
        }
        return declared;
    }

    private static TreeMap<String, JsonNode> described() throws Exception {
        TreeMap<String, JsonNode> described = new TreeMap<>();
        JsonNode document = ApiServer.json(api.get("/api/openapi.json"));
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                described.put(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), method.getValue());
            }
        }
        return described;
    }

    @Test
    void everyEndpointIsDeclared() {
        assertThat(described.keySet()).isEqualTo(new TreeSet<>(declared.keySet()));
    }

    @TestFactory
    Stream<DynamicTest> everybodyMayWhatIsDeclaredAndNothingElse() {
        return declared.entrySet().stream()
                .map(endpoint -> dynamicTest(endpoint.getKey(), () -> {
                    String[] words = endpoint.getKey().split(" ");
                    for (Map.Entry<String, String> who : tokens.entrySet()) {
                        HttpResponse<String> answer = ask(words[0], path(words[1]), who.getValue(), "{}");
                        assertAccess(endpoint, who.getKey(), answer);
                        if (!who.getKey().equals("admin")) {
                            assertThat(answer.body().replace(MARK + "x", ""))
                                    .as(who.getKey())
                                    .doesNotContain(MARK);
                        }
                    }
                }));
    }

    private static void assertAccess(Map.Entry<String, Set<String>> endpoint, String who, HttpResponse<String> answer) {
        Set<String> allowed = endpoint.getValue();
        boolean signedIn = Set.of("admin", "operator", "viewer", "app").contains(who);
        if (allowed.contains("public")) {
            assertThat(answer.statusCode()).as(who).isNotEqualTo(500);
        } else if (!signedIn) {
            assertThat(answer.statusCode()).as(who).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"caravan\"");
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        } else if (allowed.contains(who)) {
            assertThat(answer.statusCode()).as(who + ": " + answer.body()).isNotIn(401, 403, 405, 500);
        } else {
            assertThat(answer.statusCode()).as(who + ": " + answer.body()).isEqualTo(403);
        }
    }

    /** The same, asked for the other tenant. */
    @TestFactory
    Stream<DynamicTest> nobodyButAnAdminEntersAnotherTenant() {
        return declared.entrySet().stream()
                .filter(endpoint -> !endpoint.getValue().contains("public") && takesTenant(endpoint.getKey()))
                .map(endpoint -> dynamicTest(endpoint.getKey(), () -> {
                    String[] words = endpoint.getKey().split(" ");
                    String path = path(words[1]);
                    String other = path + (path.contains("?") ? "&" : "?") + "tenant=beta";
                    for (String who : List.of("operator", "viewer", "app")) {
                        HttpResponse<String> answer = ask(words[0], other, tokens.get(who), "{}");
                        assertThat(answer.statusCode())
                                .as(who + ": " + answer.body())
                                .isIn(400, 403, 404, 415);
                        assertThat(answer.body()).doesNotContain(MARK);
                    }
                    assertThat(ask(words[0], other, tokens.get("admin"), "{}").statusCode())
                            .isNotIn(401, 403, 500);
                }));
    }

    private static boolean takesTenant(String endpoint) {
        for (JsonNode parameter : described.get(endpoint).path("parameters")) {
            if (parameter.get("name").textValue().equals("tenant")) {
                return true;
            }
        }
        return false;
    }

    @TestFactory
    Stream<DynamicTest> hostileTextInEveryParameterIsJustText() {
        return declared.keySet().stream()
                .map(endpoint -> dynamicTest(endpoint, () -> {
                    String[] words = endpoint.split(" ");
                    for (String text : HostileTexts.ALL) {
                        String encoded = java.net.URLEncoder.encode(text, UTF_8);
                        List<String> paths = new ArrayList<>();
                        paths.add(words[1].replaceAll("\\{\\w+}", encoded.replace("+", "%20")));
                        for (JsonNode parameter : described.get(endpoint).path("parameters")) {
                            if (parameter.get("in").textValue().equals("query")) {
                                String path = path(words[1]);
                                paths.add(path + (path.contains("?") ? "&" : "?")
                                        + parameter.get("name").textValue() + "=" + encoded);
                            }
                        }
                        for (String path : paths) {
                            HttpResponse<String> answer =
                                    ask(words[0], path, tokens.get("operator"), "{\"label\":\"hostile\"}");
                            assertThat(answer.statusCode())
                                    .as(path + ": " + answer.body())
                                    .isNotEqualTo(500);
                            assertThat(answer.body().replace(MARK + "x", ""))
                                    .as(path)
                                    .doesNotContain(MARK);
                        }
                    }
                }));
    }

    @Test
    void anApplicationSeesDevicesOfItsTypesOnly() throws Exception {
        String app = tokens.get("app");
        assertThat(names(app, "/api/devices", "device_id")).containsExactly("meter-1");
        assertThat(names(app, "/api/presence", "device_id")).containsExactly("meter-1");
        assertThat(names(app, "/api/readings?device=meter-1", "metric")).containsExactly("energy");
        assertThat(names(app, "/api/events?device=meter-1", "kind")).containsExactly("event");
        assertThat(names(app, "/api/devices/meter-1/latest", "metric")).containsExactly("energy");
        for (String path : List.of(
                "/api/devices/breaker-1",
                "/api/devices/breaker-1/latest",
                "/api/readings?device=breaker-1",
                "/api/events?device=breaker-1",
                "/api/trend-statistics?device=breaker-1",
                "/api/aggregates?device=breaker-1")) {
            assertThat(ask("GET", path, app, null).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void aTenantSeesItsOwn() throws Exception {
        assertThat(names(tokens.get("viewer"), "/api/devices", "device_id")).contains("meter-1", "breaker-1");
        assertThat(names(tokens.get("viewer"), "/api/devices", "label")).doesNotContain(MARK);
        assertThat(names(tokens.get("admin"), "/api/devices?tenant=beta", "label"))
                .contains(MARK);
        assertThat(names(tokens.get("admin"), "/api/devices", "label")).doesNotContain(MARK, "a meter");
    }

    /** A path that is another to a part of the server, but not to the rest. */
    @Test
    void thereIsNoWayAround() throws Exception {
        for (String path : List.of(
                "//api/devices",
                "/api//devices",
                "/api/./devices",
                "/x/../api/devices",
                "/api/docs/../devices",
                "/api/docs/%2e%2e/devices",
                "/%61pi/devices",
                "/api/devices/",
                "/api/devices?",
                "/api/devices;jsessionid=1",
                "/api/generate-token/../devices")) {
            HttpResponse<String> answer = ask("GET", path, null, null);
            assertThat(answer.statusCode()).as(path).isIn(400, 401, 404);
            assertThat(answer.body()).doesNotContain("meter-1");
        }
        for (String header : List.of("Basic YTpi", "Bearer", "Bearer ", "bearer x", "Token x", " Bearer x")) {
            assertThat(api.get("/api/devices", "Authorization", header).statusCode())
                    .as(header)
                    .isEqualTo(401);
        }
        assertThat(api.get("/api/devices", "CamelVertxPlatformHttpAuthenticatedUser", "admin")
                        .statusCode())
                .isEqualTo(401);
        assertThat(api.get("/api/devices", "Authorization", "bEARER " + tokens.get("viewer"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.get("/readyz").statusCode())
                .as("health is for everybody")
                .isIn(200, 503);
    }

    /** Connections are reused after answers, mistakes and roll-backs; nobody finds what another has left. */
    @Test
    void tenantsThatShareConnectionsNeverSeeEachOther() throws Exception {
        TokenIssuer issuer = new TokenIssuer("caravan", "caravan", () -> List.of(SECRET));
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 1; i <= 50; i++) {
                String tenant = "tenant-" + i;
                String token = issuer.issue(new Identity(tenant, Role.OPERATOR, tenant), MINUTES);
                work.add(() -> {
                    for (int n = 0; n < 30; n++) {
                        switch (ThreadLocalRandom.current().nextInt(4)) {
                            case 0 -> ask("GET", "/api/devices?limit=nothing", token, null);
                            case 1 ->
                                ask("PUT", "/api/controllers/stolen", token, "{\"name\":\"x\",\"connectors\":[]}");
                            case 2 ->
                                assertThat(ask("GET", "/api/devices?tenant=beta", token, null)
                                                .statusCode())
                                        .isEqualTo(403);
                            default -> {}
                        }
                        HttpResponse<String> answer = ask("GET", "/api/devices", token, null);
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                        for (JsonNode device : ApiServer.json(answer)) {
                            assertThat(device.get("label").textValue()).isIn(tenant, "x", "f2-stolen");
                        }
                        assertThat(answer.body()).contains("\"" + tenant + "\"");
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** As a simulator of the replaced system does it: a token, then its devices. */
    @Test
    void theMasterKeyMakesTokensOfOneTenant() throws Exception {
        HttpResponse<String> made = generate(ApiServer.MASTER_KEY, "{\"tenant_id\":\"gamma\"}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        String token = ApiServer.json(made).get("token").textValue();
        Identity identity = TokenVerifier.ofSecrets(
                        Expected.own("caravan", "caravan"), () -> List.of(ApiServer.SECRET), new Grants())
                .verify(token);
        assertThat(identity).isEqualTo(new Identity("gamma", Role.OPERATOR, "user-gamma"));
        assertThat(generate(ApiServer.MASTER_KEY, "{\"tenant_id\":\"gamma\"}").statusCode())
                .isEqualTo(200);
        assertThat(names(tokens.get("admin"), "/api/devices?tenant=gamma", "label"))
                .containsExactly("Demo Sensor");
        assertThat(ApiServer.json(ask("GET", "/api/tenants", tokens.get("admin"), null)))
                .extracting(JsonNode::textValue)
                .contains("alpha", "beta", "gamma");

        for (String key : List.of("", "x", ApiServer.MASTER_KEY + "x", ApiServer.MASTER_KEY.substring(1))) {
            HttpResponse<String> refused = generate(key, "{\"tenant_id\":\"gamma\"}");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(ApiServer.json(refused).get("error").textValue()).isEqualTo("Forbidden");
        }
        for (String body : List.of("", "{}", "{\"tenant_id\":\"\"}", "{\"tenant_id\":7}", "[", "\"x\"")) {
            assertThat(generate(ApiServer.MASTER_KEY, body).statusCode())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(ApiServer.json(generate(ApiServer.MASTER_KEY, "{}"))
                        .get("error")
                        .textValue())
                .isEqualTo("tenant_id is required");
        assertThat(generate(ApiServer.MASTER_KEY, "{\"tenant_id\":\"a/b\"}").statusCode())
                .isEqualTo(400);
    }

    private static HttpResponse<String> generate(String key, String body) throws Exception {
        return api.send(
                "POST",
                "/api/generate-token",
                body.getBytes(UTF_8),
                "Content-Type",
                "application/json",
                "x-master-key",
                key);
    }

    private static List<String> names(String token, String path, String member) throws Exception {
        HttpResponse<String> answer = ask("GET", path, token, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        List<String> names = new ArrayList<>();
        ApiServer.json(answer).forEach(element -> names.add(element.get(member).textValue()));
        return names;
    }

    /** What an endpoint needs to be asked. */
    private static String path(String template) {
        String path = template.replaceAll("\\{\\w+}", "1");
        return switch (template) {
            case "/api/readings", "/api/events", "/api/trend-statistics", "/api/aggregates" -> path + "?device=meter-1";
            case "/api/dead-letters/replay" -> path + "?dry_run=true";
            default -> path;
        };
    }

    private static HttpResponse<String> ask(String method, String path, String token, String body) throws Exception {
        List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json"));
        if (token != null) {
            headers.addAll(List.of("Authorization", "Bearer " + token));
        }
        String[] all = headers.toArray(String[]::new);
        return body == null || method.equals("GET")
                ? api.send(method, path, all)
                : api.send(method, path, body.getBytes(UTF_8), all);
    }

    private static SecretKey key(String text) {
        return new SecretKeySpec(text.getBytes(UTF_8), "HmacSHA256");
    }
}
