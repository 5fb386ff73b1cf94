package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.embedded.EmbeddedServers;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What health tells of a process, beyond the servers that it works with. */
@ExtendWith(RealServers.class)
class HealthIT {

    @Test
    void everyProcessTellsItsHealthAtTheManagementPort(EmbeddedServers servers) throws Exception {
        try (RunningCaravan caravan = started(servers, "store")) {
            Api management = caravan.management();

            assertThat(management.get("/livez").statusCode()).isEqualTo(200);
            await().untilAsserted(
                            () -> assertThat(management.get("/readyz").body()).contains("\"status\":\"UP\",\"checks"));
            assertThat(management.get("/health").headers().firstValue("Content-Type"))
                    .hasValue("application/json; charset=utf-8");
            assertThat(management.json("/readyz").get("checks").findValuesAsText("name"))
                    .containsExactly("kafka", "database", "store");
        }
    }

    @Test
    void anApiAnswersTheSameAtBothPorts(EmbeddedServers servers) throws Exception {
        try (RunningCaravan caravan = started(servers, "api")) {
            await().until(caravan.api()::isReady);

            assertThat(caravan.management().json("/readyz").get("checks").findValuesAsText("name"))
                    .isEqualTo(caravan.api().json("/readyz").get("checks").findValuesAsText("name"))
                    .containsExactly("database", "api");
            assertThat(caravan.api().get("/livez").version())
                    .as("the client asks for HTTP/2")
                    .isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(caravan.management().json("/livez"))
                    .isEqualTo(caravan.api().json("/livez"));
        }
    }

    @Test
    void aRouteThatDoesNotRunMakesItsStageUnreadyAndIsNamed(EmbeddedServers servers) throws Exception {
        try (RunningCaravan caravan = started(servers, "store")) {
            await().until(caravan.management()::isReady);

            invoke("latest", "stop");

            await().untilAsserted(() -> assertThat(caravan.management().down()).containsExactly("store"));
            assertThat(detail(caravan, "store")).startsWith("latest: stopped");
            invoke("latest", "start");
            await().until(caravan.management()::isReady);
        }
    }

    @Test
    void ingestTellsWhenTheLastMessageCame(EmbeddedServers servers) throws Exception {
        try (RunningCaravan caravan = started(servers, "ingest")) {
            await().until(caravan.management()::isReady);
            assertThat(detail(caravan, "ingest")).matches("\\d+ route\\(s\\) run, no message since the start");

            try (MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
                device.publish("iot/health-it/raw", "{\"voltage\":1}");
            }

            await().untilAsserted(() ->
                    assertThat(detail(caravan, "ingest")).matches("\\d+ route\\(s\\) run, last message \\d+ s ago"));
            assertThat(caravan.management().isReady()).isTrue();
        }
    }

    @Test
    void aBrokerWithoutCountersCanBeLeftUnasked(EmbeddedServers servers) throws Exception {
        try (RunningCaravan caravan = started(servers, "ingest", Map.of("caravan.mqtt.counters", "false"))) {
            await().until(caravan.management()::isReady);

            assertThat(caravan.metrics()).contains("route=\"ingest-iot\"").doesNotContain("route=\"broker-counters\"");
        }
    }

    @Test
    void metricsOfARouteNameItsStage(EmbeddedServers servers) throws Exception {
        try (RunningCaravan caravan = started(servers, "store")) {
            assertThat(caravan.metrics())
                    .contains("caravan_route_exchanges_total{route=\"latest\",stage=\"store\"}")
                    .contains("caravan_route_exchanges_total{route=\"reload-registry\",stage=\"registry\"}");
        }
    }

    private static String detail(RunningCaravan caravan, String check) throws Exception {
        JsonNode checks = caravan.management().json("/readyz").get("checks");
        return StreamSupport.stream(checks.spliterator(), false)
                .filter(node -> node.get("name").textValue().equals(check))
                .findAny()
                .orElseThrow()
                .get("detail")
                .textValue();
    }

    private static RunningCaravan started(EmbeddedServers servers, String stages) throws Exception {
        return started(servers, stages, Map.of());
    }

    private static RunningCaravan started(EmbeddedServers servers, String stages, Map<String, String> others)
            throws Exception {
        Map<String, String> settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        settings.put("caravan.stages", stages);
        settings.put("caravan.mqtt.client-id", "caravan-health-it");
        settings.putAll(others);
        return RunningCaravan.started(settings);
    }

    /** As an operator does it with a JMX console. */
    private static void invoke(String route, String operation) throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = beans.queryNames(
                        new ObjectName("org.apache.camel:type=routes,name=\"" + route + "\",*"), null)
                .iterator()
                .next();
        beans.invoke(name, operation, new Object[0], new String[0]);
    }
}
