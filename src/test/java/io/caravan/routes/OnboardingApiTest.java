package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import io.caravan.tenant.Credentials;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of devices over HTTP, on a real database. */
class OnboardingApiTest {

    private static Rows database;

    @AutoClose
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.migrated();
        api = new ApiServer(database.jdbcUrl());
    }

    @BeforeEach
    void empty() throws Exception {
        database.execute(
                "TRUNCATE devices, mqtt_users, topic_prefixes, f2_controllers, provisioning_keys, sites, zones CASCADE");
    }

    @Test
    void aDeviceIsOnboardedWithAllThatThereIsToSay() throws Exception {
        HttpResponse<String> answer = post(
                "/api/devices",
                "{'device_id':'floor/room 1','label':'=1+1','device_type':'environmental_sensor','site_id':'hq',"
                        + "'zone_id':'z','tags':{'owner':'@you','formula':'=A1'},'parameters':{'interval_s':30,'x':[1.50,null]}}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/devices/floor%2Froom%201");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode device = ApiServer.json(answer);
        assertThat(device.get("label").textValue()).isEqualTo("=1+1");
        assertThat(device.at("/tags/formula").textValue()).isEqualTo("=A1");
        assertThat(device.at("/parameters/x").toString()).isEqualTo("[1.5,null]");
        assertThat(device.get("mqtt").has("publish"))
                .as("its id is no level of a topic")
                .isFalse();
        assertLogin(device, "default", "floor/room 1");
        HttpResponse<String> read = api.get("/api/devices/floor%2Froom%201");
        assertThat(read.body()).doesNotContain("mqtt").doesNotContain("password");
        assertThat(read.headers().firstValue("ETag")).isEqualTo(answer.headers().firstValue("ETag"));
        assertThat(api.get("/api/devices").body()).isEqualTo('[' + read.body() + ']');
    }

    @Test
    void theOldBodyAloneIsEnoughAndADuplicateIsAConflict() throws Exception {
        HttpResponse<String> answer = post("/api/devices", "{'device_id':'d1','label':'First'}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode device = ApiServer.json(answer);
        assertThat(device.get("device_type").textValue()).isEqualTo("unknown");
        assertThat(device.at("/mqtt/publish").textValue()).isEqualTo("iot/default/d1/raw");
        assertThat(device.at("/mqtt/commands").textValue()).isEqualTo("iot/default/d1/commands");

        assertProblem(post("/api/devices", "{'device_id':'d1','label':'Second'}"), 409, null, "already");
        assertThat(post("/api/devices?tenant=acme", "{'device_id':'d1','label':'Of acme'}")
                        .headers()
                        .firstValue("Location"))
                .hasValue("/api/devices/d1?tenant=acme");
        assertThat(api.get("/api/tenants").body()).isEqualTo("[\"acme\",\"default\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                                        | body       | no JSON",
                "[]                                       | body       | object",
                "{}                                       | device_id  | required",
                "{'device_id':''}                         | device_id  | characters",
                "{'device_id':1}                          | device_id  | text",
                "{'device_id':'a\\u0000'}                 | device_id  | control",
                "{'device_id':'d','label':' '}            | label      | blank",
                "{'device_id':'d','colour':'red'}         | colour     | no such field",
                "{'device_id':'d','tags':[]}              | tags       | object",
                "{'device_id':'d','tags':{'a':1}}         | tags       | texts",
                "{'device_id':'d','tags':{'a':'\\u0000'}} | tags       | NUL",
                "{'device_id':'d','tags':{'\\ud800':''}}  | tags       | surrogate",
                "{'device_id':'d','parameters':'x'}       | parameters | object",
                "{'device_id':'d','parameters':{'n':1e999999999}} | parameters | digits"
            })
    void aBodyThatIsNotGoodIsRefusedByItsField(String body, String field, String said) throws Exception {
        assertProblem(post("/api/devices", body), 400, field, said);
        assertThat(api.get("/api/devices").body()).isEqualTo("[]");
    }

    @Test
    void whatIsTooMuchIsRefused() throws Exception {
        String deep = "{'a':".repeat(30) + "1" + "}".repeat(30);
        assertProblem(post("/api/devices", "{'device_id':'d','parameters':" + deep + "}"), 400, "parameters", "deep");
        String long_ = "'" + "x".repeat(20_000) + "'";
        assertProblem(
                post("/api/devices", "{'device_id':'d','parameters':{'a':" + long_ + "}}"), 400, "parameters", "bytes");
        assertThat(post("/api/devices", "{'device_id':'d','label':'" + "x".repeat(100_000) + "'}")
                        .statusCode())
                .isEqualTo(413);
        database.execute("INSERT INTO devices (tenant_id, device_id, label, device_type)"
                + " SELECT 'full', 'd' || n, '', 'unknown' FROM generate_series(1, 1000) AS n");
        assertProblem(post("/api/devices?tenant=full", "{'device_id':'d'}"), 409, null, "caravan.devices.cap");
    }

    @Test
    void textsThatWouldBeSqlAreTexts() throws Exception {
        String evil = "x'); DROP TABLE devices; --";
        JsonNode device = ApiServer.json(post(
                "/api/devices",
                "{'device_id':\"" + evil + "\",'label':\"" + evil + "\",'site_id':\"" + evil + "\",'tags':{\"" + evil
                        + "\":\"" + evil + "\"}}"));
        assertThat(device.get("device_id").textValue()).isEqualTo(evil);
        assertThat(device.get("tags").get(evil).textValue()).isEqualTo(evil);
    }

    @Test
    void aPutAddsAndReplaces() throws Exception {
        HttpResponse<String> added =
                send("PUT", "/api/devices/d1", "{'label':'One','site_id':'hq','tags':{'a':'1','b':null}}");
        assertThat(added.statusCode()).as(added.body()).isEqualTo(201);
        assertThat(ApiServer.json(added).get("tags").toString()).isEqualTo("{\"a\":\"1\"}");
        assertLogin(ApiServer.json(added), "default", "d1");

        HttpResponse<String> read = api.get("/api/devices/d1");
        HttpResponse<String> back = api.send(
                "PUT", "/api/devices/d1", read.body().getBytes(UTF_8), "If-Match", etag(read), "Accept", "*/*");
        assertThat(back.statusCode())
                .as("sent back as it was read: " + back.body())
                .isEqualTo(200);

        HttpResponse<String> replaced = send("PUT", "/api/devices/d1", "{'device_id':'d1'}");
        assertThat(replaced.statusCode()).isEqualTo(200);
        assertThat(ApiServer.json(replaced).get("label").textValue()).isEqualTo("d1");
        assertThat(ApiServer.json(replaced).get("site_id").isNull()).isTrue();
        assertThat(ApiServer.json(replaced).has("mqtt")).isFalse();
        assertLogin(ApiServer.json(added), "default", "d1");

        assertProblem(send("PUT", "/api/devices/d1", "{'device_id':'d2'}"), 400, "device_id", "path");
        assertProblem(
                api.send("PUT", "/api/devices/d1", "{}".getBytes(UTF_8), "If-Match", etag(added)),
                412,
                null,
                "changed");
        assertProblem(api.send("PUT", "/api/devices/d2", "{}".getBytes(UTF_8), "If-Match", "*"), 412, null, "no such");
        assertProblem(
                api.send("PUT", "/api/devices/d1", "{}".getBytes(UTF_8), "If-None-Match", "*"), 412, null, "already");
        assertThat(api.send("PUT", "/api/devices/d2", "{}".getBytes(UTF_8), "If-None-Match", "*")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void aPatchChangesWhatItNamesAndNothingElse() throws Exception {
        HttpResponse<String> first = post(
                "/api/devices",
                "{'device_id':'d1','label':'One','site_id':'hq','zone_id':'z','tags':{'a':'1','b':'2'},"
                        + "'parameters':{'deep':{'x':1,'y':2},'list':[1,2]}}");

        HttpResponse<String> patched = api.send(
                "PATCH",
                "/api/devices/d1",
                "{\"zone_id\":null,\"tags\":{\"a\":null,\"c\":\"3\"},\"parameters\":{\"deep\":{\"x\":null},\"list\":[3]}}"
                        .getBytes(UTF_8),
                "If-Match",
                "\"1\", " + etag(first));

        assertThat(patched.statusCode()).as(patched.body()).isEqualTo(200);
        JsonNode device = ApiServer.json(patched);
        assertThat(device.get("label").textValue()).isEqualTo("One");
        assertThat(device.get("site_id").textValue()).isEqualTo("hq");
        assertThat(device.get("zone_id").isNull()).isTrue();
        assertThat(device.get("tags").toString()).isEqualTo("{\"b\":\"2\",\"c\":\"3\"}");
        assertThat(device.get("parameters").toString()).isEqualTo("{\"deep\":{\"y\":2},\"list\":[3]}");
        assertThat(etag(patched)).isNotEqualTo(etag(first));

        assertThat(ApiServer.json(send("PATCH", "/api/devices/d1", "{'label':null,'tags':null}"))
                        .get("label")
                        .textValue())
                .isEqualTo("d1");
        assertProblem(send("PATCH", "/api/devices/d1", "{'tags':{'a':1}}"), 400, "tags", "texts");
        assertProblem(send("PATCH", "/api/devices/d1", "[]"), 400, "body", "object");
        assertThat(send("PATCH", "/api/devices/nobody", "{}").statusCode()).isEqualTo(404);
        assertProblem(
                api.send("PATCH", "/api/devices/d1", "{}".getBytes(UTF_8), "If-Match", etag(first)),
                412,
                null,
                "changed");
    }

    @Test
    void patchesThatAddUpToTooMuchAreRefused() throws Exception {
        post("/api/devices", "{'device_id':'d1'}");
        int status = 0;
        for (int i = 0; i < 10 && status != 400; i++) {
            HttpResponse<String> answer =
                    send("PATCH", "/api/devices/d1", "{'parameters':{'p" + i + "':'" + "x".repeat(15_000) + "'}}");
            status = answer.statusCode();
        }
        assertThat(status).isEqualTo(400);
    }

    @Test
    void aDecommissionedDeviceIsGoneAndItsHistoryStays() throws Exception {
        HttpResponse<String> first = post("/api/devices", "{'device_id':'d1','label':'One'}");
        database.execute("INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, quality)"
                + " VALUES ('default', 'd1', 'm', now(), 1, 7, 0)");
        assertThat(api.send("DELETE", "/api/devices/d1", "If-Match", "\"1\"").statusCode())
                .isEqualTo(412);

        HttpResponse<String> gone = api.send("DELETE", "/api/devices/d1", "If-Match", etag(first));

        assertThat(gone.statusCode()).as(gone.body()).isEqualTo(204);
        assertThat(database.list("SELECT user_name FROM mqtt_users")).isEmpty();
        assertThat(api.get("/api/devices/d1").statusCode()).isEqualTo(404);
        assertThat(api.get("/api/devices").body()).isEqualTo("[]");
        assertThat(api.get("/api/presence").body()).isEqualTo("[]");
        assertThat(ApiServer.json(api.get("/api/devices?decommissioned=true"))
                        .at("/0/decommissioned_at")
                        .textValue())
                .isNotNull();
        assertThat(ApiServer.json(api.get("/api/readings?device=d1"))).hasSize(1);
        assertThat(database.list(
                        "SELECT decommissioned_at IS NOT NULL FROM provision_devices('{default}', '{d1}', '{d1}', '{x}',"
                                + " '{null}', '{null}', 10)"))
                .as("a message does not bring it back")
                .containsExactly("t");
        assertThat(api.send("DELETE", "/api/devices/d1").statusCode()).isEqualTo(204);
        assertThat(api.send("DELETE", "/api/devices/nobody").statusCode()).isEqualTo(204);
        assertThat(api.send("DELETE", "/api/devices/d1", "If-Match", "*").statusCode())
                .isEqualTo(412);
        assertThat(send("PATCH", "/api/devices/d1", "{}").statusCode()).isEqualTo(404);
        assertThat(api.send("POST", "/api/devices/d1/credentials").statusCode()).isEqualTo(404);

        HttpResponse<String> again = post("/api/devices", "{'device_id':'d1','label':'Again'}");
        assertThat(again.statusCode()).as("an operator brings it back").isEqualTo(201);
        assertLogin(ApiServer.json(again), "default", "d1");
    }

    @Test
    void credentialsAreRenewed() throws Exception {
        JsonNode first = ApiServer.json(post("/api/devices", "{'device_id':'d1'}"));
        HttpResponse<String> answer = api.send("POST", "/api/devices/d1/credentials");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode second = ApiServer.json(answer);
        assertThat(second.at("/mqtt/username")).isEqualTo(first.at("/mqtt/username"));
        assertThat(second.at("/mqtt/password")).isNotEqualTo(first.at("/mqtt/password"));
        assertLogin(second, "default", "d1");
        database.execute("INSERT INTO devices (tenant_id, device_id, label, device_type, auto_provisioned)"
                + " VALUES ('default', 'by-message', '', 'unknown', true)");
        assertLogin(ApiServer.json(api.send("POST", "/api/devices/by-message/credentials")), "default", "by-message");
        assertThat(api.send("POST", "/api/devices/nobody/credentials").statusCode())
                .isEqualTo(404);
    }

    @Test
    void topicsOfAnotherTenantAreNotTaken() throws Exception {
        assertThat(post("/api/devices?tenant=acme", "{'device_id':'f2-e4fd45f654be'}")
                        .statusCode())
                .isEqualTo(201);
        assertProblem(post("/api/devices", "{'device_id':'f2-e4fd45f654be'}"), 409, null, "topics");
        database.execute("INSERT INTO devices (tenant_id, device_id, label, device_type)"
                + " VALUES ('default', 'f2-e4fd45f654be', '', 'unknown')");
        assertProblem(api.send("POST", "/api/devices/f2-e4fd45f654be/credentials"), 409, null, "topics");
    }

    @Test
    void aTableIsTakenLineByLine() throws Exception {
        post("/api/devices", "{'device_id':'old'}");
        String table = "\ufeffdevice_id,label,tags.owner,parameters,site_id\r\n"
                + "a,=HYPERLINK(\"evil\"),@SUM(A1),,hq\r\n"
                        .replace("\"evil\"", "\"\"evil\"\"")
                        .replace("=HYPERLINK(\"\"evil\"\")", "\"=HYPERLINK(\"\"evil\"\")\"")
                + "b,\"two\r\nlines\",,,\r\n"
                + "c,-1,+1,\"{\"\"interval_s\"\":30}\",\r\n"
                + "\r\n"
                + "d,x,,{broken,\r\n"
                + "old,Again,,,\r\n"
                + ",nameless,,,\r\n"
                + "e,,,,,,\r\n"
                + "a,twice,,,\r\n"
                + "f\r\n";
        HttpResponse<String> answer = csv(table);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode report = ApiServer.json(answer);
        assertThat(report.get("lines"))
                .extracting(line -> line.get("line").intValue() + " "
                        + line.get("device_id").textValue() + " "
                        + line.get("outcome").textValue())
                .containsExactly(
                        "2 a created",
                        "3 b invalid",
                        "5 c created",
                        "7 d invalid",
                        "8 old exists",
                        "9  invalid",
                        "10 e invalid",
                        "11 a exists",
                        "12 f created");
        assertThat(report.get("created").intValue()).isEqualTo(3);
        assertThat(report.get("refused").intValue()).isEqualTo(6);
        assertThat(report.at("/lines/1/parameter").textValue()).isEqualTo("label");
        assertThat(report.at("/lines/3/parameter").textValue()).isEqualTo("parameters");
        assertThat(report.at("/lines/8/mqtt/username").textValue()).startsWith("default-f-");
        assertLogin(report.at("/lines/0"), "default", "a");
        assertLogin(report.at("/lines/2"), "default", "c");
        JsonNode a = ApiServer.json(api.get("/api/devices/a"));
        assertThat(a.get("label").textValue()).isEqualTo("=HYPERLINK(\"evil\")");
        assertThat(a.at("/tags/owner").textValue()).isEqualTo("@SUM(A1)");
        JsonNode c = ApiServer.json(api.get("/api/devices/c"));
        assertThat(c.get("label").textValue()).isEqualTo("-1");
        assertThat(c.at("/parameters/interval_s").intValue()).isEqualTo(30);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                         | 400 | column names",
                "device_id                  | 400 | column names",
                "label~x                    | 400 | device_id",
                "device_id,colour~a,b       | 400 | colour",
                "device_id,device_id~a,b    | 400 | two columns",
                "device_id,tags.~a,b        | 400 | no column",
                "device_id~\"a              | 400 | CSV",
            })
    void aTableThatIsNoneIsRefused(String table, int status, String said) throws Exception {
        assertProblem(csv(table.replace("~", "\n")), status, "body", said);
    }

    @Test
    void aTableOfAnotherKindOrSizeIsRefused() throws Exception {
        assertThat(post("/api/devices/import", "device_id\na").statusCode()).isEqualTo(415);
        String many = "device_id\n" + "a\n".repeat(5_001);
        assertThat(csv(many).statusCode()).isEqualTo(413);
        assertProblem(
                api.post("/api/devices/import", new byte[] {(byte) 0xff, 1}, "Content-Type", "text/csv"),
                400,
                "body",
                "UTF-8");
    }

    @Test
    void aThousandDevicesAreImportedAtOnce() throws Exception {
        List<String> lines = new ArrayList<>(List.of("device_id,label"));
        IntStream.range(0, 1_000).forEach(n -> lines.add("d" + n + ",Device " + n));
        JsonNode report = ApiServer.json(csv(String.join("\n", lines)));
        assertThat(report.get("created").intValue()).isEqualTo(1_000);
    }

    @Test
    void aDeviceRegistersItselfOnce() throws Exception {
        assertThat(api.get("/api/provisioning-key?tenant=acme").statusCode()).isEqualTo(404);
        HttpResponse<String> made = api.send("POST", "/api/provisioning-key?tenant=acme");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String key = ApiServer.json(made).get("provisioning_key").textValue();
        assertThat(api.get("/api/provisioning-key?tenant=acme").body())
                .doesNotContain(key)
                .contains("created_at");
        assertThat(database.list("SELECT encode(key_sha256, 'escape') FROM provisioning_keys"))
                .doesNotContain(key);

        HttpResponse<String> answer = provision(key, "{'device_id':'new','label':'New','device_type':'smart_meter'}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertLogin(ApiServer.json(answer), "acme", "new");
        assertThat(ApiServer.json(api.get("/api/devices/new?tenant=acme"))
                        .get("device_type")
                        .textValue())
                .isEqualTo("smart_meter");
        assertThat(api.get("/api/devices/new").statusCode()).isEqualTo(404);
        assertProblem(provision(key, "{'device_id':'new'}"), 409, null, "already");
        assertProblem(provision(key, "{}"), 400, "device_id", "required");

        api.send("DELETE", "/api/devices/new?tenant=acme");
        assertProblem(provision(key, "{'device_id':'new'}"), 409, null, "decommissioned");

        HttpResponse<String> renewed = api.send("POST", "/api/provisioning-key?tenant=acme");
        assertThat(provision(key, "{'device_id':'other'}").statusCode()).isEqualTo(401);
        String second = ApiServer.json(renewed).get("provisioning_key").textValue();
        assertThat(provision(second, "{'device_id':'other'}").statusCode()).isEqualTo(201);
        assertThat(api.send("DELETE", "/api/provisioning-key?tenant=acme").statusCode())
                .isEqualTo(204);
        assertThat(api.send("DELETE", "/api/provisioning-key?tenant=acme").statusCode())
                .isEqualTo(404);
        assertThat(provision(second, "{'device_id':'third'}").statusCode()).isEqualTo(401);
    }

    @Test
    void withoutAKeyNobodyRegisters() throws Exception {
        HttpResponse<String> answer = post("/api/provision", "{'device_id':'d'}");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(provision("' OR true --", "{'device_id':'d'}").statusCode()).isEqualTo(401);
        assertThat(post("/api/provision?tenant=acme", "{'device_id':'d'}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void placesAreToldOfAndStandBesideThoseThatDevicesName() throws Exception {
        post("/api/devices", "{'device_id':'d','site_id':'hq','zone_id':'z1'}");
        assertThat(post("/api/sites", "{'site_id':'hq','label':'=Head','attributes':{'city':'Bern'}}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(post("/api/sites", "{'site_id':'hq'}").statusCode()).isEqualTo(409);
        assertThat(send("PUT", "/api/sites/empty", "{}").statusCode()).isEqualTo(201);
        assertThat(send("PUT", "/api/sites/empty", "{'label':'Empty'}").statusCode())
                .isEqualTo(200);
        assertThat(api.get("/api/sites").body())
                .isEqualTo("[{\"site_id\":\"empty\",\"label\":\"Empty\",\"attributes\":{},\"zones\":0,\"devices\":0},"
                        + "{\"site_id\":\"hq\",\"label\":\"=Head\",\"attributes\":{\"city\": \"Bern\"},\"zones\":1,"
                        + "\"devices\":1}]");
        assertThat(api.get("/api/sites?tenant=acme").body()).isEqualTo("[]");
        assertThat(post("/api/zones", "{'site_id':'hq','zone_id':'z2'}").statusCode())
                .isEqualTo(201);
        assertThat(post("/api/zones", "{'zone_id':'outside'}").statusCode()).isEqualTo(201);
        assertThat(send("PUT", "/api/zones/z2?site=hq", "{'label':'Two'}").statusCode())
                .isEqualTo(200);
        assertThat(api.get("/api/zones").body())
                .isEqualTo(
                        "[{\"site_id\":null,\"zone_id\":\"outside\",\"label\":\"outside\",\"attributes\":{},\"devices\":0},"
                                + "{\"site_id\":\"hq\",\"zone_id\":\"z1\",\"devices\":1},"
                                + "{\"site_id\":\"hq\",\"zone_id\":\"z2\",\"label\":\"Two\",\"attributes\":{},\"devices\":0}]");
        assertProblem(send("PUT", "/api/sites/hq", "{'attributes':[]}"), 400, "attributes", "object");
        assertProblem(post("/api/zones", "{}"), 400, "zone_id", "required");
        for (String path :
                List.of("/api/sites/hq", "/api/sites/empty", "/api/zones/z2?site=hq", "/api/zones/outside")) {
            assertThat(api.send("DELETE", path).statusCode()).as(path).isEqualTo(204);
            assertThat(api.send("DELETE", path).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(api.get("/api/sites").body()).isEqualTo("[{\"site_id\":\"hq\",\"zones\":1,\"devices\":1}]");
    }

    @Test
    void whatNoPathCanNameIsNotMade() throws Exception {
        for (String name : List.of(".", "..")) {
            assertProblem(post("/api/devices", "{'device_id':'" + name + "'}"), 400, "device_id", "no path");
            assertProblem(post("/api/sites", "{'site_id':'" + name + "'}"), 400, "site_id", "no path");
            assertProblem(post("/api/zones", "{'zone_id':'" + name + "'}"), 400, "zone_id", "no path");
            assertProblem(post("/api/zones", "{'site_id':'" + name + "','zone_id':'z'}"), 400, "site_id", "no path");
        }
        assertThat(post("/api/devices", "{'device_id':'...'}").statusCode()).isEqualTo(201);
        assertThat(api.send("DELETE", "/api/devices/...").statusCode()).isEqualTo(204);
        assertThat(database.list("SELECT FROM devices WHERE decommissioned_at IS NULL"))
                .isEmpty();
    }

    @Test
    void aPlaceIsReadWithTheVersionThatChangesMayName() throws Exception {
        post("/api/devices", "{'device_id':'d','site_id':'hq','zone_id':'z1'}");
        HttpResponse<String> unheard = api.get("/api/sites/hq");
        assertThat(unheard.body()).isEqualTo("{\"site_id\":\"hq\",\"zones\":1,\"devices\":1}");
        assertThat(unheard.headers().firstValue("ETag")).isEmpty();
        assertThat(api.get("/api/zones/z1?site=hq").body())
                .isEqualTo("{\"site_id\":\"hq\",\"zone_id\":\"z1\",\"devices\":1}");
        for (String nobodys :
                List.of("/api/sites/x", "/api/zones/z1", "/api/zones/x?site=hq", "/api/sites/hq?tenant=acme")) {
            assertProblem(api.get(nobodys), 404, null, "no such place");
        }

        for (String path : List.of("/api/sites/hq", "/api/zones/z1?site=hq", "/api/zones/outside")) {
            assertProblem(change("PUT", path, "If-Match", "*"), 412, null, "read it again");
            assertThat(change("PUT", path, "If-None-Match", "*").statusCode()).isEqualTo(201);
            assertProblem(change("PUT", path, "If-None-Match", "*"), 412, null, "already");
            HttpResponse<String> read = api.get(path);
            assertThat(ApiServer.json(read).get("attributes").toString()).isEqualTo("{}");
            HttpResponse<String> back = api.put(
                    path, read.body().getBytes(UTF_8), "If-Match", etag(read), "Content-Type", "application/json");
            assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
            assertThat(etag(back)).isNotEqualTo(etag(read)).isEqualTo(etag(api.get(path)));
            assertProblem(change("PUT", path, "If-Match", etag(read)), 412, null, "read it again");
            assertProblem(change("DELETE", path, "If-Match", etag(read)), 412, null, "read it again");
            assertProblem(change("DELETE", path, "If-Match", "\"nonsense\""), 412, null, "read it again");
            assertProblem(change("DELETE", path, "If-None-Match", "*"), 412, null, "read it again");
            assertThat(change("DELETE", path, "If-Match", etag(back)).statusCode())
                    .isEqualTo(204);
            assertProblem(change("DELETE", path, "If-Match", etag(back)), 412, null, "read it again");
        }
    }

    @Test
    void conditionsAreKeptOrRefusedWhateverTheMethod() throws Exception {
        HttpResponse<String> made = post("/api/devices", "{'device_id':'d1'}");
        for (String tag : List.of(etag(made), etag(made).substring(2), "\"1\", " + etag(made), "*")) {
            HttpResponse<String> known = api.get("/api/devices/d1", "If-None-Match", tag, "Accept-Encoding", "gzip");
            assertThat(known.statusCode()).as(tag).isEqualTo(304);
            assertThat(known.body()).isEmpty();
            assertThat(etag(known)).isEqualTo(etag(made));
        }
        assertThat(api.get("/api/devices/d1", "If-None-Match", "\"1\"").body()).contains("d1");
        HttpResponse<String> site = post("/api/sites", "{'site_id':'hq'}");
        assertThat(api.get("/api/sites/hq", "If-None-Match", etag(site)).body())
                .as("its devices are counted, which no version tells")
                .contains("\"devices\"");
        assertThat(api.get("/api/devices/d2", "If-None-Match", "*").statusCode())
                .isEqualTo(404);
        for (String method : List.of("PATCH", "DELETE")) {
            assertProblem(change(method, "/api/devices/d1", "If-None-Match", "*"), 412, null, "read it again");
            assertProblem(
                    change(method, "/api/devices/d1", "If-None-Match", "\"1\""), 400, "If-None-Match", "must be *");
        }
        assertThat(change("DELETE", "/api/devices/d2", "If-None-Match", "*").statusCode())
                .isEqualTo(204);
        for (String unversioned : List.of(
                "POST /api/devices",
                "DELETE /api/provisioning-key",
                "PUT /api/limits",
                "PUT /api/device-templates/t")) {
            String[] words = unversioned.split(" ");
            assertProblem(change(words[0], words[1], "If-Match", etag(made)), 400, "If-Match", "no versions");
            assertProblem(change(words[0], words[1], "If-None-Match", "*"), 400, "If-None-Match", "no versions");
        }
    }

    private static HttpResponse<String> change(String method, String path, String condition, String tag)
            throws Exception {
        return api.send(method, path, "{}".getBytes(UTF_8), condition, tag);
    }

    @Test
    void aPageOfSomebodyElseMayNotChangeAnything() throws Exception {
        for (String request : List.of(
                "POST /api/devices",
                "POST /api/devices/import",
                "PUT /api/devices/d",
                "PATCH /api/devices/d",
                "DELETE /api/devices/d",
                "POST /api/devices/d/credentials",
                "POST /api/provisioning-key",
                "DELETE /api/provisioning-key")) {
            String[] parts = request.split(" ");
            assertThat(api.send(parts[0], parts[1], "Sec-Fetch-Site", "cross-site", "Content-Type", "text/csv")
                            .statusCode())
                    .as(request)
                    .isEqualTo(403);
        }
    }

    /** The database knows the password by its hash alone. */
    private static void assertLogin(JsonNode answer, String tenant, String device) throws Exception {
        String password = answer.at("/mqtt/password").textValue();
        assertThat(password).as(answer.toString()).hasSize(43);
        StringBuilder hash = new StringBuilder();
        for (byte part : Credentials.sha256(password)) {
            hash.append(String.format("%02x", part));
        }
        assertThat(database.list("SELECT user_name FROM mqtt_users WHERE password_sha256 = '\\x" + hash
                        + "' AND tenant_id = '" + tenant + "' AND devices = ARRAY['" + device + "']"))
                .containsExactly(answer.at("/mqtt/username").textValue());
    }

    private static HttpResponse<String> provision(String key, String body) throws Exception {
        return api.post("/api/provision", json(body), "X-Provisioning-Key", key);
    }

    private static HttpResponse<String> csv(String table) throws Exception {
        return api.post("/api/devices/import", table.getBytes(UTF_8), "Content-Type", "text/csv; charset=utf-8");
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return send("POST", path, body);
    }

    private static HttpResponse<String> send(String method, String path, String body) throws Exception {
        return api.send(method, path, json(body));
    }

    private static byte[] json(String quoted) {
        return (quoted.contains("\"")
                        ? quoted.replaceAll("'(?=[\\[\\]{}:,])|(?<=[\\[\\]{}:,])'", "\"")
                        : quoted.replace('\'', '"'))
                .getBytes(UTF_8);
    }

    private static String etag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String field, String said)
            throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = ApiServer.json(answer);
        assertThat(problem.path("parameter").textValue()).isEqualTo(field);
        assertThat(problem.get("detail").textValue()).containsIgnoringCase(said);
    }
}
