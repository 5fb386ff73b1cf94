package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Measured.Form;
import java.nio.charset.Charset;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonDecoderTest {

    private static final JsonDecoder DECODER = new JsonDecoder(JsonDialect.flexible(ZoneOffset.UTC));
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final String BREAKER =
            """
            {"device_id": "breaker-001", "device_type": "smart_breaker", "timestamp": "2026-11-21T10:15:30.123456Z",
             "event_type": "telemetry", "measurements": {
               "voltage": {"phase_a": 121.3, "phase_b": 120.01, "phase_c": 119.9, "unit": "V"},
               "power": {"active": 7000.5, "factor": 0.912, "unit": "W"},
               "frequency": {"value": 60.01, "unit": "Hz"},
               "temperature": {"unit": "°C", "value": 41.2},
               "status": {"breaker": 1, "position": 0},
               "protection": {"trip_count": 3, "arc_fault_detected": false}}}
            """;

    @Test
    void aSmartBreakerIsReadWithPathsUnitsAndBooleans() throws Exception {
        Decoded decoded = decode(BREAKER);

        assertThat(decoded.device()).isEqualTo("breaker-001");
        assertThat(decoded.deviceType()).isEqualTo("smart_breaker");
        assertThat(decoded.eventType()).isEqualTo("telemetry");
        assertThat(decoded.timestamp()).isEqualTo(1_795_256_130_123_456L);
        assertThat(decoded.names())
                .containsExactly("voltage", "power", "frequency", "temperature", "status", "protection");
        assertThat(decoded.measured())
                .containsExactly(
                        number("voltage.phase_a", 121.3, "V"),
                        number("voltage.phase_b", 120.01, "V"),
                        number("voltage.phase_c", 119.9, "V"),
                        number("power.active", 7000.5, "W"),
                        number("power.factor", 0.912, "W"),
                        number("frequency", 60.01, "Hz"),
                        number("temperature", 41.2, "°C"),
                        number("status.breaker", 1, null),
                        number("status.position", 0, null),
                        number("protection.trip_count", 3, null),
                        number("protection.arc_fault_detected", 0, null));
        assertThat(decoded.measurements().text())
                .startsWith("{\n   \"voltage\"")
                .endsWith("}}");
    }

    @Test
    void aBuildingSensorNamesItsTenantAndMeasuresInEveryOtherField() throws Exception {
        Decoded decoded = decode(
                """
                {"deviceId":"tenant-1-sensor-1","tenant_id":"tenant-1","timestamp":1795220356227,\
                "temperature":24.5,"humidity":48.5}""");

        assertThat(decoded.device()).isEqualTo("tenant-1-sensor-1");
        assertThat(decoded.tenant()).isEqualTo("tenant-1");
        assertThat(decoded.timestamp()).isEqualTo(1_795_220_356_227_000L);
        assertThat(decoded.measured())
                .containsExactly(number("temperature", 24.5, null), number("humidity", 48.5, null));
        assertThat(decoded.measurements().text()).isEqualTo("{\"temperature\":24.5,\"humidity\":48.5}");
    }

    @Test
    void theTopicsDeviceWinsOverThePayloads() throws Exception {
        assertThat(DECODER.decode(new RawMessage(
                                "iot", "iot/t/d/raw", "t", "d", 0, bytes("{\"device_id\":\"x\",\"a\":1}")))
                        .device())
                .isEqualTo("d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"device_id\":\"d\",\"measurements\":[1,{\"a\":\"x\"}],\"b\":2}",
                "{\"device_id\":\"d\",\"measurements\":12}",
                "{\"device_id\":\"d\",\"measurements\" : \"12 V\" , \"b\" : {\"c\":[1]}}",
                "{\"device_id\":\"d\",\"b\":true,\"measurements\":[]}",
                "{\"device_id\":\"d\",\"b\":false , \"c\" : -1.5e3 ,\"measurements\":null }",
                "{ \"device_id\" : \"dö\" ,\n\t\"tempörature °\" : \"27.93 °C\" , \"\\u00e9\\\"\" : \"\\\\\" }",
                "{\"😀\":\"😀\",\"device_id\":\"d\",\"b\":[{\"😀\":\"ß\"}],\"c\":\"ß\"}",
                "{\"device_id\":\"d\",\"b\":1,\"measurements\":{ \"ö\" : {\"value\":1,\"unit\":\"°C\"} } ,\"c\":3}"
            })
    void theMeasurementsAreRepeatedAsTheyCame(String json) throws Exception {
        var sent = MAPPER.readTree(json);
        Decoded decoded = decode(json);

        var repeated = MAPPER.readTree(decoded.measurements().text());
        if (sent.path("measurements").isObject()) {
            assertThat(repeated).isEqualTo(sent.path("measurements"));
        } else {
            var expected = (com.fasterxml.jackson.databind.node.ObjectNode) sent.deepCopy();
            expected.remove("device_id");
            assertThat(repeated).isEqualTo(expected);
        }
    }

    @Test
    void measurementsThatComeTwiceCountAsTheLast() throws Exception {
        Decoded decoded =
                decode("{\"device_id\":\"d\",\"x\":9,\"measurements\":{\"a\":1},\"y\":8,\"measurements\":{\"b\":2}}");

        assertThat(decoded.measured()).containsExactly(number("b", 2, null));
        assertThat(decoded.names()).containsExactly("b");
        assertThat(decoded.measurements().text()).isEqualTo("{\"b\":2}");
    }

    @Test
    void theUnitCountsForAllThatItStandsBesideBeforeOrAfter() throws Exception {
        assertThat(decode(
                                "{\"device_id\":\"d\",\"a\":{\"x\":1,\"b\":{\"y\":2,\"unit\":\"A\"},\"unit\":\"V\",\"z\":\"3 W\"}}")
                        .measured())
                .containsExactly(number("a.x", 1, "V"), number("a.b.y", 2, "A"), number("a.z", 3, "W"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'device_id':'d','t':21,'unit':'°F','u':{'v':3}}    | t=21.0 °F,u.v=3.0 °F",
                "{'device_id':'d','unit':'V','value':7}              | value=7.0 V",
                "{'device_id':'d','measurements':{'a':1,'unit':'V'}} | a=1.0 V",
                "{'device_id':'d','measurements':{'unit':'V','value':1}} | value=1.0 V",
                "{'device_id':'d','unit':'V','measurements':{'a':1}} | a=1.0 null",
                "{'device_id':'d','a':1,'unit':7}                    | a=1.0 null,unit=7.0 null"
            })
    void theUnitCountsForAllThatItStandsBesideAtTheTopAsWell(String json, String shown) throws Exception {
        Decoded decoded = decode(json.replace('\'', '"'));

        assertThat(shown(decoded)).isEqualTo(shown);
        assertThat(decoded.measurements().text().contains("unit")).isEqualTo(!shown.equals("a=1.0 null"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'device_id':'d','v':1,'v':2}                                        | v=2.0 null",
                "{'device_id':'d','v':1,'w':3,'v':2,'v':4}                            | w=3.0 null,v=4.0 null",
                "{'device_id':'d','v':{'a':1,'b':2},'w':[{'x':5,'x':6}],'v':{'a':3}}  | w.0.x=6.0 null,v.a=3.0 null",
                "{'device_id':'d','v':{'value':1,'unit':'V','value':2,'unit':'A'}}    | v=2.0 A",
                "{'device_id':'d','v':9,'measurements':{'v':1,'w':5,'v':2},'v':3}     | w=5.0 null,v=2.0 null",
                "{'device_id':'d','v':1,'v':null}                                     | v=NaN null",
                "{'device_id':'d','a':{'v':1},'b':{'v':2}}                            | a.v=1.0 null,b.v=2.0 null"
            })
    void whatStandsTwiceInAnObjectCountsAsTheLast(String json, String shown) throws Exception {
        assertThat(shown(decode(json.replace('\'', '"')))).isEqualTo(shown);
    }

    @Test
    void whatStandsTwiceInALargeObjectCountsAsTheLast() throws Exception {
        String members = IntStream.range(0, 5_000)
                .mapToObj(i -> ",\"m" + i % 4_000 + "\":" + i)
                .collect(Collectors.joining());
        assertThat(decode("{\"device_id\":\"d\"" + members + "}").measured())
                .hasSize(4_000)
                .contains(number("m0", 4_000, null), number("m999", 4_999, null), number("m1000", 1_000, null));
    }

    @Test
    void aUnitThatIsNoneIsLeftOut() throws Exception {
        assertThat(decode(
                                "{\"device_id\":\"d\",\"a\":{\"value\":1,\"unit\":\"\\u0000\"},\"b\":{\"value\":2,\"unit\":\"\\ud800\"},"
                                        + "\"c\":{\"value\":3,\"unit\":\"" + "x".repeat(33) + "\"}}")
                        .measured())
                .containsExactly(number("a", 1, null), number("b", 2, null), number("c", 3, null));
    }

    @Test
    void elementsOfArraysAreMetricsByTheirPlace() throws Exception {
        assertThat(decode("{\"device_id\":\"d\",\"a\":[1,[2,\"x\"],{\"value\":3}]}")
                        .measured())
                .containsExactly(
                        number("a.0", 1, null),
                        number("a.1.0", 2, null),
                        new Measured("a.1.1", Double.NaN, null, Form.TEXT),
                        number("a.2", 3, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1e999 | OVERFLOW",
                "-1e999 | OVERFLOW",
                "null | ABSENT",
                "'\"NaN\"' | TEXT",
                "'\"Infinity\"' | TEXT",
                "'\"1e999\"' | TEXT",
                "'\"2.1.0\"' | TEXT",
                "'\"27,5\"' | TEXT",
                "'\"2026-11-21\"' | TEXT",
                "'\"\"' | TEXT",
                "'\"\\u0000\\ud800\"' | TEXT"
            })
    void whatIsNoNumberIsToldApart(String value, Form form) throws Exception {
        Measured measured =
                decode("{\"device_id\":\"d\",\"a\":" + value + "}").measured().get(0);

        assertThat(measured.form()).isEqualTo(form);
        assertThat(measured.value()).isNaN();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.1",
                "121.3",
                "-0.0",
                "5e-324",
                "1.7976931348623157e308",
                "0.30000000000000004",
                "9007199254740993",
                "9223372036854775807",
                "123456789012345678901234567890",
                "1e-400",
                "2.2250738585072011e-308",
                "0.1000000000000000055511151231257827021181583404541015625",
                "1E5",
                "-12.0e-2"
            })
    void aNumberIsTheDoubleNearestToIt(String number) throws Exception {
        assertThat(decode("{\"device_id\":\"d\",\"a\":" + number + "}").measured())
                .containsExactly(number("a", Double.parseDouble(number), null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | MALFORMED_JSON",
                "'   ' | MALFORMED_JSON",
                "{ | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":1 | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":1}} | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":1}{} | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":NaN} | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":Infinity} | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":+1} | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":.5} | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":007} | MALFORMED_JSON",
                "{\"device_id\":\"d\",'a':1} | MALFORMED_JSON",
                "{\"device_id\":\"d\",\"a\":1,} | MALFORMED_JSON",
                "{\"device_id\":\"d\",a:1} | MALFORMED_JSON",
                "hello | MALFORMED_JSON",
                "[1,2 | MALFORMED_JSON",
                "[1,2] | NOT_AN_OBJECT",
                "[] | NOT_AN_OBJECT",
                "42 | NOT_AN_OBJECT",
                "-1.5 | NOT_AN_OBJECT",
                "\"text\" | NOT_AN_OBJECT",
                "true | NOT_AN_OBJECT",
                "null | NOT_AN_OBJECT",
                "{} | MISSING_DEVICE_ID",
                "{\"a\":1} | MISSING_DEVICE_ID",
                "{\"device_id\":null,\"a\":1} | MISSING_DEVICE_ID",
                "{\"device_id\":\"\",\"a\":1} | INVALID_ID",
                "{\"device_id\":\"  \",\"a\":1} | INVALID_ID",
                "{\"device_id\":{\"a\":1},\"a\":1} | INVALID_ID",
                "{\"device_id\":[1],\"a\":1} | INVALID_ID",
                "{\"device_id\":true,\"a\":1} | INVALID_ID",
                "{\"device_id\":1.5,\"a\":1} | INVALID_ID",
                "{\"device_id\":\"a\\u0000b\",\"a\":1} | INVALID_ID",
                "{\"device_id\":\"a\\nb\",\"a\":1} | INVALID_ID",
                "{\"device_id\":\"\\ud800\",\"a\":1} | INVALID_ID",
                "{\"device_id\":\"d\",\"tenant_id\":\"\\udc00x\",\"a\":1} | INVALID_ID",
                "{\"device_id\":\"d\",\"site_id\":{},\"a\":1} | INVALID_ID",
                "{\"device_id\":\"d\"} | EMPTY_MESSAGE",
                "{\"device_id\":\"d\",\"measurements\":{}} | EMPTY_MESSAGE",
                "{\"device_id\":\"d\",\"a\":1,\"measurements\":{}} | EMPTY_MESSAGE",
                "{\"device_id\":\"d\",\"\":1} | INVALID_METRIC",
                "{\"device_id\":\"d\",\"a\\u0000\":1} | INVALID_METRIC",
                "{\"device_id\":\"d\",\"a\":{\"\\ud800\":1}} | INVALID_METRIC",
                "{\"device_id\":\"d\",\"a\":1,\"timestamp\":\"yesterday\"} | INVALID_TIMESTAMP",
                "{\"device_id\":\"d\",\"a\":1,\"timestamp\":\"\"} | INVALID_TIMESTAMP",
                "{\"device_id\":\"d\",\"a\":1,\"timestamp\":true} | INVALID_TIMESTAMP",
                "{\"device_id\":\"d\",\"a\":1,\"timestamp\":{}} | INVALID_TIMESTAMP",
                "{\"device_id\":\"d\",\"a\":1,\"timestamp\":-1} | INVALID_TIMESTAMP",
                "{\"device_id\":\"d\",\"a\":1,\"timestamp\":1e999} | INVALID_TIMESTAMP",
                "{\"device_id\":\"d\",\"a\":1,\"timestamp\":99999999999999999999} | INVALID_TIMESTAMP"
            })
    void poisonIsNamed(String payload, Reason reason) {
        assertThat(reasonOf(bytes(payload))).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":NaN}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":007}",
                "{'a':1}",
                "{\"a\":1,}",
                "{\"a\":[1",
                "{a:1}",
                "hello",
                "/* a */ {}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}"
            })
    void whatIsNoJsonIsToldWithoutNamesOfTheParser(String payload) {
        assertThatThrownBy(() -> decode(payload))
                .hasMessageStartingWith("no JSON at byte ")
                .message()
                .doesNotContain("Feature", "ALLOW", "Source", "`");
    }

    @Test
    void onlyUtf8IsJson() {
        String json = "{\"device_id\":\"dö\",\"a\":1}";
        for (Charset charset :
                new Charset[] {UTF_16LE, UTF_16BE, Charset.forName("UTF-32"), Charset.forName("UTF-16")}) {
            assertThat(reasonOf(json.getBytes(charset))).as(charset.name()).isEqualTo(Reason.MALFORMED_JSON);
        }
        assertThat(reasonOf(bytes('\ufeff' + json))).isEqualTo(Reason.MALFORMED_JSON);
        assertThat(reasonOf(json.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)))
                .isEqualTo(Reason.MALFORMED_JSON);
    }

    /** What no decoder of UTF-8 accepts, and Jackson does: the rest of the pipeline copies the bytes as they are. */
    @ParameterizedTest
    @ValueSource(
            strings = {"C0 80", "C1 BF", "E0 80 80", "ED A0 80", "ED BF BF", "F0 80 80 80", "F4 90 80 80", "F7 BF BF BF"
            })
    void bytesThatNoTextEncodesAreRefusedWhereverTheyStand(String hex) {
        byte[] odd = java.util.HexFormat.ofDelimiter(" ").parseHex(hex);
        for (String json :
                new String[] {"{'device_id':'d','a':1,'b':'@'}", "{'device_id':'d','measurements':{'a':1},'c':['@']}"
                }) {
            String[] parts = json.replace('\'', '"').split("@");
            assertThat(reasonOf(join(bytes(parts[0]), odd, bytes(parts[1]))))
                    .as(json)
                    .isEqualTo(Reason.MALFORMED_JSON);
        }
    }

    @Test
    void binaryNoiseIsMalformed() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertThat(reasonOf(noise)).isIn(Reason.MALFORMED_JSON, Reason.NOT_AN_OBJECT);
        }
    }

    @Test
    void nestingEndsAt32Levels() throws Exception {
        assertThat(decode("{\"device_id\":\"d\",\"a\":" + "[".repeat(31) + "1" + "]".repeat(31) + "}")
                        .measured())
                .hasSize(1);
        assertThat(reasonOf(bytes("{\"device_id\":\"d\",\"a\":" + "[".repeat(32) + "1" + "]".repeat(32) + "}")))
                .isEqualTo(Reason.TOO_DEEP);
        assertThat(reasonOf(bytes("{\"a\":".repeat(100_000)))).isEqualTo(Reason.TOO_DEEP);
        assertThat(reasonOf(bytes("[".repeat(100_000)))).isEqualTo(Reason.TOO_DEEP);
        assertThat(reasonOf(bytes("{\"device_id\":\"d\",\"trends\":" + "[".repeat(40) + "]".repeat(40) + "}")))
                .isEqualTo(Reason.TOO_DEEP);
    }

    @Test
    void idsAndMetricsAreBounded() throws Exception {
        assertThat(decode("{\"device_id\":\"" + "d".repeat(200) + "\",\"" + "m".repeat(200) + "\":1}")
                        .measured())
                .hasSize(1);
        assertThat(reasonOf(bytes("{\"device_id\":\"" + "d".repeat(10_240) + "\",\"a\":1}")))
                .isEqualTo(Reason.INVALID_ID);
        assertThat(reasonOf(bytes("{\"device_id\":\"d\",\"" + "m".repeat(201) + "\":1}")))
                .isEqualTo(Reason.INVALID_METRIC);
        assertThat(reasonOf(bytes("{\"device_id\":\"d\",\"" + "m".repeat(100_000) + "\":1}")))
                .isEqualTo(Reason.MALFORMED_JSON);
        assertThat(reasonOf(bytes("{\"device_id\":\"d\",\"a\":" + "9".repeat(1_000) + "}")))
                .isEqualTo(Reason.MALFORMED_JSON);
    }

    @Test
    void idsMayHoldSlashesQuotesAndDigitsAlone() throws Exception {
        assertThat(decode("{\"device_id\":\"a/b\\\"'ö😀\",\"a\":1}").device()).isEqualTo("a/b\"'ö😀");
        assertThat(decode("{\"device_id\":42,\"a\":1}").device()).isEqualTo("42");
    }

    @Test
    void trendsAndStatusAreReportsKeptAsTheyCame() throws Exception {
        Decoded trends = decode(
                "{\"device_id\":\"d\",\"event_type\":\"trends\",\"trends\":[{\"c\":\"voltage_phase_a\",\"t\":1,\"v\":\"121\"}]}");
        Decoded older = decode("{\"device_id\":\"d\",\"trends\":{\"a\":\"Trends\",\"c\":\"1001\"} }");
        Decoded status = decode("{\"device_id\":\"d\",\"status\":{\"online\":true,\"firmware_version\":\"2.1.0\"}}");

        assertThat(trends.isReport()).isTrue();
        assertThat(trends.extras().get("trends").text()).startsWith("[{").endsWith("\"121\"}]");
        assertThat(older.eventType()).isEqualTo("trends");
        assertThat(older.extras().get("trends").text()).isEqualTo("{\"a\":\"Trends\",\"c\":\"1001\"}");
        assertThat(status.eventType()).isEqualTo("status");
        assertThat(status.extras().get("status").text()).isEqualTo("{\"online\":true,\"firmware_version\":\"2.1.0\"}");
        assertThat(decode("{\"device_id\":\"d\",\"status\":\"öpen\\n\" ,\"x\":1}")
                        .extras()
                        .get("status")
                        .text())
                .isEqualTo("\"öpen\\n\"");
    }

    @Test
    void measurementsBesideTrendsAreStillTelemetry() throws Exception {
        Decoded decoded = decode("{\"device_id\":\"d\",\"trends\":[],\"measurements\":{\"a\":1}}");

        assertThat(decoded.eventType()).isEqualTo("telemetry");
        assertThat(decoded.measured()).containsExactly(number("a", 1, null));
    }

    @Test
    void aRedeliveryHasTheSameSequenceAndTheDevicesOwnCounts() throws Exception {
        assertThat(decode(BREAKER).sequence()).isEqualTo(decode(BREAKER).sequence());
        assertThat(decode(BREAKER.replace("121.3", "121.4")).sequence())
                .isNotEqualTo(decode(BREAKER).sequence());
        assertThat(decode("{\"device_id\":\"d\",\"sequence\":-7,\"a\":1}").sequence())
                .isEqualTo(-7);
        assertThat(decode("{\"device_id\":\"d\",\"event_id\":\"e1\",\"a\":1}").sequence())
                .isEqualTo(decode("{\"device_id\":\"d\",\"event_id\":\"e1\",\"a\":2}")
                        .sequence());
        assertThat(decode("{\"device_id\":\"d\",\"sequence\":99999999999999999999,\"a\":1}")
                        .sequence())
                .isNotZero();
    }

    @Test
    void theDetailSaysWhereAndShowsNothingUnprintable() {
        assertThatThrownBy(() -> decode("{\"device_id\":\"d\",\"a\":\u0001}"))
                .hasMessageContaining("byte ")
                .satisfies(e -> assertThat(Text.isClean(e.getMessage())).isTrue());
        assertThatThrownBy(() -> decode("{\"device_id\":\"d\",\"timestamp\":\"\\u0000\\ud800\",\"a\":1}"))
                .satisfies(e -> assertThat(Text.isClean(e.getMessage())).isTrue());
    }

    @Test
    void aMegabyteOfAnythingTakesNoMoreThanItsShareOfTime() {
        String[] heavy = {
            "{\"device_id\":\"d\",\"a\":[" + "1,".repeat(500_000) + "1]}",
            "{\"device_id\":\"d\",\"a\":\"" + "x".repeat(1_000_000) + "\"}",
            "{\"device_id\":\"d\",\"a\":\"" + "\\\"".repeat(500_000) + "\"}",
            "{\"device_id\":\"d\""
                    + IntStream.range(0, 80_000)
                            .mapToObj(i -> ",\"n" + i + "\":1")
                            .collect(Collectors.joining()) + "}",
            "{\"device_id\":\"d\"" + ",\"a\":1".repeat(160_000) + "}",
            "{\"device_id\":\"d\",\"a\":" + "{\"a\":{\"unit\":\"V\",\"x\":1},".repeat(1) + "\"unit\":\"A\"}"
                    + ",\"b\":{\"unit\":\"V\",\"x\":1}".repeat(40_000) + "}",
            "{\"device_id\":\"d\",\"a\":\"" + "1".repeat(1_000_000) + "\"}",
            "{\"device_id\":\"d\",\"a\":" + "1".repeat(1_000_000) + "}",
            "{\"device_id\":\"d\",\"measurements\":1" + ",\"measurements\":{\"a\":1}".repeat(40_000) + "}",
            " ".repeat(1_000_000),
            "{".repeat(1_000_000)
        };
        for (String json : heavy) {
            byte[] payload = bytes(json);
            long start = System.nanoTime();
            reasonOf(payload);
            assertThat((System.nanoTime() - start) / 1_000_000)
                    .as("milliseconds for " + json.substring(0, Math.min(60, json.length())))
                    .isLessThan(2_000);
        }
    }

    private static Measured number(String metric, double value, String unit) {
        return new Measured(metric, value, unit, Form.NUMBER);
    }

    private static String shown(Decoded decoded) {
        return decoded.measured().stream()
                .map(leaf -> leaf.metric() + '=' + leaf.value() + ' ' + leaf.unit())
                .collect(Collectors.joining(","));
    }

    private static Decoded decode(String json) throws Undecodable {
        return DECODER.decode(raw(bytes(json)));
    }

    private static Reason reasonOf(byte[] payload) {
        Undecodable failure = catchThrowableOfType(Undecodable.class, () -> DECODER.decode(raw(payload)));
        return failure == null ? null : failure.reason();
    }

    private static RawMessage raw(byte[] payload) {
        return new RawMessage("building", "building/room1/data", null, null, 0, payload);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] join(byte[]... parts) {
        var joined = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
