package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTypeTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            emptyValue = "",
            textBlock =
                    """
            smart_breaker,        voltage.phase_a,                  V,       110,   130,   FLOAT
            smart_breaker,        voltage.phase_b,                  V,       110,   130,   FLOAT
            smart_breaker,        voltage.phase_c,                  V,       110,   130,   FLOAT
            smart_breaker,        voltage,                          V,       110,   130,   FLOAT
            smart_breaker,        current.phase_a,                  A,       0,     100,   FLOAT
            smart_breaker,        current.phase_b,                  A,       0,     100,   FLOAT
            smart_breaker,        current.phase_c,                  A,       0,     100,   FLOAT
            smart_breaker,        power.active,                     W,       0,     12000, FLOAT
            smart_breaker,        power.reactive,                   VAr,     0,     8000,  FLOAT
            smart_breaker,        power.apparent,                   VA,      0,     15000, FLOAT
            smart_breaker,        power.factor,                     '',      0.7,   1,     FLOAT
            smart_breaker,        frequency,                        Hz,      59,    61,    FLOAT
            smart_breaker,        temperature,                      °C,      20,    80,    FLOAT
            smart_breaker,        status.breaker,                   '',      0,     1,     INTEGER
            smart_breaker,        status.position,                  '',      0,     1,     INTEGER
            smart_breaker,        status.communication,             '',      0,     1,     INTEGER
            smart_breaker,        protection.trip_count,            '',      0,     999,   INTEGER
            smart_breaker,        protection.ground_fault_current,  A,       0,     100,   FLOAT
            smart_breaker,        protection.harmonic_distortion,   %,       0,     20,    FLOAT
            smart_breaker,        protection.arc_fault_detected,    '',      0,     1,     BOOLEAN
            smart_breaker,        operational.load_percentage,      %,       0,     100,   FLOAT
            smart_breaker,        operational.operating_hours,      h,       0,     87600, FLOAT
            smart_breaker,        operational.maintenance_due,      '',      0,     1,     BOOLEAN
            smart_meter,          energy,                           kWh,     -Infinity, Infinity, FLOAT
            smart_meter,          demand,                           kW,      -Infinity, Infinity, FLOAT
            smart_meter,          power_factor,                     '',      0.8,   1,     FLOAT
            environmental_sensor, temperature,                      °C,      -40,   85,    FLOAT
            environmental_sensor, humidity,                         %RH,     0,     100,   FLOAT
            environmental_sensor, pressure,                         hPa,     300,   1100,  FLOAT
            environmental_sensor, co2,                              ppm,     0,     10000, FLOAT
            environmental_sensor, occupancy,                        persons, 0,     10000, INTEGER
            """)
    void theShippedRegistryDeclaresUnitAndRange(
            String type, String metric, String unit, double min, double max, DataType dataType) {
        Measurement measurement = RegistryFixture.shipped(type).measurement(metric);

        assertThat(measurement.unit()).isEqualTo(unit);
        assertThat(measurement.min()).isEqualTo(min);
        assertThat(measurement.max()).isEqualTo(max);
        assertThat(measurement.dataType()).isEqualTo(dataType);
        assertThat(measurement.isNumeric()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            smart_breaker,        Smart Circuit Breaker,           electrical_protection,    5,  30_days
            smart_meter,          Smart Energy Meter,              energy_monitoring,        60, 1_year
            environmental_sensor, Environmental Monitoring Sensor, environmental_monitoring, 30, 90_days
            """)
    void theShippedRegistryDescribesItsTypes(
            String name, String displayName, String category, int seconds, String retention) {
        DeviceType type = RegistryFixture.shipped(name);

        assertThat(type.topic()).isEqualTo("iot." + name + ".enriched");
        assertThat(type.displayName()).isEqualTo(displayName);
        assertThat(type.category()).isEqualTo(category);
        assertThat(type.updateFrequency()).contains(Duration.ofSeconds(seconds));
        assertThat(type.retentionPolicy()).isEqualTo(retention);
        assertThat(type.description()).isNotBlank();
        assertThat(type.capabilities()).isNotEmpty();
    }

    @Test
    void aPathBelowAMeasurementWithoutChildrenIsMeasuredAsItIs() {
        DeviceType breaker = RegistryFixture.shipped("smart_breaker");

        assertThat(breaker.measurement("temperature.max")).isEqualTo(breaker.measurement("temperature"));
        assertThat(breaker.measurement("temperature.day.max")).isEqualTo(breaker.measurement("temperature"));
        assertThat(breaker.measurement("power.active.peak")).isEqualTo(breaker.measurement("power.active"));
        assertThat(breaker.measurement("power.active.day.peak")).isEqualTo(breaker.measurement("power.active"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "colour",
                "colour.red",
                "voltage.phase_d",
                "power.imaginary",
                "power.imaginary.x",
                "",
                ".",
                "x..y"
            })
    void whatIsNotDeclaredHasNoMeasurement(String metric) {
        assertThat(RegistryFixture.shipped("smart_breaker").measurement(metric)).isNull();
    }

    @Test
    void anObjectIsNoNumberButKeepsItsUnit() {
        Measurement power = RegistryFixture.shipped("smart_breaker").measurement("power");

        assertThat(power.dataType()).isEqualTo(DataType.OBJECT);
        assertThat(power.isNumeric()).isFalse();
        assertThat(power.unit()).isEqualTo("W");
        assertThat(power.contains(7000)).isTrue();
    }

    @Test
    void aRangeIncludesItsEndsAndNoNaN() {
        Measurement voltage = RegistryFixture.shipped("smart_breaker").measurement("voltage");

        assertThat(voltage.contains(110)).isTrue();
        assertThat(voltage.contains(130)).isTrue();
        assertThat(voltage.contains(109.99)).isFalse();
        assertThat(voltage.contains(130.01)).isFalse();
        assertThat(voltage.contains(Double.NaN)).isFalse();
    }

    @Test
    void aComponentTakesUnitAndDataTypeFromItsMeasurementButNoRange() throws Exception {
        DeviceType lift =
                lift("\"load\": {\"unit\": \"kg\", \"data_type\": \"integer\", \"min_value\": 0, \"max_value\": 900,"
                        + " \"components\": {\"cabin\": {}, \"rope\": {\"unit\": \"N\", \"data_type\": \"float\"}}}");

        assertThat(lift.measurement("load.cabin"))
                .isEqualTo(new Measurement(
                        "kg", null, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, DataType.INTEGER));
        assertThat(lift.measurement("load.rope"))
                .isEqualTo(
                        new Measurement("N", "kg", Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, DataType.FLOAT));
    }

    @Test
    void validValuesTellTypeAndRangeWhereTheDeclarationDoesNot() throws Exception {
        DeviceType lift = lift("\"state\": {\"components\": {\"door\": {\"valid_values\": [\"open\", \"closed\"]},"
                + " \"moving\": {\"valid_values\": [true, false]}, \"speed\": {\"valid_values\": [2, 0, 1]}}}");

        assertThat(lift.measurement("state").dataType()).isEqualTo(DataType.OBJECT);
        assertThat(lift.measurement("state.door").dataType()).isEqualTo(DataType.STRING);
        assertThat(lift.measurement("state.door").isNumeric()).isFalse();
        assertThat(lift.measurement("state.moving")).isEqualTo(new Measurement("", null, 0, 1, DataType.BOOLEAN));
        assertThat(lift.measurement("state.speed")).isEqualTo(new Measurement("", null, 0, 2, DataType.FLOAT));
    }

    @Test
    void aRangeMayBeOpenAtOneEnd() throws Exception {
        DeviceType lift = lift("\"trips\": {\"min_value\": 0}");

        assertThat(lift.measurement("trips"))
                .isEqualTo(new Measurement("", null, 0, Double.POSITIVE_INFINITY, DataType.FLOAT));
    }

    @Test
    void anOptionalMeasurementIsNotRequired() {
        DeviceType sensor = RegistryFixture.shipped("environmental_sensor");

        assertThat(sensor.measurementNames())
                .containsExactly("temperature", "humidity", "pressure", "co2", "occupancy");
        assertThat(sensor.requiredMeasurementNames()).containsExactly("temperature", "humidity", "pressure");
    }

    @ParameterizedTest
    @CsvSource({"1_second, PT1S", "90_seconds, PT90S", "2_minutes, PT2M", "6_hours, PT6H", "7_days, PT168H"})
    void anUpdateFrequencyIsADuration(String text, Duration expected) throws Exception {
        Path file = RegistryFixture.write(
                folder,
                "{\"device_types\": {\"lift\": {\"name\": \"Lift\", \"update_frequency\": \"" + text
                        + "\", \"measurements\": {}}}}");

        assertThat(new DeviceRegistry(file).types().find("lift").updateFrequency())
                .contains(expected);
    }

    @Test
    void metadataHasTheKeysOfTheEnrichedMessageInTheirOrder() throws Exception {
        byte[] metadata = RegistryFixture.shipped("smart_breaker").metadataJson();

        assertThat(new String(metadata, UTF_8))
                .isEqualTo("{\"device_type\":\"smart_breaker\",\"device_type_name\":\"Smart Circuit Breaker\","
                        + "\"device_type_description\":\"Three-phase circuit breaker that measures its feeder, protects"
                        + " it, and reports its own state and wear\",\"device_category\":\"electrical_protection\","
                        + "\"capabilities\":[\"voltage_monitoring\",\"current_monitoring\",\"power_monitoring\","
                        + "\"frequency_monitoring\",\"temperature_monitoring\",\"status_monitoring\","
                        + "\"protection_monitoring\",\"operational_monitoring\"],\"data_format\":\"json\","
                        + "\"update_frequency\":\"5_seconds\",\"retention_policy\":\"30_days\","
                        + "\"manufacturer\":\"Northgate Switchgear, Halden Electric\","
                        + "\"model\":\"NG-3P-63, NG-3P-100, HE Guard 100\",\"version\":\"1.0.0\","
                        + "\"measurement_metadata\":{"
                        + metadataOf(
                                "voltage", "V", "Voltage between each phase and neutral", "110.0", "130.0", "float")
                        + ","
                        + metadataOf("current", "A", "Current drawn through each phase", "0.0", "100.0", "float")
                        + ","
                        + metadataOf(
                                "power",
                                "W",
                                "Power that flows through the breaker, over all phases",
                                "null",
                                "null",
                                "object")
                        + ","
                        + metadataOf("frequency", "Hz", "Frequency of the grid", "59.0", "61.0", "float")
                        + ","
                        + metadataOf(
                                "temperature",
                                "°C",
                                "Temperature inside the housing of the breaker",
                                "20.0",
                                "80.0",
                                "float")
                        + ","
                        + metadataOf("status", "", "What state the breaker is in", "null", "null", "object")
                        + ","
                        + metadataOf(
                                "protection", "", "What the protection has seen and done", "null", "null", "object")
                        + ","
                        + metadataOf(
                                "operational",
                                "",
                                "How hard and how long the breaker has worked",
                                "null",
                                "null",
                                "object")
                        + "}}");
    }

    @Test
    void theUnknownTypeSaysSoAndMeasuresNothing() throws Exception {
        DeviceType unknown = RegistryFixture.shipped().unknown();

        assertThat(unknown.name()).isEqualTo("unknown");
        assertThat(unknown.topic()).isEqualTo("iot.unknown.enriched");
        assertThat(unknown.displayName()).isEqualTo("Unknown Device Type");
        assertThat(unknown.measurementNames()).isEmpty();
        assertThat(unknown.measurement("voltage")).isNull();
        assertThat(unknown.updateFrequency()).isEmpty();
        JsonNode metadata = JSON.readTree(unknown.metadataJson());
        assertThat(metadata.fieldNames()).toIterable().hasSize(12);
        assertThat(metadata.path("device_type").asText()).isEqualTo("unknown");
        assertThat(metadata.path("measurement_metadata").isEmpty()).isTrue();
    }

    @Test
    void theJsonOfATypeIsItsEntryWithItsName() throws Exception {
        JsonNode entry = JSON.readTree(RegistryFixture.SHIPPED.toFile()).at("/device_types/smart_meter");

        JsonNode json = JSON.readTree(RegistryFixture.shipped("smart_meter").json());

        assertThat(json.fieldNames().next()).isEqualTo("device_type");
        assertThat(json.path("device_type").asText()).isEqualTo("smart_meter");
        for (Map.Entry<String, JsonNode> key : entry.properties()) {
            assertThat(json.get(key.getKey())).isEqualTo(key.getValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Breaker", "1breaker", "a.b", "a b", "a/b", "../dlq", "breaker\n", "_a", "größe"})
    void aNameThatWouldMakeAStrangeTopicIsRefused(String name) {
        assertThatThrownBy(() -> new DeviceType(name, JsonNodeFactory.instance.objectNode(), "1"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private DeviceType lift(String measurements) throws Exception {
        Path file = RegistryFixture.write(folder, RegistryFixture.lift("\"measurements\": {" + measurements + "}"));
        return new DeviceRegistry(file).types().find("lift");
    }

    private static String metadataOf(
            String name, String unit, String description, String min, String max, String dataType) {
        return "\"%s\":{\"unit\":\"%s\",\"description\":\"%s\",\"min_value\":%s,\"max_value\":%s,\"data_type\":\"%s\",\"category\":\"measurement\",\"access_level\":\"read\"}"
                .formatted(name, unit, description, min, max, dataType);
    }
}
