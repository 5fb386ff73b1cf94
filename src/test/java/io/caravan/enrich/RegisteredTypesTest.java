package io.caravan.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Message;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Meters and sensors of the shipped registry, by the shapes in which their makers send the same. */
class RegisteredTypesTest {

    private final EnrichStage stage = EnrichStage.open();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"device_type\":\"smart_meter\",\"timestamp\":\"2026-11-21T11:59:00Z\",\"measurements\":{"
                        + "\"energy\":{\"value\":1520.4,\"unit\":\"kWh\"},\"demand\":{\"value\":3.2,\"unit\":\"kW\"},"
                        + "\"power_factor\":{\"value\":0.79}}}",
                "{\"timestamp\":1795262340,\"measurements\":{\"energy\":1520.4,\"demand\":3.2,\"power_factor\":0.79}}",
                "{\"ts\":1795262340000,\"energy\":\"1520.4 kWh\",\"demand\":\"3.2\",\"power_factor\":0.79}",
            })
    void aSmartMeterIsReadNestedAndFlat(String payload) {
        Message enriched = stage.run(stage.iot("meter-1", payload));

        assertThat(EnrichStage.json(enriched).get("device_type").asText()).isEqualTo("smart_meter");
        assertThat(readings(enriched))
                .containsExactly("energy 1520.4 kWh GOOD", "demand 3.2 kW GOOD", "power_factor 0.79  UNCERTAIN");
        assertThat(EnrichStage.json(enriched).get("timestamp").asText()).isEqualTo("2026-11-21T11:59:00.000000Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"device_type\":\"environmental_sensor\",\"timestamp\":\"2026-11-21T11:59:00Z\",\"measurements\":{"
                        + "\"temperature\":{\"value\":21.5,\"unit\":\"°C\"},\"humidity\":{\"value\":101,\"unit\":\"%RH\"},"
                        + "\"pressure\":{\"value\":1013.2,\"unit\":\"hPa\"}}}",
                "{\"timestamp\":\"2026-11-21 11:59:00\",\"temperature\":\"21.5 °C\",\"humidity\":101,\"pressure\":1013.2}",
            })
    void anEnvironmentalSensorIsReadNestedAndFlat(String payload) {
        Message enriched = stage.run(stage.iot("room-1", payload));

        assertThat(EnrichStage.json(enriched).get("device_type").asText()).isEqualTo("environmental_sensor");
        assertThat(readings(enriched))
                .containsExactly(
                        "temperature 21.5 °C GOOD", "humidity 101.0 %RH UNCERTAIN", "pressure 1013.2 hPa GOOD");
    }

    @ParameterizedTest
    @CsvSource({
        "smart_meter, 2026-11-21T11:59:00Z, 2026-11-21T11:59:00.000000Z",
        "smart_meter, 2026-11-21T11:59:00, 2026-11-21T11:59:00.000000Z",
        "environmental_sensor, 2026-11-21T12:59:00+01:00, 2026-11-21T11:59:00.000000Z",
        "environmental_sensor, 2026-11-21 11:59:00.25, 2026-11-21T11:59:00.250000Z",
    })
    void aStatusIsReadWithAndWithoutZone(String type, String time, String expected) {
        String payload =
                "{\"device_id\":\"d\",\"device_type\":\"" + type + "\",\"event_type\":\"status\",\"timestamp\":\""
                        + time + "\",\"status\":{\"online\":false,\"firmware_version\":\"2.1.0\",\"uptime_hours\":3}}";

        Message enriched = stage.run(stage.raw("iot", "iot/d/status", null, "d", payload.getBytes()));

        JsonNode json = EnrichStage.json(enriched);
        assertThat(json.get("timestamp").asText()).isEqualTo(expected);
        assertThat(json.get("online").asBoolean()).isFalse();
        assertThat(json.get("readings")).isEmpty();
        assertThat(json.at("/status/firmware_version").asText()).isEqualTo("2.1.0");
    }

    private static List<String> readings(Message enriched) {
        List<String> readings = new ArrayList<>();
        for (JsonNode reading : EnrichStage.json(enriched).get("readings")) {
            readings.add(reading.get("metric").asText()
                    + ' '
                    + reading.get("value").asText()
                    + ' '
                    + reading.get("unit").asText()
                    + ' '
                    + reading.get("quality").asText());
        }
        return readings;
    }
}
