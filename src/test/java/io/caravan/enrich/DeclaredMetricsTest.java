package io.caravan.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.decode.Decoded;
import io.caravan.decode.Decoder;
import io.caravan.decode.JsonDecoder;
import io.caravan.decode.JsonDialect;
import io.caravan.decode.RawMessage;
import io.caravan.decode.SenmlDecoder;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the registry declares of a metric decides what its values become, in whatever form they come. */
class DeclaredMetricsTest {

    private static final long RECEIVED = 1_795_262_400_000_000L;
    private static final Decoder DECODER = new SenmlDecoder(new JsonDecoder(JsonDialect.flexible(ZoneOffset.UTC)));

    @TempDir
    private Path folder;

    private DeviceType type;

    @BeforeEach
    void declare() throws Exception {
        Files.copy(Path.of("config", "device-registry.schema.json"), folder.resolve("device-registry.schema.json"));
        Path file = Files.writeString(
                folder.resolve("device-registry.json"),
                """
                {"device_types": {"t": {"name": "T", "update_frequency": "1_minute", "measurements": {
                  "mac": {"data_type": "string"},
                  "id": {"data_type": "string", "components": {"serial": {}}},
                  "count": {"data_type": "integer"},
                  "state": {"data_type": "integer", "unit": ""},
                  "temp": {"unit": "°C", "min_value": 0, "max_value": 30},
                  "power": {"unit": "W", "components": {"active": {}, "factor": {"unit": ""}}},
                  "level": {"min_value": 0, "max_value": 10},
                  "share": {"unit": "%"}}}}}
                """);
        type = new DeviceRegistry(file).types().find("t");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"001122aabbcc\"'",
        "'\"00123456\"'",
        "'\"2nd floor\"'",
        "'\"23.5 °C\"'",
        "777",
        "true",
        "1e999",
        "'{\"value\":7,\"unit\":\"V\"}'",
        "'[1,2]'"
    })
    void aTextMakesNoReadingWhateverItLooksLike(String value) throws Exception {
        for (String payload :
                new String[] {"{'ts':1795255200,'mac':@}", "{'ts':1795255200,'measurements':{'mac':@}}"}) {
            assertThat(shown(payload.replace("@", value))).isEqualTo("event");
        }
        assertThat(shown("{'ts':1795255200,'id':{'serial':" + value + "},'temp':21}"))
                .isEqualTo("temp=21.0 °C GOOD event");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'count':'0xFF'                        | count=NaN  BAD",
                "'count':'7F'                          | count=7.0 F UNCERTAIN",
                "'count':'3 open'                      | count=3.0 open UNCERTAIN",
                "'state':'3 open'                      | state=3.0 open UNCERTAIN",
                "'count':'7'                           | count=7.0  GOOD",
                "'count':3.7                           | count=3.7  UNCERTAIN",
                "'count':-3.0                          | count=-3.0  GOOD",
                "'temp':'3 open'                       | temp=3.0 open UNCERTAIN",
                "'temp':'21 °C'                        | temp=21.0 °C GOOD",
                "'temp':'31 °C'                        | temp=31.0 °C UNCERTAIN",
                "'temp':{'value':21,'unit':'°F'}       | temp=21.0 °F UNCERTAIN",
                "'temp':{'value':21,'unit':'Cel'}      | temp=21.0 Cel GOOD",
                "'temp':{'value':21,'unit':''}         | temp=21.0 °C GOOD",
                "'temp':21,'unit':'°F'                 | temp=21.0 °F UNCERTAIN",
                "'share':{'value':21,'unit':'%RH'}     | share=21.0 %RH GOOD",
                "'level':'7 mm'                        | level=7.0 mm GOOD",
                "'level':'17 mm'                       | level=17.0 mm UNCERTAIN",
                "'other':'7 mm'                        | other=7.0 mm GOOD",
                "'power':{'active':1,'factor':0.9,'unit':'W'} | power.active=1.0 W GOOD,power.factor=0.9  GOOD"
            })
    void aUnitOrAFractionThatIsNotDeclaredMakesAValueUncertain(String members, String readings) throws Exception {
        assertThat(shown("{'ts':1795255200," + members + "}")).isEqualTo(readings);
    }

    @ParameterizedTest
    @CsvSource({"'[{\"n\":\"mac\",\"t\":1795255200,\"v\":777}]', mac=777.0  GOOD"})
    void whatSenmlCallsANumberIsOne(String pack, String reading) throws Exception {
        assertThat(shown(pack)).isEqualTo(reading);
    }

    private String shown(String json) throws Exception {
        byte[] payload = json.replace('\'', '"').getBytes(UTF_8);
        Decoded decoded = DECODER.decode(new RawMessage("iot", "iot/x/raw", "default", "x", RECEIVED, payload));
        Normalised normalised = Normalised.of(decoded, RECEIVED, type);
        String readings = normalised.readings().stream()
                .map(reading ->
                        reading.metric() + '=' + reading.value() + ' ' + reading.unit() + ' ' + reading.quality())
                .collect(Collectors.joining(","));
        return (readings + (normalised.event() ? " event" : "")).strip();
    }
}
