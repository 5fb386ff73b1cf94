package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import io.caravan.decode.Measured.Form;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SenmlDecoderTest {

    /** 2026-11-21T12:00:00Z. */
    private static final long NOW = 1_795_262_400_000_000L;

    private static final SenmlDecoder DECODER = new SenmlDecoder(new JsonDecoder(JsonDialect.flexible(ZoneOffset.UTC)));
    private static final String DEVICE = "10e2073a01080063";
    private static final String CUT_DEVICE = "10e2073a0108006";

    private static final String CURRENTS =
            """
            [
              {"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,
               "bu":"A","bver":5,
               "n":"voltage","u":"V","v":120.1},
              {"n":"current","t":-5,"v":1.2},
              {"n":"current","t":-4,"v":1.3},
              {"n":"current","t":-3,"v":1.4},
              {"n":"current","t":-2,"v":1.5},
              {"n":"current","t":-1,"v":1.6},
              {"n":"current","v":1.7}
            ]""";

    private static final String MEASUREMENTS =
            """
            [
              {"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,
               "bu":"%RH","v":20},
              {"u":"lon","v":24.30621},
              {"u":"lat","v":60.07965},
              {"t":60,"v":20.3},
              {"u":"lon","t":60,"v":24.30622},
              {"u":"lat","t":60,"v":60.07965},
              {"t":120,"v":20.7},
              {"u":"lon","t":120,"v":24.30623},
              {"u":"lat","t":120,"v":60.07966},
              {"u":"%EL","t":150,"v":98},
              {"t":180,"v":21.2},
              {"u":"lon","t":180,"v":24.30628},
              {"u":"lat","t":180,"v":60.07967}
            ]""";

    private static final String RESOLVED =
            """
            [
              {"n":"urn:dev:ow:10e2073a01080063","u":"%RH","t":1.320067464e+09,"v":20},
              {"n":"urn:dev:ow:10e2073a01080063","u":"lon","t":1.320067464e+09,"v":24.30621},
              {"n":"urn:dev:ow:10e2073a01080063","u":"lat","t":1.320067464e+09,"v":60.07965},
              {"n":"urn:dev:ow:10e2073a01080063","u":"%RH","t":1.320067524e+09,"v":20.3},
              {"n":"urn:dev:ow:10e2073a01080063","u":"lon","t":1.320067524e+09,"v":24.30622},
              {"n":"urn:dev:ow:10e2073a01080063","u":"lat","t":1.320067524e+09,"v":60.07965},
              {"n":"urn:dev:ow:10e2073a01080063","u":"%RH","t":1.320067584e+09,"v":20.7},
              {"n":"urn:dev:ow:10e2073a01080063","u":"lon","t":1.320067584e+09,"v":24.30623},
              {"n":"urn:dev:ow:10e2073a01080063","u":"lat","t":1.320067584e+09,"v":60.07966},
              {"n":"urn:dev:ow:10e2073a01080063","u":"%EL","t":1.320067614e+09,"v":98},
              {"n":"urn:dev:ow:10e2073a01080063","u":"%RH","t":1.320067644e+09,"v":21.2},
              {"n":"urn:dev:ow:10e2073a01080063","u":"lon","t":1.320067644e+09,"v":24.30628},
              {"n":"urn:dev:ow:10e2073a01080063","u":"lat","t":1.320067644e+09,"v":60.07967}
            ]""";

    /** RFC 8428, section 6. */
    private static final String CURRENTS_IN_CBOR = "87a721781b75726e3a6465763a6f773a313065323037336130313038303036"
            + "3a22fb41d303a15b00106223614120050067766f6c7461676501615602fb405e066666666666a3006763757272656e74062402fb"
            + "3ff3333333333333a3006763757272656e74062302fb3ff4cccccccccccda3006763757272656e74062202fb3ff6666666666666"
            + "a3006763757272656e74062102f93e00a3006763757272656e74062002fb3ff999999999999aa3006763757272656e74060002fb"
            + "3ffb333333333333";

    @Test
    void aSingleDataPointIsOfNow() throws Undecodable {
        Decoded decoded = decode(DEVICE, "[{\"n\":\"urn:dev:ow:10e2073a01080063\",\"u\":\"Cel\",\"v\":23.1}]");

        assertThat(decoded.measured()).containsExactly(now("Cel", 23.1, "Cel"));
        assertThat(decoded.timestamp()).isEqualTo(Decoded.NO_TIME);
        assertThat(decoded.eventType()).isEqualTo("telemetry");
        assertThat(decoded.device()).isEqualTo(DEVICE);
        assertThat(decoded.measurements()).isNull();
    }

    @Test
    void severalDataPointsShareABaseName() throws Undecodable {
        Decoded decoded = decode(
                DEVICE,
                """
                [
                  {"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},
                  {"n":"current","u":"A","v":1.2}
                ]""");

        assertThat(decoded.measured()).containsExactly(now("voltage", 120.1, "V"), now("current", 1.2, "A"));
        assertThat(decoded.names()).containsExactly("voltage", "current");
    }

    @Test
    void timesAreRelativeToTheBaseTime() throws Undecodable {
        requireCurrents(decode(CUT_DEVICE, CURRENTS));
    }

    @Test
    void theExampleInCborSaysTheSame() throws Undecodable {
        Decoded decoded = DECODER.decode(raw(CUT_DEVICE, null, HexFormat.of().parseHex(CURRENTS_IN_CBOR)));

        requireCurrents(decoded);
        assertThat(decoded.body()).isNull();
    }

    private static void requireCurrents(Decoded decoded) {
        long last = 1_276_020_076_001_000L;
        assertThat(decoded.measured())
                .containsExactly(
                        at(last, "voltage", 120.1, "V"),
                        at(last - 5_000_000, "current", 1.2, "A"),
                        at(last - 4_000_000, "current", 1.3, "A"),
                        at(last - 3_000_000, "current", 1.4, "A"),
                        at(last - 2_000_000, "current", 1.5, "A"),
                        at(last - 1_000_000, "current", 1.6, "A"),
                        at(last, "current", 1.7, "A"));
        assertThat(decoded.timestamp()).isEqualTo(last);
    }

    /** Section 5.1.2, the stream: the array of a message has an end. */
    @Test
    void aStreamThatHasEndedIsAPack() throws Undecodable {
        Decoded decoded = DECODER.decode(raw(
                DEVICE,
                "application/sensml+json",
                """
                [
                 {"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,
                  "bu":"%RH","v":21.2},
                 {"t":10,"v":21.3},
                 {"t":20,"v":21.4},
                 {"t":30,"v":21.4}
                ]"""
                        .getBytes(UTF_8)));

        assertThat(decoded.measured())
                .containsExactly(
                        at(1_320_067_464_000_000L, "%RH", 21.2, "%RH"),
                        at(1_320_067_474_000_000L, "%RH", 21.3, "%RH"),
                        at(1_320_067_484_000_000L, "%RH", 21.4, "%RH"),
                        at(1_320_067_494_000_000L, "%RH", 21.4, "%RH"));
    }

    @Test
    void whatHasNoNameBesideTheDevicesIsToldApartByItsUnit() throws Undecodable {
        long first = 1_320_067_464_000_000L;
        Decoded decoded = decode(DEVICE, MEASUREMENTS);

        assertThat(decoded.measured())
                .containsExactly(
                        at(first, "%RH", 20, "%RH"),
                        at(first, "lon", 24.30621, "lon"),
                        at(first, "lat", 60.07965, "lat"),
                        at(first + 60_000_000, "%RH", 20.3, "%RH"),
                        at(first + 60_000_000, "lon", 24.30622, "lon"),
                        at(first + 60_000_000, "lat", 60.07965, "lat"),
                        at(first + 120_000_000, "%RH", 20.7, "%RH"),
                        at(first + 120_000_000, "lon", 24.30623, "lon"),
                        at(first + 120_000_000, "lat", 60.07966, "lat"),
                        at(first + 150_000_000, "%EL", 98, "%EL"),
                        at(first + 180_000_000, "%RH", 21.2, "%RH"),
                        at(first + 180_000_000, "lon", 24.30628, "lon"),
                        at(first + 180_000_000, "lat", 60.07967, "lat"));
        assertThat(decoded.names()).containsExactly("%RH", "lon", "lat", "%EL");
        assertThat(decoded.timestamp()).isEqualTo(first + 180_000_000);
    }

    @Test
    void resolvedDataIsTheSame() throws Undecodable {
        assertThat(decode(DEVICE, RESOLVED).measured())
                .isEqualTo(decode(DEVICE, MEASUREMENTS).measured());
        assertThat(decode("another", RESOLVED).measured())
                .isEqualTo(decode("another", MEASUREMENTS).measured())
                .extracting(Measured::metric)
                .contains("urn:dev:ow:10e2073a01080063:%RH", "urn:dev:ow:10e2073a01080063:lat");
    }

    @Test
    void textAndDataAreKeptAsAnEvent() throws Undecodable {
        Decoded decoded = decode(
                DEVICE,
                """
                [
                  {"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},
                  {"n":"label","vs":"Machine Room"},
                  {"n":"open","vb":false},
                  {"n":"nfv-reader","vd":"aGkgCg"}
                ]""");

        assertThat(decoded.measured())
                .containsExactly(
                        now("temp", 23.1, "Cel"),
                        new Measured("label", Double.NaN, null, Form.TEXT, NOW, true),
                        now("open", 0, null),
                        new Measured("nfv-reader", Double.NaN, null, Form.TEXT, NOW, true));
        assertThat(decoded.body()).as("the payload is the body").isNull();
    }

    @Test
    void dataInCborIsTextInTheBody() throws Undecodable {
        // [{-2: "10e2073a01080063/", 0: "label", 3: "Machine \"Room\""}, {0: "nfv-reader", 8: h'6869200a', 2: 1.5_1 is
        // not there}]
        Decoded decoded = DECODER.decode(raw(
                DEVICE,
                "application/senml+cbor",
                HexFormat.of()
                        .parseHex(
                                "83a321713130653230373361303130383030363 32f00656c6162656c036e4d616368696e652022526f6f6d22"
                                                .replace(" ", "")
                                        + "a2006a6e66762d72656164657208446869200aa200617802f93e00")));

        assertThat(decoded.body().text())
                .isEqualTo("[{\"bn\":\"10e2073a01080063/\",\"n\":\"label\",\"vs\":\"Machine \\\"Room\\\"\"},"
                        + "{\"n\":\"nfv-reader\",\"vd\":\"aGkgCg\"},{\"n\":\"x\",\"v\":1.5}]");
        assertThat(decoded.measured()).hasSize(3).contains(now("x", 1.5, null));
    }

    @Test
    void devicesBehindAGatewayKeepTheirNames() throws Undecodable {
        long time = 1_320_078_429_000_000L;
        assertThat(decode(
                                "gateway",
                                """
                        [
                          {"bn":"2001:db8::2/","bt":1.320078429e+09,
                           "n":"temperature","u":"Cel","v":25.2},
                          {"n":"humidity","u":"%RH","v":30},
                          {"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3},
                          {"n":"humidity","u":"%RH","v":67}
                        ]""")
                        .measured())
                .containsExactly(
                        at(time, "2001:db8::2/temperature", 25.2, "Cel"),
                        at(time, "2001:db8::2/humidity", 30, "%RH"),
                        at(time, "2001:db8::1/temperature", 12.3, "Cel"),
                        at(time, "2001:db8::1/humidity", 67, "%RH"));
    }

    @Test
    void aRecordOfBaseFieldsOnlyHasNoValue() throws Undecodable {
        assertThat(decode(
                                DEVICE,
                                """
                        [
                          {"bn":"urn:dev:ow:10e2073a01080063:"},
                          {"n":"temp","u":"Cel","v":23.1},
                          {"n":"heat","u":"/","v":1},
                          {"n":"fan","u":"/","v":0}
                        ]""")
                        .measured())
                .containsExactly(now("temp", 23.1, "Cel"), now("heat", 1, "/"), now("fan", 0, "/"));
    }

    @Test
    void aFractionOfASecondIsKept() throws Undecodable {
        long time = 1_320_078_429_000_000L;
        assertThat(decode(
                                "lights",
                                """
                        [
                          {"bt":1.320078429e+09,"bu":"/","n":"2001:db8::3","v":0.5},
                          {"n":"2001:db8::4","v":0.5},
                          {"n":"2001:db8::3","t":0.1,"v":0},
                          {"n":"2001:db8::4","t":0.1,"v":0}
                        ]""")
                        .measured())
                .containsExactly(
                        at(time, "2001:db8::3", 0.5, "/"),
                        at(time, "2001:db8::4", 0.5, "/"),
                        at(time + 100_000, "2001:db8::3", 0, "/"),
                        at(time + 100_000, "2001:db8::4", 0, "/"));
    }

    @ParameterizedTest
    @CsvSource({
        "1795262399.999999, 1795262399999999",
        "1.795262399000001e9, 1795262399000001",
        "1795262399.1234567, 1795262399123457",
        "268435456, 268435456000000",
        "4294967295.999999, 4294967295999999"
    })
    void timesAreKeptToTheMicrosecond(String time, long micros) throws Undecodable {
        assertThat(decode("d", "[{\"n\":\"a\",\"v\":1,\"t\":" + time + "}]").measured())
                .containsExactly(at(micros, "a", 1, null));
        assertThat(decode("d", "[{\"bt\":" + time + "},{\"n\":\"a\",\"v\":1}]").timestamp())
                .isEqualTo(micros);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-5, -5000000", "5.25, 5250000", "-0.000001, -1", "268435455.999999, 268435455999999"})
    void smallTimesAreRelativeToTheReceipt(String time, long micros) throws Undecodable {
        Decoded decoded = decode("d", "[{\"n\":\"a\",\"v\":1,\"t\":" + time + "}]");

        assertThat(decoded.measured()).containsExactly(new Measured("a", 1, null, Form.NUMBER, NOW + micros, true));
        assertThat(decoded.timestamp()).isEqualTo(Decoded.NO_TIME);
    }

    @Test
    void onePackMayHaveBothKindsOfTimes() throws Undecodable {
        Decoded decoded = decode("d", "[{\"n\":\"a\",\"v\":1,\"t\":1795262000},{\"n\":\"a\",\"v\":2}]");

        assertThat(decoded.measured())
                .containsExactly(
                        at(1_795_262_000_000_000L, "a", 1, null), new Measured("a", 2, null, Form.NUMBER, NOW, true));
        assertThat(decoded.timestamp()).isEqualTo(Decoded.NO_TIME);
    }

    @Test
    void baseValuesAreAddedAsTheDecimalsThatTheyAre() throws Undecodable {
        assertThat(decode(
                                "d",
                                """
                        [{"n":"a","bt":1795262000,"bv":20.1,"v":0.2},{"n":"a","v":-20.1},{"n":"a","t":1},
                         {"n":"on","vb":true},{"n":"a","bv":0,"v":1e999},{"n":"a","v":1e308,"bv":1e308}]""")
                        .measured())
                .containsExactly(
                        at(1_795_262_000_000_000L, "a", 20.3, null),
                        at(1_795_262_000_000_000L, "a", 0, null),
                        at(1_795_262_001_000_000L, "a", 20.1, null),
                        at(1_795_262_000_000_000L, "on", 1, null),
                        new Measured("a", Double.NaN, null, Form.OVERFLOW, 1_795_262_000_000_000L),
                        new Measured("a", Double.NaN, null, Form.OVERFLOW, 1_795_262_000_000_000L));
    }

    @Test
    void sumsAreReadingsOfTheirOwn() throws Undecodable {
        assertThat(decode(
                                "d",
                                """
                        [{"bt":1795262000,"bu":"W","n":"power","v":12,"s":100},{"n":"power","s":101.5},
                         {"bs":1000,"n":"power","s":0.1},{"n":"power","v":13},{"n":"x","u":"","s":1,"bs":0}]""")
                        .measured())
                .containsExactly(
                        at(1_795_262_000_000_000L, "power", 12, "W"),
                        at(1_795_262_000_000_000L, "power.sum", 100, "W s"),
                        at(1_795_262_000_000_000L, "power.sum", 101.5, "W s"),
                        at(1_795_262_000_000_000L, "power.sum", 1000.1, "W s"),
                        at(1_795_262_000_000_000L, "power", 13, "W"),
                        at(1_795_262_000_000_000L, "power.sum", 1000, "W s"),
                        at(1_795_262_000_000_000L, "x.sum", 1, "W s"));
    }

    @ParameterizedTest
    @CsvSource({
        "urn:dev:ow:pump-7:temp, pump-7, temp",
        "pump-7/temp, pump-7, temp",
        "pump-7:temp, urn:dev:x:pump-7, pump-7:temp",
        "urn:dev:ow:pump-7:temp, urn:dev:ow:pump-7, temp",
        "urn:dev:ow:pump-7_temp, pump-7, temp",
        "pump-7_temp, pump-7, pump-7_temp",
        "pump-7:motor/voltage.phase_a, pump-7, motor/voltage.phase_a",
        "pump-71:temp, pump-7, pump-71:temp",
        "a.pump-7:temp, pump-7, a.pump-7:temp",
        "pump-71/pump-7/temp, pump-7, temp",
        "urn:dev:ow:pump-7, pump-7, V",
        "urn:dev:ow:pump-7:, pump-7, V",
        "urn:dev:ow:pump-8, pump-7, urn:dev:ow:pump-8:V",
        "urn:dev:ow:pump-8:temp, pump-7, urn:dev:ow:pump-8:temp",
        "urn:dev:ow, pump-7, urn:dev:ow",
        "temp, '', temp"
    })
    void theDevicesPartOfANameIsLeftOut(String name, String device, String metric) throws Undecodable {
        assertThat(decode(device, "[{\"n\":\"" + name + "\",\"u\":\"V\",\"v\":1}]")
                        .measured())
                .containsExactly(now(metric, 1, "V"));
        for (int cut = 0; cut <= name.length(); cut++) {
            assertThat(decode(
                                    device,
                                    "[{\"v\":1,\"u\":\"V\",\"n\":\"" + name.substring(cut) + "\",\"bn\":\""
                                            + name.substring(0, cut) + "\"}]")
                            .measured())
                    .as("the base name is %d characters", cut)
                    .containsExactly(now(metric, 1, "V"));
        }
    }

    @Test
    void withoutUnitAndNameItIsAValue() throws Undecodable {
        assertThat(decode("pump-7", "[{\"n\":\"pump-7\",\"v\":1}]").measured()).containsExactly(now("value", 1, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | EMPTY_MESSAGE | no value in the pack: an array is read as SenML (RFC 8428)",
                "[{\"bn\":\"a\"},{}] | EMPTY_MESSAGE | no value in the pack: an array is read as SenML (RFC 8428)",
                "[{\"temperature\":21}] | EMPTY_MESSAGE | no value in the pack: an array is read as SenML (RFC 8428)",
                "[1,2] | NOT_AN_OBJECT | record 1: expected a JSON object, found a number",
                "[{\"n\":\"a\",\"v\":1},[]] | NOT_AN_OBJECT | record 2: expected a JSON object, found an array",
                "[{\"n\":\"a\",\"v\":1},{\"n\":\"a\"}] | MALFORMED_SENML | record 2: none of v, vs, vb, vd and s",
                "[{\"n\":\"a\",\"v\":1,\"vs\":\"1\"}] | MALFORMED_SENML | record 1: more than one of v, vs, vb and vd",
                "[{\"n\":\"a\",\"v\":1},{\"n\":\"a\",\"v\":1},{\"n\":\"a\",\"v\":\"1\"}] | MALFORMED_SENML | record 3: v must be a number, and is a string",
                "[{\"n\":\"a\",\"v\":null}] | MALFORMED_SENML | record 1: v must be a number, and is null",
                "[{\"n\":7,\"v\":1}] | MALFORMED_SENML | record 1: n must be a text, and is a number",
                "[{\"n\":\"a\",\"vb\":1}] | MALFORMED_SENML | record 1: vb must be a boolean, and is a number",
                "[{\"n\":\"a\",\"v\":1,\"v\":2}] | MALFORMED_SENML | record 1: v comes twice",
                "[{\"n\":\"a\",\"v\":1,\"must_\":2}] | MALFORMED_SENML | record 1: 'must_' must be understood, and is not",
                "[{\"bver\":11,\"n\":\"a\",\"v\":1}] | MALFORMED_SENML | record 1: the version (bver) is none from 1 to 10",
                "[{\"bver\":1.5,\"n\":\"a\",\"v\":1}] | MALFORMED_SENML | record 1: the version (bver) is none from 1 to 10",
                "[{\"bver\":5},{\"bver\":6}] | MALFORMED_SENML | record 2: another version (bver) than the records before",
                "[{\"n\":\"a\",\"v\":1,\"bv\":1e999}] | MALFORMED_SENML | record 1: bv is a number that no double holds",
                "[{\"n\":\"a\",\"v\":1,\"u\":\"012345678901234567890123456789012\"}] | MALFORMED_SENML | record 1: u is longer than 32 characters, or holds control characters",
                "[{\"v\":1}] | INVALID_METRIC | record 1: a name is 1 to 200 letters, digits and -:./_, a letter or digit first: ''",
                "[{\"n\":\"-a\",\"v\":1}] | INVALID_METRIC | record 1: a name is 1 to 200 letters, digits and -:./_, a letter or digit first: '-a'",
                "[{\"n\":\"a b\",\"v\":1}] | INVALID_METRIC | record 1: a name is 1 to 200 letters, digits and -:./_, a letter or digit first: 'a b'",
                "[{\"n\":\"a\",\"v\":1,\"t\":1e13}] | INVALID_TIMESTAMP | record 1: t is no time",
                "[{\"n\":\"a\",\"v\":1,\"t\":253402300800}] | INVALID_TIMESTAMP | record 1: no time between 1970 and 9999",
                "[{\"n\":\"a\",\"v\":1,\"t\":-1795262401}] | INVALID_TIMESTAMP | record 1: no time between 1970 and 9999"
            })
    void aBadPackIsRefusedByRecordAndField(String pack, Reason reason, String detail) {
        Undecodable refused = catchThrowableOfType(Undecodable.class, () -> decode("d", pack));

        assertThat(refused.reason()).isEqualTo(reason);
        assertThat(refused).hasMessage(detail);
    }

    @ParameterizedTest
    @CsvSource({
        "{, MALFORMED_JSON",
        "'[{\"n\":\"a\",\"v\":1}', MALFORMED_JSON",
        "'[{\"n\":\"a\",\"v\":1}]]', MALFORMED_JSON"
    })
    void whatIsNoJsonIsSoInAPackToo(String pack, Reason reason) {
        assertThat(catchThrowableOfType(Undecodable.class, () -> decode("d", pack))
                        .reason())
                .isEqualTo(reason);
    }

    @Test
    void aPackHasTwentyThousandValuesAtMost() throws Undecodable {
        String record = "{\"n\":\"a\",\"v\":1,\"s\":1}";
        String most = "[" + (record + ",").repeat(9_999) + record;

        assertThat(decode("d", most + "]").measured()).hasSize(20_000);
        assertThat(catchThrowableOfType(Undecodable.class, () -> decode("d", most + "," + record + "]"))
                        .reason())
                .isEqualTo(Reason.TOO_LARGE);
    }

    @ParameterizedTest
    @CsvSource({
        "application/senml+json, true",
        "application/sensml+json; charset=utf-8, true",
        "Application/SenML+JSON, true",
        "application/json, true",
        ", true",
        "application/senml+cbor, false",
        "application/senml+xml, false",
        "application/senml-exi, false"
    })
    void theContentTypeMustNotContradict(String type, boolean fits) throws Undecodable {
        byte[] pack = "[{\"n\":\"a\",\"v\":1}]".getBytes(UTF_8);
        if (fits) {
            assertThat(DECODER.decode(raw("d", type, pack)).measured()).hasSize(1);
        } else {
            assertThat(catchThrowableOfType(Undecodable.class, () -> DECODER.decode(raw("d", type, pack))))
                    .hasMessage("the content type is '" + type + "', the payload is an array in JSON")
                    .extracting(Undecodable::reason)
                    .isEqualTo(Reason.MALFORMED_SENML);
        }
    }

    @Test
    void anObjectThatClaimsToBeAPackIsNone() {
        byte[] object = "{\"n\":\"a\",\"v\":1}".getBytes(UTF_8);
        assertThat(catchThrowableOfType(
                        Undecodable.class, () -> DECODER.decode(raw("d", "application/senml+json", object))))
                .hasMessage("the content type is 'application/senml+json', the payload is no array in JSON or CBOR");
    }

    @Test
    void onOtherTopicsAnArrayIsNoPack() {
        RawMessage status = new RawMessage("iot", "iot/d/status", null, "d", NOW, "[]".getBytes(UTF_8));
        assertThat(catchThrowableOfType(Undecodable.class, () -> DECODER.decode(status))
                        .reason())
                .isEqualTo(Reason.NOT_AN_OBJECT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "whole numbers | 81a20061610219ffff | 65535",
                "the largest of 64 bits | 81a2006161021bffffffffffffffff | 18446744073709551615",
                "the least of 64 bits | 81a2006161023bffffffffffffffff | -18446744073709551616",
                "negative | 81a200616102381f | -32",
                "half | 81a200616102f93e00 | 1.5",
                "half, the least | 81a200616102f98001 | -5.960464477539063E-8",
                "single | 81a200616102fa41bc0000 | 23.5",
                "decimal fraction | 81a200616102c48221196ab3 | 273.15",
                "decimal fraction beyond doubles | 81a200616102c4823903e701 | 0",
                "marked as CBOR | d9d9f781a20061610201 | 1",
                "lists with an end mark | 9fbf0061610201ffff | 1",
                "a text in pieces | 81a2007f61616162ff0201 | 1",
                "labels as text | 81a2616e61616176 01 | 1",
                "unknown fields | 81a4006161020109820af66361626381c18203a10203 | 1",
            })
    void cborMayBeWrittenInManyWays(String what, String hex, double value) throws Undecodable {
        Decoded decoded = DECODER.decode(raw("d", null, HexFormat.of().parseHex(hex.replace(" ", ""))));

        assertThat(decoded.measured()).hasSize(1);
        assertThat(decoded.measured().get(0).value()).as(what).isEqualTo(value);
        assertThat(decoded.measured().get(0).metric()).startsWith("a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "it ends in a head | 81a2006161021b | MALFORMED_SENML",
                "it ends in a text | 81a100636162 | MALFORMED_SENML",
                "it ends before its end mark | 9fbf0061610201ff | MALFORMED_SENML",
                "an announced length that nobody has | 9bffffffffffffffff | MALFORMED_SENML",
                "an announced text that nobody has | 81a2007b7fffffffffffffff | MALFORMED_SENML",
                "two values | 81a2006161020101 | MALFORMED_SENML",
                "a reserved length | 9c | MALFORMED_SENML",
                "a record that is none | 8101 | NOT_AN_OBJECT",
                "a text that is no UTF-8 | 81a20061ff0201 | MALFORMED_SENML",
                "a surrogate in UTF-8 | 81a20063eda0800201 | MALFORMED_SENML",
                "a number that is a text | 81a200616102 6131 | MALFORMED_SENML",
                "a big number | 81a200616102c24101 | MALFORMED_SENML",
                "a text that is bytes | 81a20041610201 | MALFORMED_SENML",
                "data that are text | 81a2006161086161 | MALFORMED_SENML",
                "a truth that is none | 81a200616104f6 | MALFORMED_SENML",
                "a decimal fraction of three | 81a200616102c483010203 | MALFORMED_SENML",
                "a label that is null | 81a1f601 | MALFORMED_SENML",
                "a field twice, once by name | 81a3006161616e61620201 | MALFORMED_SENML",
                "an unknown field that must be known | 81a300616102016278 5f01 | MALFORMED_SENML",
                "a version beyond | 81a320 0b0061610201 | MALFORMED_SENML",
                "a time that is none | 81a300616102 0106f97e00 | INVALID_TIMESTAMP",
                "an end without a beginning | 81a3006161020109ff | MALFORMED_SENML",
                "an array of nothing | 80 | EMPTY_MESSAGE"
            })
    void badCborIsRefused(String what, String hex, Reason reason) {
        byte[] pack = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThat(catchThrowableOfType(Undecodable.class, () -> DECODER.decode(raw("d", null, pack)))
                        .reason())
                .as(what)
                .isEqualTo(reason);
    }

    @Test
    void cborThatIsNestedTooDeepIsRefused() throws Undecodable {
        assertThat(DECODER.decode(raw("d", null, nested(30))).measured()).hasSize(1);
        assertThat(catchThrowableOfType(Undecodable.class, () -> DECODER.decode(raw("d", null, nested(31))))
                        .reason())
                .isEqualTo(Reason.TOO_DEEP);
        assertThat(catchThrowableOfType(Undecodable.class, () -> DECODER.decode(raw("d", null, nested(100_000))))
                        .reason())
                .isEqualTo(Reason.TOO_DEEP);
    }

    @Test
    void aNumberThatIsNoneHasNoValue() throws Undecodable {
        byte[] pack = HexFormat.of().parseHex("82a200616102f97e00a200616102f97c00");
        assertThat(DECODER.decode(raw("d", null, pack)).measured())
                .containsOnly(new Measured("a", Double.NaN, null, Form.OVERFLOW, NOW, true))
                .hasSize(2);
    }

    @Test
    void aPackInCborWeighsByItsRecords() {
        byte[] pack = HexFormat.of().parseHex(CURRENTS_IN_CBOR);
        assertThat(Weight.of(pack))
                .isGreaterThanOrEqualTo(pack.length + 7 * 64L)
                .isLessThan(pack.length + 40 * 64L);
    }

    /** Jackson's writer, with all kinds of numbers, and lists of definite and of indefinite length. */
    @Test
    void whatAnotherWriterWritesIsReadAsItWasMeant() throws Exception {
        Random random = new Random(3);
        for (int pack = 0; pack < 200; pack++) {
            List<Measured> meant = new ArrayList<>();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            boolean definite = random.nextBoolean();
            int records = random.nextInt(1, 30);
            try (CBORGenerator cbor = new CBORFactory().createGenerator(out)) {
                if (definite) {
                    cbor.writeStartArray(null, records);
                } else {
                    cbor.writeStartArray();
                }
                for (int record = 0; record < records; record++) {
                    String name = "n" + "x".repeat(random.nextInt(190));
                    long time = 1_795_000_000_000_000L + random.nextLong(1_000_000_000_000L);
                    if (definite) {
                        cbor.writeStartObject(null, 3);
                    } else {
                        cbor.writeStartObject();
                    }
                    cbor.writeFieldId(0);
                    cbor.writeString(name);
                    cbor.writeFieldId(2);
                    meant.add(at(time, name, written(cbor, random), null));
                    cbor.writeFieldId(6);
                    cbor.writeNumber(BigDecimal.valueOf(time, 6));
                    cbor.writeEndObject();
                }
                cbor.writeEndArray();
            }
            assertThat(DECODER.decode(raw("d", null, out.toByteArray())).measured())
                    .isEqualTo(meant);
        }
    }

    private static double written(CBORGenerator cbor, Random random) throws IOException {
        switch (random.nextInt(5)) {
            case 0 -> {
                long number = random.nextLong() >> random.nextInt(64);
                cbor.writeNumber(number);
                return number;
            }
            case 1 -> {
                float number = Float.intBitsToFloat(random.nextInt() & 0xff7fffff);
                cbor.writeNumber(number);
                return number;
            }
            case 2 -> {
                BigDecimal number = BigDecimal.valueOf(random.nextLong(), random.nextInt(-20, 20));
                cbor.writeNumber(number);
                return number.doubleValue();
            }
            default -> {
                double number = random.nextGaussian() * Math.pow(10, random.nextInt(-300, 300));
                cbor.writeNumber(number);
                return number;
            }
        }
    }

    /** [{0: "a", 2: 1, 9: [[...]]}], so many arrays. */
    private static byte[] nested(int arrays) {
        return HexFormat.of().parseHex("81a3006161020109" + "81".repeat(arrays - 1) + "80");
    }

    private static Decoded decode(String device, String pack) throws Undecodable {
        return DECODER.decode(raw(device, null, pack.getBytes(UTF_8)));
    }

    private static RawMessage raw(String device, String contentType, byte[] pack) {
        return new RawMessage("iot", "iot/" + device + "/raw", null, device, NOW, contentType, pack);
    }

    private static Measured now(String metric, double value, String unit) {
        return new Measured(metric, value, unit, Form.NUMBER, NOW, true);
    }

    private static Measured at(long micros, String metric, double value, String unit) {
        return new Measured(metric, value, unit, Form.NUMBER, micros);
    }
}
