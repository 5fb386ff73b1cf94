package io.caravan.registry;

import static io.caravan.registry.RegistryFixture.lift;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryProblemsTest {

    @TempDir
    Path folder;

    static Stream<Arguments> problems() {
        return Stream.of(
                Arguments.of("[]", "must be an object"),
                Arguments.of("{}", "/device_types: is missing"),
                Arguments.of("{\"device_types\": {}}", "/device_types: must not be empty"),
                Arguments.of("{\"device_types\": {\"lift\": 3}}", "/device_types/lift: must be an object"),
                Arguments.of("{\"device_type\": {}, \"device_types\": {}}", "/device_type: is no known key"),
                Arguments.of(
                        lift("\"measurements\": {}, \"update_frequncy\": \"1_day\""),
                        "/device_types/lift/update_frequncy: is no known key: did you mean update_frequency? There are name, description, category, capabilities,"),
                Arguments.of(lift("\"locations\": []"), "/device_types/lift/measurements: is missing"),
                Arguments.of(
                        measuring("\"load\": {\"min_value\": \"0\"}"),
                        "/device_types/lift/measurements/load/min_value: must be a number"),
                Arguments.of(
                        measuring("\"load\": {\"unit\": 3}"),
                        "/device_types/lift/measurements/load/unit: must be a string"),
                Arguments.of(
                        measuring("\"load\": {\"min_vlaue\": 0}"),
                        "/device_types/lift/measurements/load/min_vlaue: is no known key"),
                Arguments.of(
                        measuring("\"load\": {\"data_type\": \"flaot\"}"),
                        "/device_types/lift/measurements/load/data_type: must be one of [\"float\", \"double\","
                                + " \"integer\", \"boolean\", \"string\", \"object\"]"),
                Arguments.of(
                        measuring("\"load\": {\"min_value\": 5, \"max_value\": 4.5}"),
                        "/device_types/lift/measurements/load/min_value: must not be above max_value: 5.0 > 4.5"),
                Arguments.of(
                        measuring("\"load\": {\"components\": {\"rope\": {\"min_value\": 5, \"max_value\": 4}}}"),
                        "/device_types/lift/measurements/load/components/rope/min_value: must not be above max_value"),
                Arguments.of(
                        measuring("\"load\": {\"max_value\": 1e999}"),
                        "/device_types/lift/measurements/load/max_value: is too large for a number"),
                Arguments.of(
                        measuring("\"load\": {\"valid_values\": [null]}"),
                        "/device_types/lift/measurements/load/valid_values/0: must be a number or true or false or a"
                                + " string"),
                Arguments.of(
                        measuring("\"load\": {\"components\": {\"rope\": {\"valid_values\": [0, \"open\"]}}}"),
                        "/device_types/lift/measurements/load/components/rope/valid_values: has both texts and numbers: say"),
                Arguments.of(
                        measuring("\"load.max\": {}"),
                        "/device_types/lift/measurements/load.max: is no valid name: A key of the device's JSON, 128 characters at most. No dots"),
                Arguments.of(
                        measuring("\"load\": {\"phases\": [\"a.b\"]}"),
                        "/device_types/lift/measurements/load/phases/0: has not the right form: A key of the device's JSON, 128"),
                Arguments.of(
                        measuring("\"a/b~c\": {\"unit\": 3}"),
                        "/device_types/lift/measurements/a~1b~0c/unit: must be a string"),
                Arguments.of(
                        lift("\"measurements\": {}").replace("10_seconds", "10 seconds"),
                        "/device_types/lift/update_frequency: has not the right form: How often a device reports: 5_seconds, 1_minute"),
                Arguments.of(
                        lift("\"measurements\": {}, \"retention_policy\": \"forever\""),
                        "/device_types/lift/retention_policy: has not the right form: How long its data is worth keeping: 12_hours"),
                Arguments.of(
                        lift("\"measurements\": {}, \"windows\": \"1m\""),
                        "/device_types/lift/windows: must be an array"),
                Arguments.of(
                        lift("\"measurements\": {}, \"windows\": [\"1m\", \"1 hour\"]"),
                        "/device_types/lift/windows/1: has not the right form: A number of seconds, minutes, hours or days, s, m, h or d: 15m"),
                Arguments.of(
                        lift("\"measurements\": {}, \"windows\": [\"1m\", \"7m\"]"),
                        "/device_types/lift/windows/1: must be a divisor of a day in whole seconds, such as 1m, 15m or 1h"));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void aProblemIsToldWithItsPlace(String registry, String problem) throws IOException {
        Path file = RegistryFixture.write(folder, registry);

        assertThat(errorOf(file).lines()).anyMatch(line -> line.startsWith(file + ": " + problem));
    }

    /** A component has the data type of its parent where it names none. */
    @Test
    void textsAndNumbersMayStandSideBySideInStrings() throws IOException {
        Path file = RegistryFixture.write(
                folder,
                measuring(
                        "\"load\": {\"data_type\": \"string\", \"components\": {\"rope\": {\"valid_values\": [0, \"open\"]}}}"));

        assertThatCode(() -> new DeviceRegistry(file)).doesNotThrowAnyException();
    }

    @Test
    void aWindowThatIsNotMadeOfTheSmallestOnesIsToldSo() throws IOException {
        Path file = RegistryFixture.write(folder, lift("\"measurements\": {}, \"windows\": [\"90s\", \"1h\"]"));

        assertThatThrownBy(() -> new DeviceRegistry(file, Duration.ofSeconds(60)))
                .isInstanceOf(UserError.class)
                .hasMessage(file + ": /device_types/lift/windows/0: must be a multiple of 60 s, the smallest of"
                        + " caravan.window.widths: all windows are made of that");
    }

    @Test
    void aValueOfTheWrongFormIsToldWithAnExample() throws IOException {
        Path file = RegistryFixture.write(folder, lift("\"measurements\": {}").replace("10_seconds", "10 s"));

        assertThat(errorOf(file)).contains("5_seconds, 1_minute");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Breaker", "1breaker", "a.b", "a b", "../dlq", "a-b", "_a", "größe", ""})
    void aTypeNameThatWouldMakeAStrangeTopicIsRefused(String name) throws IOException {
        Path file = RegistryFixture.write(folder, lift("\"measurements\": {}").replace("\"lift\"", '"' + name + '"'));

        assertThat(errorOf(file))
                .startsWith(
                        file + ": /device_types/" + name.replace("/", "~1") + ": is no valid name: Lower case letters,")
                .doesNotContain("[");
    }

    @Test
    void aLineBreakInATypeNameIsRefusedOnOneLine() throws IOException {
        Path file = RegistryFixture.write(folder, lift("\"measurements\": {}").replace("\"lift\"", "\"lift\\n\""));

        assertThat(errorOf(file)).contains("/device_types/lift").hasLineCount(1);
    }

    @Test
    void aTypeNameIsCheckedEvenWhereTheUsersSchemaIsLooser() throws IOException {
        Files.writeString(folder.resolve("device-registry.schema.json"), "{}");
        Path file = RegistryFixture.write(folder, "{\"device_types\": {\"a.b\": {}, \"c\": 1}}");

        assertThat(errorOf(file))
                .contains("/device_types/a.b: is no valid name")
                .contains("/device_types/c: must be an");
    }

    @Test
    void theNameOfTheUnknownTypeIsReserved() throws IOException {
        Path file = RegistryFixture.write(folder, lift("\"measurements\": {}").replace("\"lift\"", "\"unknown\""));

        assertThat(errorOf(file))
                .startsWith(file + ": /device_types/unknown: is the name of devices that no type fits");
    }

    @Test
    void atMostTenLinesAreTold() throws IOException {
        StringBuilder measurements = new StringBuilder("\"m\": {}");
        for (int i = 0; i < 30; i++) {
            measurements.append(", \"m").append(i).append("\": {\"unit\": 1}");
        }
        Path file = RegistryFixture.write(folder, measuring(measurements.toString()));

        assertThat(errorOf(file)).hasLineCount(10).endsWith("and 21 more");
    }

    @Test
    void brokenJsonIsToldWithLineAndColumn() throws IOException {
        Path file = RegistryFixture.write(folder, "{\n  \"device_types\": {\n    oops\n");

        assertThat(errorOf(file)).startsWith(file + ": line 3, column 5: ").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\": NaN}  | line 1, column 10: Non-standard token 'NaN'",
                "{\"a\": [1    | line 1, column 9: Unexpected end-of-input: expected close marker for Array (start marker at line: 1, column: 7)",
                "{} {}        | line 1, column 4: Trailing token found after value",
                "{} /* a */   | line 1, column 4: Unexpected character ('/' (code 47)): maybe a (non-standard) comment?"
            })
    void brokenJsonIsToldWithoutNamesOfTheParser(String registry, String problem) throws IOException {
        Path file = RegistryFixture.write(folder, registry);

        assertThat(errorOf(file)).isEqualTo(file + ": " + problem);
    }

    @Test
    void aKeyThatStandsTwiceIsAnError() throws IOException {
        Path file = RegistryFixture.write(folder, measuring("\"load\": {}, \"load\": {}"));

        assertThat(errorOf(file)).contains("line 1, column ").contains("Duplicate field 'load'");
    }

    @Test
    void whatStandsBehindTheRegistryIsAnError() throws IOException {
        Path file = RegistryFixture.write(folder, lift("\"measurements\": {}") + " {}");

        assertThat(errorOf(file)).contains("line 1, column ");
    }

    @Test
    void anEmptyFileIsAnError() throws IOException {
        assertThat(errorOf(RegistryFixture.write(folder, ""))).endsWith(": is empty");
    }

    @Test
    void textInAnotherEncodingIsAnError() throws IOException {
        Path file = RegistryFixture.write(folder, "");
        Files.write(file, measuring("\"load\": {\"unit\": \"°C\"}").getBytes(StandardCharsets.ISO_8859_1));

        assertThat(errorOf(file)).startsWith(file + ": ").hasLineCount(1);
    }

    @Test
    void aMissingFileIsAnError() throws IOException {
        RegistryFixture.write(folder, "");
        Path file = folder.resolve("absent.json");

        assertThat(errorOf(file)).isEqualTo(file + ": is missing");
    }

    @Test
    void aSchemaThatIsNoneIsAnError() throws IOException {
        Files.writeString(folder.resolve("device-registry.schema.json"), "{\"type\": ");
        Path file = RegistryFixture.write(folder, "{}");

        assertThatThrownBy(() -> new DeviceRegistry(file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(folder.resolve("device-registry.schema.json") + " is no JSON Schema");
    }

    @Test
    void keysOfTheUsersOwnAreWelcomeWhereTheyBeginWithX() throws IOException {
        Path file = RegistryFixture.write(
                folder,
                "{\"$schema\": \"./device-registry.schema.json\", \"x_a\": 1, \"device_types\": {\"lift\": {\"x_b\": [],"
                        + " \"name\": \"Lift\", \"update_frequency\": \"1_day\", \"measurements\": {\"load\": {\"x_c\":"
                        + " null}}}}, \"metadata\": {\"owner\": \"us\"}}");

        assertThat(new DeviceRegistry(file).types().find("lift")).isNotNull();
    }

    @Test
    void aFileOfTheOriginalFormatWithItsGapsIsValid() throws IOException {
        Path file = RegistryFixture.write(
                folder,
                """
                {"device_types": {"pump": {
                  "name": "Pump", "description": "", "category": "water", "capabilities": ["flow_monitoring"],
                  "measurements": {
                    "flow": {"unit": "l/s", "description": "", "min_value": 0, "max_value": 90.0, "data_type": "float",
                             "phases": ["inlet", "outlet"]},
                    "state": {"description": "", "data_type": "object", "components": {
                      "running": {"valid_values": [true, false], "description": ""},
                      "valve": {"valid_values": [0, 1]},
                      "hours": {"min_value": 0.0, "max_value": 9000, "unit": "hours"}}}},
                  "manufacturers": [{"name": "P", "models": ["1"], "specifications": {"any": 1}}, {"name": "Q"}],
                  "locations": ["a"], "data_format": "json", "update_frequency": "1_minute",
                  "retention_policy": "1_year"}},
                 "metadata": {"version": "1.0.0", "last_updated": "2026-01-01", "description": "",
                              "schema_version": "1.0", "contact": ""}}
                """);

        DeviceType pump = new DeviceRegistry(file).types().find("pump");

        assertThat(pump.measurement("flow.inlet")).isEqualTo(new Measurement("l/s", null, 0, 90, DataType.FLOAT));
        assertThat(pump.measurement("state.running")).isEqualTo(new Measurement("", null, 0, 1, DataType.BOOLEAN));
        assertThat(pump.measurement("state.valve")).isEqualTo(new Measurement("", null, 0, 1, DataType.FLOAT));
        assertThat(pump.measurement("state.hours")).isEqualTo(new Measurement("hours", null, 0, 9000, DataType.FLOAT));
        assertThat(pump.detectBy()).isEmpty();
    }

    @Test
    void theShippedSchemaIsAValidSchema() throws IOException {
        var metaSchema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

        assertThat(metaSchema.validate(new JsonMapper()
                        .readTree(RegistryFixture.SHIPPED
                                .resolveSibling("device-registry.schema.json")
                                .toFile())))
                .isEmpty();
    }

    private static String measuring(String measurements) {
        return lift("\"measurements\": {" + measurements + "}");
    }

    private static String errorOf(Path file) {
        return catchThrowableOfType(UserError.class, () -> new DeviceRegistry(file))
                .getMessage();
    }
}
