package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedServers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may send: the devices of the directory, and with auto-provisioning as many new ones as a tenant may have. */
@ExtendWith(RealServers.class)
class DirectoryIT {

    @Test
    void withoutAutoProvisioningOnlyDevicesOfTheDirectoryAreHeard(EmbeddedServers servers) throws Exception {
        Rows rows = new Rows(servers);
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of("caravan.devices.auto-provision", "false"));
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            Api api = caravan.api();
            device.publish("iot/stranger/raw", "{\"measurements\":{\"voltage\":120}}");
            await().untilAsserted(
                            () -> assertThat(reasons(api, "device=stranger")).containsExactly("unknown-device"));

            rows.execute("INSERT INTO devices (tenant_id, device_id, label, device_type, site_id)"
                    + " VALUES ('default', 'stranger', 'Known now', 'smart_breaker', 'hall'),"
                    + " ('tenant-7', 'sensor-7', 'Of a tenant', 'unknown', null)");
            await().untilAsserted(() -> {
                device.publish("iot/stranger/raw", "{\"measurements\":{\"voltage\":121}}");
                assertThat(api.json("/api/readings?device=stranger")).isNotEmpty();
            });
            device.publish("building/a", "{\"deviceId\":\"sensor-7\",\"temperature\":21}");
            await().untilAsserted(() -> assertThat(api.json("/api/readings?device=sensor-7&tenant=tenant-7"))
                    .hasSize(1));

            device.publish("building/a", "{\"deviceId\":\"sensor-7\",\"tenant_id\":\"tenant-8\",\"temperature\":21}");
            await().untilAsserted(
                            () -> assertThat(rows.list("SELECT reason FROM dead_letters WHERE device_id = 'sensor-7'"
                                            + " OR convert_from(payload, 'UTF8') LIKE '%tenant-8%'"))
                                    .containsExactly("tenant-mismatch"));
            assertThat(rows.count("SELECT count(*) FROM devices WHERE tenant_id = 'tenant-8'"))
                    .isZero();
        }
    }

    @Test
    void aTenantHasNoMoreDevicesThanItMayHave(EmbeddedServers servers) throws Exception {
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of("caravan.devices.cap", "2"));
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            Api api = caravan.api();
            for (String id : List.of("capped-1", "capped-2", "capped-3")) {
                device.publish("iot/capped/" + id + "/raw", "{\"measurements\":{\"voltage\":120}}");
                await().until(() ->
                        api.get("/api/devices/" + id + "?tenant=capped").statusCode() == 200
                                || !reasons(api, "tenant=capped").isEmpty());
            }
            device.publish("iot/capped/capped-1/raw", "{\"measurements\":{\"voltage\":121}}");

            await().untilAsserted(() -> assertThat(api.json("/api/readings?device=capped-1&tenant=capped"))
                    .hasSize(2));
            assertThat(reasons(api, "tenant=capped&device=capped-3")).containsExactly("device-cap-reached");
            assertThat(api.json("/api/devices?tenant=capped")).hasSize(2);
        }
    }

    @Test
    void aDeviceThatTheTableRefusesIsADeadLetterAndComesInOnceItIsTaken(EmbeddedServers servers) throws Exception {
        Rows rows = new Rows(servers);
        String refused = "refused-by-a-constraint";
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of("caravan.devices.auto-provision", "true"));
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            Api api = caravan.api();
            rows.execute("ALTER TABLE devices ADD CONSTRAINT short CHECK (length(device_id) < 20)");
            device.publish("iot/" + refused + "/raw", "{\"measurements\":{\"voltage\":120}}");
            device.publish("iot/taken-1/raw", "{\"measurements\":{\"voltage\":121}}");
            await().untilAsserted(() -> {
                assertThat(api.json("/api/readings?device=taken-1")).hasSize(1);
                assertThat(reasons(api, "device=" + refused)).containsExactly("refused-by-database");
            });

            rows.execute("ALTER TABLE devices DROP CONSTRAINT short");
            assertThat(api.post("/api/dead-letters/replay?device=" + refused, "")
                            .statusCode())
                    .isEqualTo(202);
            await().untilAsserted(() ->
                    assertThat(api.json("/api/readings?device=" + refused)).hasSize(1));
        }
    }

    private static List<String> reasons(Api api, String parameters) throws Exception {
        return api.all("/api/dead-letters?" + parameters).stream()
                .map(letter -> letter.get("reason").textValue())
                .toList();
    }
}
