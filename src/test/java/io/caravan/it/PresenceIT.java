package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.embedded.EmbeddedServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What devices of the original systems report of themselves tells who is online, and is kept as they said it. */
@ExtendWith(RealServers.class)
class PresenceIT {

    private static final String NAME = "device-registry.json";

    private static Folder folder;
    private static Path registry;
    private static RunningCaravan caravan;
    private static MqttDevice mqtt;
    private static EmbeddedServers broker;

    @BeforeAll
    static void start(EmbeddedServers servers) throws Exception {
        broker = servers;
        folder = Folder.create();
        registry = folder.path().resolve(NAME);
        Files.copy(
                Path.of("config", "device-registry.schema.json"), folder.path().resolve("device-registry.schema.json"));
        mqtt = MqttDevice.mqtt5(servers.mqttUrl());
        declare("1_day");
        caravan = RunningCaravan.ready(servers, Map.of("caravan.registry.file", registry.toString()));
    }

    @AfterAll
    static void stop() throws IOException {
        mqtt.close();
        if (caravan != null) {
            caravan.close();
        }
        folder.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "said-1 | {\"device_id\":\"said-1\",\"device_type\":\"smart_breaker\",\"timestamp\":\"%s\",\"event_type\":\"status\",\"status\":{\"online\":false,\"last_telemetry\":1795220245,\"message_count\":7,\"uptime_hours\":3,\"firmware_version\":\"2.1.0\",\"hardware_revision\":\"A\"}}",
                "said-2 | {\"device_type\":\"smart_meter\",\"timestamp\":\"%sZ\",\"status\":{\"online\":\"false\"}}",
                "said-3 | {\"timestamp\":\"%s\",\"status\":\"offline\"}",
                "said-4 | {\"status\":\"disconnected\"}",
                "said-5 | {\"online\":false}"
            })
    void aStatusMessageTakesADeviceOfflineAndNewerTelemetryBringsItBack(String device, String status) throws Exception {
        breaker(device, "raw", now(), "\"measurements\":{\"voltage\":120}");
        await().untilAsserted(() ->
                assertThat(presence(device).get("online").booleanValue()).isTrue());
        assertThat(presence(device).get("reason").isNull()).isTrue();

        mqtt.publish("iot/" + device + "/status", status.formatted(now()));
        await().untilAsserted(() ->
                assertThat(presence(device).get("reason").asText()).isEqualTo("status"));
        assertThat(presence(device).get("online").booleanValue()).isFalse();
        assertThat(deviceOf(device).get("online").booleanValue()).isFalse();

        // Late: it was measured before the device said that it goes.
        breaker(device, "raw", now().minusMinutes(1), "\"measurements\":{\"voltage\":121}");
        await().untilAsserted(() ->
                assertThat(caravan.api().json("/api/readings?device=" + device)).hasSize(2));
        String seen = presence(device).get("last_seen").textValue();
        await().untilAsserted(() -> {
            breaker(device, "raw", now().minusMinutes(1), "\"measurements\":{\"voltage\":" + System.nanoTime() + "}");
            assertThat(presence(device).get("last_seen").textValue()).isGreaterThan(seen);
        });
        assertThat(presence(device).get("reason").asText()).isEqualTo("status");

        breaker(device, "raw", now(), "\"measurements\":{\"voltage\":119}");
        await().untilAsserted(() ->
                assertThat(presence(device).get("online").booleanValue()).isTrue());
        assertThat(deviceOf(device).get("online").booleanValue()).isTrue();
    }

    @Test
    void theWillOfADeviceWhoseConnectionBreaksTakesItOffline() throws Exception {
        try (LostDevice device = LostDevice.connect(
                broker.mqttUrl(), "willed-1", "iot/willed-1/status", "{\"status\":{\"online\":false}}")) {
            breaker("willed-1", "raw", now(), "\"measurements\":{\"voltage\":120}");
            await().untilAsserted(
                            () -> assertThat(presence("willed-1").get("online").booleanValue())
                                    .isTrue());
            device.breakConnection();
        }
        await().untilAsserted(() ->
                assertThat(presence("willed-1").get("reason").asText()).isEqualTo("status"));
    }

    @Test
    void silenceTakesADeviceOfflineByTheFrequencyThatTheRegistrySaysNow() throws Exception {
        breaker("silent-1", "raw", now(), "\"measurements\":{\"voltage\":120}");
        await().untilAsserted(() ->
                assertThat(presence("silent-1").get("online").booleanValue()).isTrue());

        declare("1_second");
        try {
            await().untilAsserted(() ->
                    assertThat(presence("silent-1").get("reason").asText()).isEqualTo("silent"));
            JsonNode silent = presence("silent-1");
            assertThat(Instant.parse(silent.get("since").textValue()))
                    .isEqualTo(
                            Instant.parse(silent.get("last_seen").textValue()).plusSeconds(3));
            assertThat(caravan.api().all("/api/presence?online=false&type=smart_breaker&limit=1"))
                    .extracting(device -> device.get("device_id").textValue())
                    .contains("silent-1");

            breaker("silent-1", "raw", now(), "\"measurements\":{\"voltage\":121}");
            await().untilAsserted(
                            () -> assertThat(presence("silent-1").get("online").booleanValue())
                                    .isTrue());
        } finally {
            declare("1_day");
        }
        await().untilAsserted(() ->
                assertThat(presence("silent-1").get("online").booleanValue()).isTrue());
        assertThat(presence("silent-1").get("since").textValue())
                .as("when it came back")
                .isEqualTo(presence("silent-1").get("last_seen").textValue());
    }

    @Test
    void bothVariantsOfTrendsAreKeptAsTheyWereSaidAndOnce() throws Exception {
        String newer =
                """
                {"device_id":"trend-1","device_type":"smart_breaker","timestamp":"2026-11-21T00:17:25.123456Z","event_type":"trends",\
                "trends":[{"c":"voltage_phase_a","t":1795220245,"v":"112.35","avg":"111.9","min":"104.27","max":"119.02"},\
                {"c":"temperature","t":1795220185,"v":"101.5","avg":"100.01","min":"95.2","max":"105.99"}]}""";
        String older =
                """
                {"device_id":"trend-1","device_type":"smart_breaker","timestamp":"2026-11-21T00:18:25","event_type":"trends",\
                "a":"Trends","p":"trend-1","trends":[{"a":"Trends","p":"trend-1","c":"1001","t":1795220305,"v":"121.5",\
                "avg":"120.25","min":"111.1","max":"129.9"}]}""";
        for (String message : List.of(newer, older, newer, older)) {
            mqtt.publish("iot/trend-1/trends", message);
        }
        mqtt.publish(
                "iot/trend-1/trends",
                "{\"device_id\":\"trend-1\",\"trends\":[{\"c\":\"last\",\"avg\":\"n/a\",\"v\":3}]}");

        await().untilAsserted(() -> assertThat(caravan.api()
                        .get("/api/trend-statistics?device=trend-1&metric=last")
                        .body())
                .contains("\"value\":3.0,\"avg\":null"));
        assertThat(caravan.api()
                        .get("/api/trend-statistics?device=trend-1&to=2026-11-21T00:18:26Z")
                        .body())
                .isEqualTo(
                        """
                        [{"device_id":"trend-1","metric":"1001","timestamp":"2026-11-21T00:18:25.000000Z","value":121.5,\
                        "avg":120.25,"min":111.1,"max":129.9},\
                        {"device_id":"trend-1","metric":"voltage_phase_a","timestamp":"2026-11-21T00:17:25.000000Z",\
                        "value":112.35,"avg":111.9,"min":104.27,"max":119.02},\
                        {"device_id":"trend-1","metric":"temperature","timestamp":"2026-11-21T00:16:25.000000Z","value":101.5,\
                        "avg":100.01,"min":95.2,"max":105.99}]""");
        assertThat(caravan.api().json("/api/trend-statistics?device=trend-1&metric=1001"))
                .hasSize(1);
        assertThat(caravan.api().json("/api/events?device=trend-1")).hasSize(3);
        assertThat(caravan.api().json("/api/readings?device=trend-1")).isEmpty();
    }

    private static void breaker(String device, String kind, LocalDateTime time, String rest) {
        mqtt.publish(
                "iot/" + device + '/' + kind,
                "{\"device_id\":\"%s\",\"device_type\":\"smart_breaker\",\"timestamp\":\"%sZ\",%s}"
                        .formatted(device, time, rest));
    }

    private static LocalDateTime now() {
        return LocalDateTime.now(ZoneOffset.UTC);
    }

    private static JsonNode presence(String device) throws Exception {
        for (JsonNode state : caravan.api().all("/api/presence")) {
            if (state.get("device_id").textValue().equals(device)) {
                return state;
            }
        }
        throw new AssertionError(device + " is not among the devices");
    }

    private static JsonNode deviceOf(String device) throws Exception {
        return caravan.api().json("/api/devices/" + device);
    }

    /** Says in the registry how often breakers report. */
    private static void declare(String frequency) throws IOException {
        ObjectNode json =
                (ObjectNode) Api.MAPPER.readTree(Path.of("config", NAME).toFile());
        ((ObjectNode) json.at("/device_types/smart_breaker")).put("update_frequency", frequency);
        Files.writeString(registry, json.toString());
    }
}
