package io.caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hawtio and what it asks, as a browser and as an intruder see them; the servers of the pipeline are not needed. */
class ConsoleIT {

    private static final String CONTEXT =
            "\"mbean\":\"org.apache.camel:context=caravan,name=\\\"caravan\\\",type=context\"";
    private static final String ROUTE = "\"mbean\":\"org.apache.camel:context=caravan,name=\\\"livez\\\",type=routes\"";

    private static RunningCaravan caravan;
    private static Api management;

    @BeforeAll
    static void start() throws Exception {
        caravan = RunningCaravan.started(Map.of("caravan.stages", "api", "caravan.db.migrate", "false"));
        management = caravan.management();
    }

    @AfterAll
    static void stop() {
        caravan.close();
    }

    @Test
    void hawtioIsServedWithItsFilesAndItsViews() throws Exception {
        assertThat(management.get("/hawtio").headers().firstValue("location")).contains("/hawtio/");
        HttpResponse<String> page = management.get("/hawtio/");
        assertThat(page.statusCode()).isEqualTo(200);
        String script = page.body().replaceFirst("(?s).*src=\"(/hawtio/static/js/main[^\"]*)\".*", "$1");
        assertThat(management.get(script).statusCode()).isEqualTo(200);
        assertThat(management.get("/hawtio/hawtconfig.json").body()).contains("Caravan");
        assertThat(management.get("/hawtio/camel/routes", "Accept", "text/html").body())
                .isEqualTo(page.body());
        assertThat(management.get("/hawtio/static/missing.js").statusCode()).isEqualTo(404);
        assertThat(management.get("/hawtio/jolokia").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/hawtio/../application.properties", "/hawtio/%2e%2e/logback.xml", "/hawtio/..%2flogback.xml"})
    void nothingBesideHawtioIsServed(String path) throws Exception {
        assertThat(management.get(path).statusCode()).isNotEqualTo(200);
    }

    @Test
    void hawtioFindsJolokiaAndReadsRoutesTheirCountersAndTheirDiagrams() throws Exception {
        caravan.api().get("/livez");

        assertThat(management.json("/jolokia").at("/value/agent").textValue()).isNotBlank();
        JsonNode route = ask("{\"type\":\"read\"," + ROUTE + "}");
        assertThat(route.at("/value/State").textValue()).isEqualTo("Started");
        assertThat(route.at("/value/ExchangesCompleted").longValue()).isPositive();
        assertThat(ask("{\"type\":\"exec\"," + CONTEXT + ",\"operation\":\"dumpRoutesAsXml()\"}")
                        .at("/value")
                        .textValue())
                .contains("<route id=\"livez\"");
        assertThat(ask("{\"type\":\"exec\"," + ROUTE
                                + ",\"operation\":\"dumpRouteStatsAsXml\",\"arguments\":[true,true]}")
                        .at("/value")
                        .textValue())
                .contains("exchangesCompleted=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"exec\"," + ROUTE + ",\"operation\":\"stop()\"}",
                "{\"type\":\"exec\"," + ROUTE + ",\"operation\":\"remove()\"}",
                "{\"type\":\"exec\"," + CONTEXT + ",\"operation\":\"stop()\"}",
                "{\"type\":\"exec\"," + CONTEXT + ",\"operation\":\"dumpRoutesAsXml(boolean)\",\"arguments\":[true]}",
                "{\"type\":\"write\"," + ROUTE + ",\"attribute\":\"Tracing\",\"value\":true}",
                "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"SystemProperties\"}",
                "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"InputArguments\"}",
                "{\"type\":\"exec\",\"mbean\":\"java.lang:type=Memory\",\"operation\":\"gc()\"}",
                "{\"type\":\"exec\",\"mbean\":\"com.sun.management:type=DiagnosticCommand\",\"operation\":\"vmSystemProperties\"}"
            })
    void whatThePolicyDoesNotNameIsRefused(String request) throws Exception {
        assertThat(ask(request).get("status").intValue()).isEqualTo(403);
        assertThat(ask("{\"type\":\"read\"," + ROUTE + "}").at("/value/State").textValue())
                .isEqualTo("Started");
    }

    @Test
    void jolokiaReadsByPostOnlySoThatNoImageOfAForeignPageCanAsk() throws Exception {
        assertThat(management
                        .json("/jolokia/read/java.lang:type=Memory/HeapMemoryUsage")
                        .get("status")
                        .intValue())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://elsewhere.example", "http://127.0.0.1:1", "null"})
    void pagesOfOtherOriginsAreNotAnswered(String origin) throws Exception {
        HttpResponse<String> answer = management.post("/jolokia", "{\"type\":\"version\"}", "Origin", origin);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).doesNotContain("agent");
    }

    @Test
    void aPageOfItsOwnIsAnswered() throws Exception {
        assertThat(management
                        .post("/jolokia", "{\"type\":\"version\"}", "Origin", management.address())
                        .body())
                .contains("agent");
    }

    private static JsonNode ask(String request) throws IOException, InterruptedException {
        return Api.MAPPER.readTree(management.post("/jolokia", request).body());
    }
}
