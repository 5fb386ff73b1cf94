package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.embedded.EmbeddedServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A new device type is a change to a file, made while Caravan runs. */
@ExtendWith(RealServers.class)
class RegistryReloadIT {

    private static final String NAME = "device-registry.json";

    @Test
    void aNewTypeIsUsedAtOnceAndABadEditLeavesItInUse(EmbeddedServers servers) throws Exception {
        try (Folder folder = Folder.create()) {
            Path file = folder.path().resolve(NAME);
            Path schema = Path.of("config", "device-registry.schema.json");
            Files.copy(schema, folder.path().resolve(schema.getFileName()));
            Files.copy(Path.of("config", NAME), file);
            KafkaLog kafka = new KafkaLog(servers.kafkaBrokers());
            try (RunningCaravan caravan =
                            RunningCaravan.ready(servers, Map.of("caravan.registry.file", file.toString()));
                    MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
                Api api = caravan.api();
                assertThat(api.get("/api/device-types/wind_vane").statusCode()).isEqualTo(404);

                ObjectNode registry = (ObjectNode) Api.MAPPER.readTree(file.toFile());
                ObjectNode vane = registry.at("/device_types/smart_meter").deepCopy();
                vane.put("name", "Wind Vane").remove("detect_by");
                registry.withObject("/device_types").set("wind_vane", vane);
                Files.writeString(file, registry.toString());

                await().until(() -> api.get("/api/device-types/wind_vane").statusCode() == 200);
                device.publish(
                        "iot/vane-1/raw",
                        "{\"device_id\":\"vane-1\",\"device_type\":\"wind_vane\",\"measurements\":{\"direction\":270}}");
                await().untilAsserted(() ->
                        assertThat(api.json("/api/readings?device=vane-1")).hasSize(1));
                JsonNode enriched = Api.MAPPER.readTree(
                        kafka.first("iot.wind_vane.enriched", "default/vane-1").value());
                assertThat(enriched.at("/device_metadata/device_type_name").textValue())
                        .isEqualTo("Wind Vane");

                Files.writeString(file, registry.toString().replace("\"Wind Vane\"", "42"));
                await().untilAsserted(
                                () -> assertThat(api.get("/readyz").body()).contains("/device_types/wind_vane/name"));
                assertThat(api.isReady()).isTrue();
                assertThat(api.json("/api/device-types/wind_vane").get("name").textValue())
                        .isEqualTo("Wind Vane");
            }
        }
    }
}
