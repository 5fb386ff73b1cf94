package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.Grants;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import io.caravan.tenant.TokenVerifier;
import io.caravan.tenant.TokenVerifier.Expected;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gateways over HTTP, on a real database, whose row-level security holds. */
class GatewaysApiTest {

    private static final TokenIssuer ISSUER = new TokenIssuer("caravan", "caravan", () -> List.of(ApiServer.SECRET));
    private static final String ADMIN = token(null, Role.ADMIN);
    private static final String ACME = token("acme", Role.OPERATOR);
    private static final String VIEWER = token("acme", Role.VIEWER);
    private static final String OTHER = token("other", Role.OPERATOR);

    private static Rows database;

    @AutoClose
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.migrated();
        Expected expected = Expected.own("caravan", "caravan");
        api = new ApiServer(
                database.jdbcUrl(),
                "127.0.0.1:1",
                List.of(TokenVerifier.ofSecrets(expected, () -> List.of(ApiServer.SECRET), new Grants())));
    }

    @BeforeEach
    void empty() throws Exception {
        database.execute("TRUNCATE devices, mqtt_users, topic_prefixes, f2_controllers CASCADE");
    }

    @Test
    void aGatewayIsMadeAndToldItsPasswordOnce() throws Exception {
        HttpResponse<String> made = send(
                ACME,
                "POST",
                "/api/gateways",
                "{'label':'East wing','devices':['room-1','room-2','room-1'],'topic_prefixes':['building/room1']}");

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        JsonNode gateway = ApiServer.json(made);
        String user = gateway.get("username").textValue();
        assertThat(user).matches("acme-East_wing-[a-z2-9]{8}");
        assertThat(made.headers().firstValue("Location")).hasValue(path(user));
        assertThat(gateway.at("/mqtt/username").textValue()).isEqualTo(user);
        assertThat(gateway.get("devices").toString()).isEqualTo("[\"room-1\",\"room-2\"]");
        assertPassword(user, gateway);
        HttpResponse<String> read = send(VIEWER, "GET", path(user), null);
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.body()).doesNotContain("mqtt").doesNotContain("password\"");
        assertThat(send(VIEWER, "GET", "/api/gateways", null).body()).isEqualTo('[' + read.body() + ']');
        assertThat(send(ADMIN, "GET", "/api/gateways?tenant=acme", null).body()).isEqualTo('[' + read.body() + ']');
        assertThat(database.list("SELECT tenant_id FROM topic_prefixes WHERE prefix = 'building/room1'"))
                .containsExactly("acme");

        JsonNode renewed = ApiServer.json(send(ACME, "POST", path(user) + "/credentials", ""));
        assertThat(renewed.at("/mqtt/password")).isNotEqualTo(gateway.at("/mqtt/password"));
        assertPassword(user, renewed);
    }

    @Test
    void aPatchChangesWhatItNamesAndWhatIsNamedNoMoreIsFree() throws Exception {
        String user =
                made("{'label':'x','devices':['a'],'topic_prefixes':['building/plug','building/lamp','spBv1.0/p1']}");

        assertThat(changed(user, "{'devices':['a','b']}").get("topic_prefixes")).hasSize(3);
        JsonNode less = changed(user, "{'label':null,'topic_prefixes':['building/lamp']}");
        assertThat(less.get("label").textValue()).isEqualTo("gateway");
        assertThat(less.get("devices").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(prefixes()).containsExactly("building/acme", "building/lamp", "spBv1.0/p1");
        assertThat(changed(user, less.toString()))
                .as("sent back as it was read")
                .isEqualTo(less);
        assertThat(send(OTHER, "POST", "/api/gateways", "{'topic_prefixes':['building/plug']}")
                        .statusCode())
                .isEqualTo(201);
        assertProblem(
                send(ACME, "PATCH", path(user), "{'topic_prefixes':['building/plug']}"), 409, null, "building/plug");
        assertThat(prefixes())
                .as("nothing has changed")
                .containsExactly("building/acme", "building/lamp", "spBv1.0/p1");

        made("{'topic_prefixes':['building/lamp']}");
        assertThat(send(ACME, "DELETE", path(user), null).statusCode()).isEqualTo(204);
        assertThat(prefixes())
                .as("another gateway has it")
                .containsExactly("building/acme", "building/lamp", "spBv1.0/p1");
        assertProblem(send(ACME, "DELETE", path(user), null), 404, null, "no such gateway");
    }

    @Test
    void aChangeMayNameTheVersionThatItIsOf() throws Exception {
        HttpResponse<String> made = send(ACME, "POST", "/api/gateways", "{'devices':['a']}");
        String user = ApiServer.json(made).get("username").textValue();
        String first = etag(made);
        assertThat(etag(send(VIEWER, "GET", path(user), null))).isEqualTo(first);

        HttpResponse<String> changed = send(ACME, "PATCH", path(user), "{'label':'x'}", first);
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        assertThat(etag(changed)).isNotEqualTo(first).isEqualTo(etag(send(VIEWER, "GET", path(user), null)));
        for (String stale : List.of(first, "\"nonsense\"")) {
            assertProblem(send(ACME, "PATCH", path(user), "{'label':'y'}", stale), 412, null, "read it again");
            assertProblem(send(ACME, "DELETE", path(user), "", stale), 412, null, "read it again");
        }
        send(ACME, "POST", path(user) + "/credentials", "");
        assertProblem(send(ACME, "PATCH", path(user), "{}", etag(changed)), 412, null, "read it again");
        assertThat(send(ACME, "GET", path(user), null).body()).contains("\"label\":\"x\"");

        String last = etag(send(ACME, "PATCH", path(user), "{'label':'z'}", "*"));
        assertProblem(send(OTHER, "DELETE", path(user), "", last), 404, null, "no such gateway");
        assertThat(send(ACME, "DELETE", path(user), "", "\"1\", " + last).statusCode())
                .isEqualTo(204);
        assertProblem(send(ACME, "PATCH", path(user), "{}", last), 404, null, "no such gateway");
    }

    @Test
    void topicsOfOthersAreAConflict() throws Exception {
        made("{'topic_prefixes':['building/room1','spBv1.0/plant-1']}");
        database.execute("INSERT INTO f2_controllers (tenant_id, controller_id, name) VALUES ('acme', 'ac12', 'x')");
        database.execute("INSERT INTO devices (tenant_id, device_id, label, device_type)"
                + " VALUES ('acme', 'd', 'd', 'unknown'), ('other', 'gone', 'x', 'unknown')");
        database.execute("UPDATE devices SET decommissioned_at = now() WHERE device_id = 'gone'");
        int before = users();
        for (String body : List.of(
                "{'topic_prefixes':['building/room1']}",
                "{'topic_prefixes':['building/x','building/room1/window']}",
                "{'topic_prefixes':['tele/f2-ac12']}",
                "{'topic_prefixes':['building/acme']}",
                "{'topic_prefixes':['spBv1.0/acme']}",
                "{'devices':['f2-ac12']}")) {
            assertProblem(send(OTHER, "POST", "/api/gateways", body), 409, null, "another tenant's");
        }
        assertProblem(
                send(ADMIN, "POST", "/api/gateways?tenant=other", "{'topic_prefixes':['building']}"),
                409,
                null,
                "another tenant's");
        assertProblem(send(OTHER, "POST", "/api/gateways", "{'devices':['gone']}"), 409, null, "out of service");
        assertThat(users()).isEqualTo(before);
        assertThat(database.list(
                        "SELECT prefix FROM topic_prefixes WHERE tenant_id = 'other' AND prefix = 'building/x'"))
                .as("all or nothing")
                .isEmpty();
    }

    @Test
    void onlyAnAdministratorGivesWhatMayBeSomebodyElses() throws Exception {
        for (String prefix : List.of("zigbee2mqtt", "zigbee2mqtt/kitchen", "tele/plug-7", "v3/other", "building")) {
            assertProblem(
                    send(ACME, "POST", "/api/gateways", "{'topic_prefixes':['" + prefix + "']}"),
                    400,
                    "topic_prefixes",
                    "only an administrator");
        }
        assertProblem(
                send(ADMIN, "POST", "/api/gateways?tenant=acme", "{'topic_prefixes':['STATE/scada']}"),
                400,
                "topic_prefixes[0]",
                "cannot be claimed");
        for (String odd : List.of(
                "x\\\\y",
                "x\\\"y",
                "<b>",
                "x*",
                "50%",
                "x\u200b",
                "e\u0301",
                "acme\u2011x",
                " x",
                "x ",
                "x\u00a0y",
                "a|b",
                "a;b")) {
            assertProblem(
                    send(ADMIN, "POST", "/api/gateways?tenant=acme", "{'topic_prefixes':['building/" + odd + "']}"),
                    400,
                    "topic_prefixes[0]",
                    "letters, digits");
        }
        made("{'topic_prefixes':['building/\u00c9tage 2, (Ost)/r_1.2:x@y=z-\u0e01\u0e33']}");
        HttpResponse<String> made =
                send(ADMIN, "POST", "/api/gateways?tenant=acme", "{'topic_prefixes':['zigbee2mqtt']}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String location = made.headers().firstValue("Location").orElseThrow();
        assertThat(location).endsWith("?tenant=acme");
        assertThat(send(ADMIN, "GET", location, null).statusCode()).isEqualTo(200);
        made("{'topic_prefixes':['zigbee2mqtt','zigbee2mqtt/kitchen']}"); // its tenant has it now
    }

    @Test
    void whatWasClaimedOtherwiseOrIsNeededStillIsNotGivenBack() throws Exception {
        database.execute("INSERT INTO topic_prefixes (prefix, tenant_id) VALUES ('building/by-hand', 'acme')");
        String user = made("{'devices':['f2-ac12','f2-ac13'],'topic_prefixes':['building/by-hand','building/floor']}");
        made("{'topic_prefixes':['building/floor/room']}");
        assertThat(send(ACME, "POST", "/api/devices", "{'device_id':'f2-ac12'}").statusCode())
                .isEqualTo(201);
        assertThat(database.list("SELECT devices::text FROM mqtt_users WHERE user_name = '" + user + "'"))
                .as("a device that is onboarded stays its gateway's as well")
                .containsExactly("{f2-ac12,f2-ac13}");

        assertThat(send(ACME, "DELETE", path(user), null).statusCode()).isEqualTo(204);

        assertThat(prefixes())
                .contains("building/by-hand", "building/floor", "tele/f2-ac12")
                .doesNotContain("tele/f2-ac13");
    }

    @Test
    void aTenantHasABoundedNumberOfGroupsAndOfDevicesOfGateways() throws Exception {
        String groups =
                IntStream.range(0, 20).mapToObj(i -> "'spBv1.0/g" + i + "'").collect(Collectors.joining(","));
        made("{'topic_prefixes':[" + groups + "]}");
        assertProblem(
                send(ACME, "POST", "/api/gateways", "{'topic_prefixes':['building/room1','spBv1.0/g20']}"),
                409,
                null,
                "20 Sparkplug groups");
        assertThat(prefixes()).doesNotContain("building/room1");
        made("{'topic_prefixes':['building/room1']}");
        database.execute(
                "INSERT INTO mqtt_users (user_name, tenant_id, kind, password_sha256, devices)"
                        + " SELECT 'acme-full', 'acme', 'gateway', sha256(''), array_agg('d' || i) FROM generate_series(1, 20000) AS i");
        assertProblem(send(ACME, "POST", "/api/gateways", "{'devices':['a']}"), 409, null, "20000 devices");
    }

    @Test
    void gatewaysOfAnotherTenantAndUsersOfDevicesAreNotThere() throws Exception {
        String user = made("{'devices':['a']}");
        assertThat(send(ACME, "POST", "/api/devices", "{'device_id':'lone'}").statusCode())
                .isEqualTo(201);
        String device = database.list("SELECT user_name FROM mqtt_users WHERE kind = 'device'")
                .get(0);
        String before = everybody();
        for (List<String> of : List.of(List.of(OTHER, user), List.of(ACME, device), List.of(ACME, "x"))) {
            String path = path(of.get(1));
            for (String method : List.of("GET", "PATCH", "DELETE")) {
                assertProblem(send(of.get(0), method, path, "{'devices':[]}"), 404, null, "no such gateway");
            }
            assertProblem(send(of.get(0), "POST", path + "/credentials", ""), 404, null, "no such gateway");
        }
        assertThat(send(OTHER, "GET", "/api/gateways", null).body()).isEqualTo("[]");
        assertThat(send(OTHER, "DELETE", path(user) + "?tenant=acme", null).statusCode())
                .isEqualTo(403);
        for (String method : List.of("PATCH", "DELETE")) {
            assertThat(send(VIEWER, method, path(user), "{}").statusCode()).isEqualTo(403);
        }
        assertThat(send(VIEWER, "POST", "/api/gateways", "{'devices':['a']}").statusCode())
                .isEqualTo(403);
        assertThat(everybody()).isEqualTo(before);
    }

    @Test
    void aListIsReadByPages() throws Exception {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            made.add(0, made("{'devices':['a']}"));
        }
        HttpResponse<String> first = send(ACME, "GET", "/api/gateways?limit=2", null);
        String link = first.headers().firstValue("Link").orElseThrow();
        HttpResponse<String> second = send(ACME, "GET", link.substring(1, link.indexOf('>')), null);
        List<String> read = new ArrayList<>();
        for (HttpResponse<String> page : List.of(first, second)) {
            ApiServer.json(page)
                    .forEach(gateway -> read.add(gateway.get("username").textValue()));
        }
        assertThat(read).isEqualTo(made);
        assertThat(second.headers().firstValue("Link")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "{};devices;must name a device",
                "[];body;JSON object",
                "{'name':'x'};name;only label",
                "{'label':'','devices':['a']};label;blank",
                "{'devices':'a'};devices;array",
                "{'devices':['a','']};devices[1];1 to 200",
                "{'topic_prefixes':[7]};topic_prefixes[0];text",
                "{'topic_prefixes':['a/b','a/#']};topic_prefixes[1];whole levels",
                "{'topic_prefixes':['a/+/b']};topic_prefixes[0];whole levels",
                "{'topic_prefixes':['a//b']};topic_prefixes[0];whole levels",
                "{'topic_prefixes':['/a']};topic_prefixes[0];whole levels",
                "{'topic_prefixes':['a/']};topic_prefixes[0];whole levels",
                "{'topic_prefixes':['$SYS/x']};topic_prefixes[0];whole levels",
                "{'topic_prefixes':['iot/acme']};topic_prefixes[0];cannot be claimed",
                "{'topic_prefixes':['spBv1.0/STATE/x']};topic_prefixes[0];cannot be claimed"
            })
    void whatAGatewayCannotBeIsRefused(String body, String field, String said) throws Exception {
        assertProblem(send(ACME, "POST", "/api/gateways", body), 400, field, said);
    }

    @Test
    void listsHaveTheirBounds() throws Exception {
        String many = "'" + String.join("','", Collections.nCopies(1_001, "a")) + "'";
        assertProblem(send(ACME, "POST", "/api/gateways", "{'devices':[" + many + "]}"), 400, "devices", "1000");
        String prefixes = "'" + String.join("','", Collections.nCopies(101, "a/b")) + "'";
        assertProblem(
                send(ACME, "POST", "/api/gateways", "{'topic_prefixes':[" + prefixes + "]}"),
                400,
                "topic_prefixes",
                "100");
        assertProblem(
                send(ACME, "POST", "/api/gateways", "{'topic_prefixes':['building/" + "b".repeat(492) + "']}"),
                400,
                "topic_prefixes[0]",
                "500");
        made("{'topic_prefixes':['building/" + "b".repeat(491) + "']}");
        database.execute("INSERT INTO mqtt_users (user_name, tenant_id, kind, password_sha256)"
                + " SELECT 'acme-' || i, 'acme', 'gateway', sha256('') FROM generate_series(1, 999) AS i");
        assertProblem(send(ACME, "POST", "/api/gateways", "{'devices':['a']}"), 409, null, "1000 gateways");
    }

    private static String token(String tenant, Role role) {
        return ISSUER.issue(new Identity(tenant, role, "somebody"), Duration.ofMinutes(10));
    }

    private static String path(String user) {
        return "/api/gateways/" + user;
    }

    private static String made(String body) throws Exception {
        HttpResponse<String> answer = send(ACME, "POST", "/api/gateways", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return ApiServer.json(answer).get("username").textValue();
    }

    private static JsonNode changed(String user, String body) throws Exception {
        HttpResponse<String> answer = send(ACME, "PATCH", path(user), body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return ApiServer.json(answer);
    }

    private static List<String> prefixes() throws Exception {
        return database.list("SELECT prefix FROM topic_prefixes WHERE tenant_id = 'acme' ORDER BY prefix");
    }

    private static int users() throws Exception {
        return database.list("SELECT user_name FROM mqtt_users").size();
    }

    private static String everybody() throws Exception {
        return database.list("SELECT u::text FROM mqtt_users AS u ORDER BY 1").toString();
    }

    /** The database knows the password by its hash alone. */
    private static void assertPassword(String user, JsonNode answer) throws Exception {
        String password = answer.at("/mqtt/password").textValue();
        assertThat(password).hasSize(43);
        assertThat(database.list(
                        "SELECT encode(password_sha256, 'hex') FROM mqtt_users WHERE user_name = '" + user + "'"))
                .containsExactly(HexFormat.of().formatHex(Credentials.sha256(password)));
    }

    private static HttpResponse<String> send(String token, String method, String path, String body) throws Exception {
        String[] headers = {"Authorization", "Bearer " + token, "Content-Type", "application/json"};
        return body == null || method.equals("GET")
                ? api.send(method, path, Arrays.copyOf(headers, 2))
                : api.send(method, path, body.replace('\'', '"').getBytes(UTF_8), headers);
    }

    private static HttpResponse<String> send(String token, String method, String path, String body, String version)
            throws Exception {
        return api.send(
                method,
                path,
                body.replace('\'', '"').getBytes(UTF_8),
                "Authorization",
                "Bearer " + token,
                "If-Match",
                version);
    }

    private static String etag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String field, String said)
            throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode problem = ApiServer.json(answer);
        assertThat(problem.path("parameter").textValue()).isEqualTo(field);
        assertThat(problem.get("detail").textValue()).containsIgnoringCase(said);
    }
}
