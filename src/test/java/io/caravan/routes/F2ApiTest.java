package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.it.Rows;
import io.caravan.registry.TableChanges;
import io.caravan.store.Postgres;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parameters of F2 controllers over HTTP, on a real database with the shipped sample. */
class F2ApiTest {

    private static Rows database;

    @AutoClose
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.migrated();
        api = new ApiServer(database.jdbcUrl());
    }

    @BeforeEach
    void loadTheSample() throws Exception {
        database.execute("TRUNCATE f2_templates, f2_controllers, f2_pins, f2_data_points, devices");
        String sample = Files.readString(Path.of("sql/samples/f2.sql"));
        database.execute(sample);
        database.execute(sample);
    }

    @Test
    void theSampleIsReadAsItIsStored() throws Exception {
        assertThat(api.get("/api/device-templates/power-monitor").body())
                .isEqualTo("{\"template_id\":\"power-monitor\",\"name\":\"Power Monitor\",\"model\":\"PM-100\","
                        + "\"description\":\"Voltage and current of a circuit\",\"device_type\":\"Power Monitor\","
                        + "\"data_points\":[{\"label\" : \"Voltage\", \"format\" : \"Uint16\", \"byte_order\" : \"big\","
                        + " \"offset\" : 0, \"length\" : 2, \"decimals\" : 1, \"scale\" : 1, \"prepend\" : \"\","
                        + " \"append\" : \" V\"}, {\"label\" : \"Current\", \"format\" : \"Int16\","
                        + " \"byte_order\" : \"big\", \"offset\" : 2, \"length\" : 2, \"decimals\" : 3, \"scale\" : 1,"
                        + " \"prepend\" : \"\", \"append\" : \" A\"}]}");
        JsonNode controllers = ApiServer.json(api.get("/api/controllers?limit=2"));
        assertThat(controllers)
                .extracting(controller -> controller.get("controller_id").textValue())
                .containsExactly("123456abcdef", "abc123def456");
        JsonNode last = ApiServer.json(api.get(next(api.get("/api/controllers?limit=2"))));
        assertThat(last).hasSize(1);
        assertThat(last.get(0).get("device_id").textValue()).isEqualTo("f2-e4fd45f654be");
        assertThat(last.get(0).at("/connectors/0/pins/0/template").textValue()).isEqualTo("environmental-sensor");
        assertThat(ApiServer.json(api.get("/api/device-templates?limit=1")))
                .extracting(template -> template.get("template_id").textValue())
                .containsExactly("environmental-sensor");
        assertThat(api.get("/api/controllers?tenant=acme").body()).isEqualTo("[]");
    }

    @Test
    void whatWasReadCanBePutBackAndIsTheSame() throws Exception {
        for (String path : List.of("/api/device-templates/environmental-sensor", "/api/controllers/123456abcdef")) {
            String before = api.get(path).body();

            HttpResponse<String> answer = put(path, before);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(before);
        }
    }

    @Test
    void aTemplateAndAControllerOfOnesOwnAreAddedChangedAndDeleted() throws Exception {
        HttpResponse<String> template = put(
                "/api/device-templates/tank",
                "{\"data_points\":[{\"label\":\"Level\",\"format\":\"float32\",\"byte_order\":\"little\",\"offset\":8,"
                        + "\"scale\":0.10,\"prepend\":\"m \"}]}");
        assertThat(template.statusCode()).as(template.body()).isEqualTo(201);
        JsonNode point = ApiServer.json(template).at("/data_points/0");
        assertThat(point.get("format").textValue()).isEqualTo("Float32");
        assertThat(point.get("length").intValue()).isEqualTo(4);
        assertThat(point.get("scale").asText()).isEqualTo("0.1");
        assertThat(ApiServer.json(template).get("name").textValue()).isEqualTo("tank");

        String wiring =
                "{\"name\":\"Cellar\",\"connectors\":[{\"connector\":\"J5\",\"pins\":[{\"pin\":7,\"template\":\"tank\"}]}]}";
        HttpResponse<String> controller = put("/api/controllers/E4:FD:45:00:00:01", wiring);
        assertThat(controller.statusCode()).as(controller.body()).isEqualTo(201);
        assertThat(ApiServer.json(controller).get("device_id").textValue()).isEqualTo("f2-e4fd45000001");
        assertThat(ApiServer.json(controller).at("/connectors/0/connector").intValue())
                .isEqualTo(5);
        assertThat(ApiServer.json(api.get("/api/devices/f2-e4fd45000001"))
                        .get("label")
                        .textValue())
                .isEqualTo("Cellar");

        assertProblem(
                api.send("DELETE", "/api/device-templates/tank"),
                409,
                null,
                "e4fd45000001 has it, on pin 7 of connector 5");
        assertThat(put("/api/controllers/e4fd45000001", "{}").statusCode()).isEqualTo(200);
        assertThat(ApiServer.json(api.get("/api/controllers/f2-e4fd45000001")).get("connectors"))
                .isEmpty();
        HttpResponse<String> gone = api.send("DELETE", "/api/device-templates/tank");
        assertThat(gone.statusCode()).isEqualTo(204);
        assertThat(gone.body()).isEmpty();
        assertThat(api.send("DELETE", "/api/controllers/e4fd45000001").statusCode())
                .isEqualTo(204);
        assertThat(api.get("/api/controllers/e4fd45000001").statusCode()).isEqualTo(404);
        assertThat(api.get("/api/devices/f2-e4fd45000001").statusCode())
                .as("its history stays")
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                                     | body                  | no JSON",
                "{} {}                                 | body                  | no JSON",
                "''                                    | body                  | object",
                "[]                                    | body                  | object",
                "{'data_points':[],'data_points':[]}   | body                  | no JSON",
                "{}                                    | data_points           | one data point",
                "{'points':[]}                         | points                | no such field",
                "{'data_points':{}}                    | data_points           | array",
                "{'data_points':[1]}                   | data_points[0]        | object",
                "{'data_points':[P,{'label':'A'}]}     | data_points[1].format | required",
                "{'data_points':[P,{'label':'co2 ','format':'Int8','offset':0}]} | data_points[1].label | differ",
                "{'data_points':[{'label':' ','format':'Int8','offset':0}]}   | data_points[0].label     | blank",
                "{'data_points':[{'format':'Int8','offset':0}]}               | data_points[0].label     | required",
                "{'data_points':[{'label':'A','format':'Int24','offset':0}]}  | data_points[0].format    | Float32",
                "{'data_points':[{'label':'A','format':'Int8'}]}              | data_points[0].offset    | required",
                "{'data_points':[{'label':'A','format':'Int8','offset':-1}]}  | data_points[0].offset    | 65535",
                "{'data_points':[{'label':'A','format':'Int8','offset':1.5}]} | data_points[0].offset    | whole",
                "{'data_points':[{'label':'A','format':'Int16','offset':0,'length':4}]}   | data_points[0].length     | must be 2",
                "{'data_points':[{'label':'A','format':'Int16','offset':0,'decimals':16}]} | data_points[0].decimals  | 15",
                "{'data_points':[{'label':'A','format':'Int16','offset':0,'scale':0}]}    | data_points[0].scale      | 1e-15",
                "{'data_points':[{'label':'A','format':'Int16','offset':0,'scale':'1'}]}  | data_points[0].scale      | number",
                "{'data_points':[{'label':'A','format':'Int16','offset':0,'byte_order':'middle'}]} | data_points[0].byte_order | little",
                "{'data_points':[{'label':'A\\u0000','format':'Int16','offset':0}]}       | data_points[0].label      | control",
                "{'name':7,'data_points':[P]}          | name                  | text",
                "{'template_id':'y','data_points':[P]} | template_id           | must be x"
            })
    void aMistakeInATemplateIsToldByItsFieldAndChangesNothing(String body, String field, String said) throws Exception {
        String text =
                body.replace("P", "{'label':'CO2','format':'Int8','offset':0}").replace('\'', '"');

        assertProblem(put("/api/device-templates/x", text), 400, field, said);
        assertThat(api.get("/api/device-templates/x").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'pins':[]}                                       | pins                             | no such field",
                "{'connectors':[{'pins':[]}]}                      | connectors[0].connector          | required",
                "{'connectors':[{'connector':6}]}                  | connectors[0].connector          | 1 to 5",
                "{'connectors':[{'connector':'J6'}]}               | connectors[0].connector          | J5",
                "{'connectors':[{'connector':1},{'connector':'J1'}]} | connectors[1].connector        | another",
                "{'connectors':[{'connector':1,'pins':[{'pin':1}]}]}  | connectors[0].pins[0].template | required",
                "{'connectors':[{'connector':1,'pins':[{'template':'power-monitor'}]}]}         | connectors[0].pins[0].pin | required",
                "{'connectors':[{'connector':1,'pins':[{'pin':100,'template':'power-monitor'}]}]} | connectors[0].pins[0].pin | 99",
                "{'connectors':[{'connector':1,'pins':[W,W]}]}     | connectors[0].pins[1].pin        | another",
                "{'connectors':[{'connector':1,'pins':[{'pin':1,'template':'nothing'}]}]} | connectors[0].pins[0].template | 'nothing'",
                "{'connectors':[{'connector':1},{'connector':2,'pins':[W,{'pin':0,'template':'no'}]}]} | connectors[1].pins[1].template | 'no'",
                "{'device_id':'f2-b'}                              | device_id                        | must be f2-a1"
            })
    void aMistakeInAControllerIsToldByItsFieldAndChangesNothing(String body, String field, String said)
            throws Exception {
        String text = body.replace("W", "{'pin':1,'template':'power-monitor'}").replace('\'', '"');

        assertProblem(put("/api/controllers/a1", text), 400, field, said);
        assertThat(api.get("/api/controllers/a1").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT,    /api/device-templates/Tank,            400",
        "PUT,    /api/device-templates/a%20b,           400",
        "PUT,    /api/device-templates/x?y=1,           400",
        "PUT,    /api/controllers/a%2Fb,                400",
        "GET,    /api/device-templates/x,               404",
        "DELETE, /api/device-templates/x,               404",
        "DELETE, /api/device-templates/power-monitor?tenant=acme, 404",
        "DELETE, /api/controllers/x,                    404",
        "GET,    /api/controllers?limit=0,              400",
        "GET,    /api/controllers?cursor=WzFd,          400",
        "POST,   /api/controllers/x,                    405"
    })
    void whatCannotBeDoneIsTold(String method, String path, int status) throws Exception {
        HttpResponse<String> answer = api.send(method, path);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @Test
    void aControllerOfAnotherTenantIsNotTaken() throws Exception {
        assertProblem(put("/api/controllers/e4fd45f654be?tenant=acme", "{}"), 409, null, "Another tenant");
        assertThat(ApiServer.json(api.get("/api/controllers/e4fd45f654be")).get("connectors"))
                .isNotEmpty();
        assertThat(put(
                                "/api/controllers/a1?tenant=acme",
                                "{\"connectors\":[{\"connector\":1,\"pins\":[{\"pin\":1,\"template\":\"power-monitor\"}]}]}")
                        .statusCode())
                .as("a template of another tenant")
                .isEqualTo(400);
    }

    @Test
    void aPageOfSomebodyElseMayNotChangeAnything() throws Exception {
        for (String path : List.of("/api/device-templates/power-monitor", "/api/controllers/123456abcdef")) {
            assertThat(api.send("PUT", path, "Sec-Fetch-Site", "cross-site").statusCode())
                    .isEqualTo(403);
            assertThat(api.send("DELETE", path, "Sec-Fetch-Site", "cross-site").statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedWhileItArrives() throws Exception {
        assertProblem(api.send("PUT", "/api/controllers/a1", new byte[2_000_000]), 413, null, "1048576");
    }

    /** Two listeners, as two processes have them. */
    @Test
    void everyProcessHearsOfEveryChangeAndOfWhatItMissed() throws Exception {
        try (TableChanges one = new TableChanges(TableChanges.F2_PARAMETERS, database.jdbcUrl(), "postgres", () -> "");
                TableChanges two =
                        new TableChanges(TableChanges.F2_PARAMETERS, database.jdbcUrl(), "postgres", () -> "")) {
            List<TableChanges> processes = List.of(one, two);
            for (TableChanges each : processes) {
                assertThat(each.isDue()).as("at the start").isTrue();
                assertThat(each.isDue()).as("until they were read").isTrue();
                each.read();
                assertThat(each.isDue()).isFalse();
            }
            List<String> changes = List.of(
                    "UPDATE f2_data_points SET decimals = 1 WHERE label = 'Humidity'",
                    "UPDATE f2_templates SET name = 'x'",
                    "DELETE FROM f2_pins",
                    "DELETE FROM f2_controllers",
                    "TRUNCATE f2_pins, f2_controllers, f2_data_points, f2_templates",
                    // its listeners have gone with their connections
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE application_name = 'caravan f2 parameters' AND datname = current_database()");
            for (String change : changes) {
                database.execute(change);
                for (TableChanges each : processes) {
                    assertThat(isHeard(each)).as(change).isTrue();
                    each.read();
                    assertThat(each.isDue()).as("once: " + change).isFalse();
                }
            }
        }
    }

    /** One answer of a connection that has just been lost is a failure. */
    private static boolean isHeard(TableChanges changes) throws Exception {
        for (int i = 0; i < 10; i++) {
            try {
                if (changes.isDue()) {
                    return true;
                }
            } catch (java.sql.SQLException e) {
                assertThat(e.getMessage()).contains("terminating");
            }
        }
        return false;
    }

    private static HttpResponse<String> put(String path, String body) throws Exception {
        return api.send("PUT", path, body.getBytes(UTF_8));
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String field, String said)
            throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = ApiServer.json(answer);
        assertThat(problem.path("parameter").textValue()).isEqualTo(field);
        assertThat(problem.get("detail").textValue()).containsIgnoringCase(said);
    }

    private static String next(HttpResponse<String> answer) {
        return answer.headers().firstValue("Link").orElseThrow().replaceAll("^<|>.*", "");
    }
}
