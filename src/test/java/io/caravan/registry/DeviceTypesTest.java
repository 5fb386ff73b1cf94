package io.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceTypesTest {

    private final DeviceTypes types = RegistryFixture.shipped();

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            voltage,                          smart_breaker
            current,                          smart_breaker
            power,                            smart_breaker
            breaker_status,                   smart_breaker
            energy,                           smart_meter
            demand,                           smart_meter
            power_factor,                     smart_meter
            temperature,                      environmental_sensor
            humidity,                         environmental_sensor
            pressure,                         environmental_sensor
            co2,                              environmental_sensor
            occupancy,                        environmental_sensor
            temperature humidity,             environmental_sensor
            voltage current temperature power, smart_breaker
            temperature energy,               smart_meter
            temperature energy current,       smart_breaker
            colour voltage,                   smart_breaker
            colour,                           unknown
            Voltage,                          unknown
            voltage.phase_a,                  unknown
            """)
    void theMeasurementsTellTheType(String measurements, String type) {
        assertThat(types.detect(List.of(measurements.split(" "))).name()).isEqualTo(type);
        assertThat(types.detect(Set.of(measurements.split(" "))).name()).isEqualTo(type);
    }

    @Test
    void noMeasurementsTellNoType() {
        assertThat(types.detect(List.of())).isSameAs(types.unknown());
    }

    @Test
    void aNewTypeIsDetectedWithoutAnyCode(@TempDir Path folder) throws Exception {
        Path file = RegistryFixture.write(
                folder,
                """
                {"device_types": {
                  "lift": {"name": "Lift", "update_frequency": "10_seconds", "measurements": {},
                           "detect_by": ["floor", "load"]},
                  "crane": {"name": "Crane", "update_frequency": "1_second", "measurements": {},
                            "detect_by": ["load", "wind"]},
                  "scale": {"name": "Scale", "update_frequency": "1_second", "measurements": {}}}}
                """);

        DeviceTypes edited = new DeviceRegistry(file).types();

        assertThat(edited.detect(Set.of("floor")).name()).isEqualTo("lift");
        assertThat(edited.detect(Set.of("load")).name()).isEqualTo("lift");
        assertThat(edited.detect(Set.of("wind")).name()).isEqualTo("crane");
        assertThat(edited.detect(Set.of("wind", "load")).name()).isEqualTo("lift");
        assertThat(edited.detect(Set.of("voltage"))).isSameAs(edited.unknown());
    }

    @Test
    void typesAreFoundByNameAndListedInTheOrderOfTheFile() {
        assertThat(types.all())
                .extracting(DeviceType::name)
                .startsWith("smart_breaker", "smart_meter", "environmental_sensor");
        assertThat(types.find("smart_meter")).isSameAs(types.all().get(1));
        assertThat(types.find("lift")).isNull();
        assertThat(types.find("unknown")).isNull();
    }

    @Test
    void theJsonOfAllTypesIsTheListOfTheirEntries() throws Exception {
        JsonMapper json = new JsonMapper();

        JsonNode list = json.readTree(types.json());

        assertThat(list).hasSize(types.all().size());
        for (int i = 0; i < list.size(); i++) {
            assertThat(list.get(i)).isEqualTo(json.readTree(types.all().get(i).json()));
        }
    }
}
