package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Camel's own command runs the routes, with the beans that they name; no server has to be there for it. */
class CamelRunIT {

    private static final String STATES =
            "{\"type\":\"read\",\"mbean\":\"org.apache.camel:type=routes,*\",\"attribute\":[\"RouteId\",\"State\"]}";

    private final int http = FreePort.next();
    private final int management = FreePort.next();

    @Test
    void camelRunStartsTheRoutesOfAllStagesOnLoopback() throws Exception {
        String nowhere = Integer.toString(FreePort.next());
        Map<String, String> settings = Map.of(
                "caravan.http.port",
                Integer.toString(http),
                "caravan.management.port",
                Integer.toString(management),
                "caravan.auth.enabled",
                "false",
                "caravan.mqtt.url",
                "tcp://127.0.0.1:" + nowhere,
                "caravan.kafka.brokers",
                "127.0.0.1:" + nowhere,
                "caravan.db.url",
                "jdbc:postgresql://127.0.0.1:" + nowhere + "/caravan");
        List<String> command = new ArrayList<>(List.of("run", "application.properties"));
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            files.map(Path::toString).sorted().forEach(command::add);
        }
        command.addAll(List.of("--download=false", "--logging-color=false"));
        try (ChildCaravan camel = ChildCaravan.start(CamelCommand.class.getName(), settings, command)) {
            Api api = new Api(http);
            Api jolokia = new Api(management);
            await().ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
                assertThat(camel.isAlive()).as(camel::outputOrNothing).isTrue();
                JsonNode routes = Api.MAPPER
                        .readTree(jolokia.post("/jolokia", STATES).body())
                        .path("value");
                assertThat(routes.findValuesAsText("RouteId"))
                        .contains("ingest-iot", "to-raw", "enrich", "store", "latest", "dead-letters", "api-readings");
                assertThat(routes.findValuesAsText("State")).containsOnly("Started");
            });
            assertThat(api.get("/api/device-types/smart_breaker").statusCode()).isEqualTo(200);
            await().untilAsserted(() ->
                    assertThat(api.down()).contains("mqtt", "kafka", "database").doesNotContain("registry", "api"));
        }
    }
}
