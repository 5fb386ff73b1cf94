package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.store.Migrations;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import io.caravan.tenant.TokenVerifier;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the API's server holds of fair use, over HTTP and on a real database. */
class LimitsApiTest {

    private static final int TRIES = 40;
    private static final SecretKey SECRET = new SecretKeySpec(new byte[32], "HmacSHA256");
    private static final TokenIssuer ISSUER = new TokenIssuer("caravan", "caravan", () -> List.of(SECRET));

    private static final String ADMIN = token(null, Role.ADMIN);

    private static EmbeddedPostgres postgres;
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
        String url = postgres.getJdbcUrl("postgres", "postgres");
        new Migrations(Path.of("sql"), url, "postgres", "").run();
        TokenVerifier verifier =
                TokenVerifier.ofSecrets(TokenVerifier.Expected.own("caravan", "caravan"), () -> List.of(SECRET));
        api = new ApiServer(url, "127.0.0.1:1", List.of(verifier), TRIES);
    }

    @AfterAll
    static void stop() throws Exception {
        api.close();
        postgres.close();
    }

    @Test
    void adminsChangeWhatATenantMayUseAndItsPeopleSeeIt() throws Exception {
        String viewer = token("seen", Role.VIEWER);
        assertThat(api.get("/api/limits", bearer(viewer)).body())
                .isEqualTo("{\"tenant_id\":\"seen\",\"messages_per_second\":null,\"devices\":100000,"
                        + "\"api_calls_per_second\":null,\"own\":[]}");

        HttpResponse<String> stored = put("seen", "{\"messages_per_second\":0,\"devices\":5}", ADMIN);

        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        assertThat(stored.body())
                .isEqualTo(api.get("/api/limits", bearer(viewer)).body())
                .isEqualTo("{\"tenant_id\":\"seen\",\"messages_per_second\":0,\"devices\":5,"
                        + "\"api_calls_per_second\":null,\"own\":[\"messages_per_second\",\"devices\"]}");
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
