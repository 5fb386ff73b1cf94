package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.embedded.EmbeddedServers;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages beyond the limit of their tenant wait until it has room, where they are told to, and nobody else waits. */
class WaitingIT {

    private static final long TIME = 1_795_000_000_000L;

    private Folder folder;
    private EmbeddedServers servers;
    private int published;

    @BeforeEach
    void start() throws Exception {
        folder = Folder.create();
        servers = EmbeddedServers.start(folder.path(), EmbeddedServers.Ports.ANY);
    }

    @AfterEach
    void stop() throws Exception {
        servers.close();
        folder.close();
    }

    @Test
    void whatIsBeyondTheLimitComesInWhenThereIsRoom() throws Exception {
        Rows rows = new Rows(servers);
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of("caravan.limits.over-quota", "wait"));
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            limit(caravan.api(), 0);
            await().untilAsserted(() -> {
                publish(device);
                assertThat(waiting(rows)).isPositive();
            });
            for (int i = 0; i < 100; i++) {
                publish(device);
            }
            device.publish("iot/waiting-it-calm/d/raw", "{\"timestamp\":%d,\"power\":1}".formatted(TIME));

            await().untilAsserted(() -> assertThat(rows.count(
                            "SELECT count(*) FROM readings WHERE tenant_id = 'waiting-it-calm' AND metric = 'power'"))
                    .isEqualTo(1));
            await().untilAsserted(() -> assertThat(stored(rows) + waiting(rows)).isEqualTo(published));
            assertThat(waiting(rows)).isGreaterThanOrEqualTo(100);
            JsonNode told = caravan.api().json("/api/limits?tenant=waiting-it").get("waiting");
            assertThat(told.get("messages").longValue()).isEqualTo(waiting(rows));
            assertThat(told.get("since").textValue()).isNotNull();
            assertThat(caravan.api().json("/api/dead-letters?tenant=waiting-it&limit=1000&waiting=true"))
                    .hasSize((int) waiting(rows))
                    .allMatch(letter -> letter.get("waiting").booleanValue());
            assertThat(caravan.api().json("/api/dead-letters?tenant=waiting-it&waiting=false"))
                    .isEmpty();

            limit(caravan.api(), 1_000);
            await().untilAsserted(() -> assertThat(stored(rows)).isEqualTo(published));
            await().untilAsserted(() -> assertThat(caravan.api()
                            .json("/api/dead-letters?tenant=waiting-it&state=resolved&limit=1000")
                            .findValuesAsText("reason"))
                    .hasSizeGreaterThanOrEqualTo(100)
                    .containsOnly("over-quota"));
            await().untilAsserted(() -> assertThat(rows.count("SELECT count(*) FROM dead_letters"
                            + " WHERE tenant_id = 'waiting-it' AND (waiting OR resolved_at IS NULL)"))
                    .isZero());
            await().untilAsserted(() -> assertThat(
                            caravan.api().json("/api/ledger").get("balanced").booleanValue())
                    .isTrue());
        }
    }

    private void publish(MqttDevice device) {
        device.publish("iot/waiting-it/d/raw", "{\"timestamp\":%d,\"power\":1}".formatted(TIME + published++));
    }

    private static void limit(Api api, int messages) throws Exception {
        assertThat(api.put("/api/limits?tenant=waiting-it", "{\"messages_per_second\":" + messages + "}")
                        .statusCode())
                .isEqualTo(200);
    }

    private static long stored(Rows rows) throws Exception {
        return rows.count("SELECT count(*) FROM readings WHERE tenant_id = 'waiting-it' AND metric = 'power'");
    }

    private static long waiting(Rows rows) throws Exception {
        return rows.count("SELECT count(*) FROM dead_letters WHERE tenant_id = 'waiting-it' AND waiting");
    }
}
