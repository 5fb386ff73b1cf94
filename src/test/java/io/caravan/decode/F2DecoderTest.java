package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.Measured.Form;
import io.caravan.f2.Parameters;
import io.caravan.f2.SampleParameters;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class F2DecoderTest {

    private static final String ENV = "cmnd/f2-e4fd45f654be/sensor-mode/1/sensor-1";
    private static final String POWER = "tele/f2-abc123def456/sensor-mode/J2/sensor-2";
    private static final String TIME = "2023-05-25 15:13:10.543400";
    private static final long MICROS = 1_685_027_590_543_400L;

    private final F2Decoder decoder = new F2Decoder(SampleParameters.shipped().parameters(), ZoneOffset.UTC);

    @Test
    void theFrameOfAnEnvironmentalSensorIsThreeReadingsNamedByConnectorPinAndLabel() throws Exception {
        Decoded decoded = frame(ENV, "09 C4 13 88 02 58 01 02 03 04 05 06 07 08 09 0A");

        assertThat(decoded.device()).isEqualTo("f2-e4fd45f654be");
        assertThat(decoded.tenant()).isEqualTo("default");
        assertThat(decoded.deviceType()).isEqualTo("f2_controller");
        assertThat(decoded.eventType()).isEqualTo("telemetry");
        assertThat(decoded.timestamp()).isEqualTo(MICROS);
        assertThat(decoded.measured())
                .containsExactly(
                        new Measured("1.1.temperature", 25.0, "°C", Form.NUMBER),
                        new Measured("1.1.humidity", 50.0, "%", Form.NUMBER),
                        new Measured("1.1.co2", 600, "ppm", Form.NUMBER));
    }

    @Test
    void theFrameOfAPowerMonitorOnAConnectorCalledJ2IsTwoReadings() throws Exception {
        assertThat(frame(POWER, "09 01 F0 60").measured())
                .containsExactly(
                        new Measured("2.2.voltage", 230.5, "V", Form.NUMBER),
                        new Measured("2.2.current", -4.0, "A", Form.NUMBER));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "01 03 0C 32 30 32 30 36 32 38 30 31 30 31 5B 18 28 01 | 2.59 | 31.22 | 12338",
                "0103 0c32 3032                                        | 2.59 | 31.22 | 12338",
                "FF FF FF FF FF FF                                     | -0.01 | 655.35 | 65535",
                "80 00 00 00 00 00                                     | -327.68 | 0.0 | 0"
            })
    void aFrameIsReadAsItStandsWithoutAnyHeaderOfItsOwn(String data, double temperature, double humidity, double co2)
            throws Exception {
        assertThat(values(frame(ENV, data))).containsExactly(temperature, humidity, co2);
    }

    @ParameterizedTest
    @CsvSource({
        "Int8,    big,    0, 0, 1,     -128",
        "Uint8,   little, 0, 0, 1,     128",
        "Uint8,   big,    7, 1, 1,     25.5",
        "Int16,   big,    0, 0, 1,     -32767",
        "Int16,   little, 0, 0, 1,     384",
        "Uint16,  big,    3, 2, 1,     167.06",
        "Uint16,  little, 3, 0, 1,     16961",
        "Int32,   big,    4, 3, 1,     1111639.295",
        "Int32,   little, 4, 0, 1,     -12303806",
        "Uint32,  little, 4, 0, 1,     4282663490",
        "Uint16,  big,    1, 0, 0.1,   38.4",
        "Int16,   big,    1, 1, -0.01, -0.384",
        "Uint8,   big,    1, 0, 0.1,   0.1",
        "Uint8,   big,    2, 0, 0.7,   89.6"
    })
    void aDataPointIsReadByItsFormatOrderOffsetDecimalsAndScale(
            String format, String order, int offset, int decimals, String scale, double value) throws Exception {
        Parameters parameters = new SampleParameters()
                .pin("a", 5, 6, "t")
                .point("t", "Some Thing", format, order, offset, decimals, scale, "", "")
                .parameters();

        Decoded decoded = new F2Decoder(parameters, ZoneOffset.UTC)
                .decode(raw("stat/f2-a/sensor-mode/5/sensor-6", payload("80 01 80 41 42 42 44 FF")));

        assertThat(decoded.measured()).containsExactly(new Measured("5.6.some_thing", value, "", Form.NUMBER));
    }

    @ParameterizedTest
    @CsvSource({
        "41 CA 66 66, big,    0, 1,    25.3",
        "66 66 CA 41, little, 0, 1,    25.3",
        "41CA6666,    big,    1, 1,    2.53",
        "41ca6666,    big,    0, 1.1,  27.83",
        "C0 80 00 00, big,    0, 1,    -4",
        "C0 80 00 00, big,    2, -0.5, 0.02"
    })
    void aFloatIsTheDecimalNumberThatWasMeantByIt(String data, String order, int decimals, String scale, double value)
            throws Exception {
        assertThat(values(floatFrame(data, order, decimals, scale))).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource({"7F C0 00 00", "7F 80 00 00", "FF 80 00 00"})
    void aFloatThatIsNoNumberIsNoValue(String data) throws Exception {
        assertThat(floatFrame(data, "big", 0, "1").measured())
                .containsExactly(new Measured("1.1.x", Double.NaN, "", Form.OVERFLOW));
    }

    @Test
    void aPrependedUnitIsTheUnitWhereNoneIsAppended() throws Exception {
        Parameters parameters = new SampleParameters()
                .pin("a", 1, 1, "t")
                .point("t", "Price", "Uint8", "big", 0, 0, "1", "$ ", " ")
                .point("t", "Rate", "Uint8", "big", 0, 0, "1", "ca. ", " l/min")
                .parameters();

        assertThat(new F2Decoder(parameters, ZoneOffset.UTC)
                        .decode(raw("tele/f2-a/sensor-mode/1/sensor-1", payload("05")))
                        .measured())
                .extracting(Measured::unit)
                .containsExactly("$", "l/min");
    }

    @Test
    void aDataPointBeyondTheFrameIsNoValueAndItsNeighboursAreRead() throws Exception {
        assertThat(frame(ENV, "09 C4 13 88 02").measured())
                .containsExactly(
                        new Measured("1.1.temperature", 25.0, "°C", Form.NUMBER),
                        new Measured("1.1.humidity", 50.0, "%", Form.NUMBER),
                        new Measured("1.1.co2", Double.NaN, "ppm", Form.CUT_OFF));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\":\"09 C4 1\"}        | malformed-frame | 5 hexadecimal digits",
                "{\"data\":\"09 C4 XY 88\"}    | malformed-frame | character 7",
                "{\"data\":\"09,C4\"}          | malformed-frame | character 3",
                "{\"data\":\"\u0661\u0661\"}   | malformed-frame | character 1",
                "{\"data\":\"\"}               | malformed-frame | no bytes",
                "{\"data\":\"   \"}            | malformed-frame | no bytes",
                "{\"data\":\"09\"}             | malformed-frame | too short for every data point",
                "{\"data\":9}                  | malformed-frame | field data",
                "{\"data\":null}               | malformed-frame | field data",
                "{\"timestamp\":1685027590}    | malformed-frame | field data",
                "{\"data\":\"09C4\",\"timestamp\":\"soon\"} | invalid-timestamp | soon",
                "{\"data\":\"09 C4\"           | malformed-json  | no JSON",
                "{\"data\":\"09C4\"} {}        | malformed-json  | more than one",
                "[\"09 C4\"]                   | not-an-object   | an array",
                "''                            | malformed-json  | empty"
            })
    void aFrameThatIsNoneIsRefusedWithItsReason(String payload, String reason, String said) {
        assertUndecodable(ENV, payload, reason, said);
    }

    @ParameterizedTest
    @CsvSource({
        "tele/f2-e4fd45f654be/sensor-mode/1/sensor-2,   pin 2",
        "tele/f2-e4fd45f654be/sensor-mode/2/sensor-1,   connector '2'",
        "tele/f2-e4fd45f654be/sensor-mode/J9/sensor-1,  connector '9'",
        "tele/f2-e4fd45f654be/sensor-mode/x/sensor-1,   connector 'x'",
        "tele/f2-000000000000/sensor-mode/1/sensor-1,   000000000000"
    })
    void aFrameThatNoParametersDescribeIsRefusedAndNothingIsGuessed(String topic, String said) {
        assertUndecodable(topic, payload("09 C4 13 88 02 58"), "unknown-pin", said);
    }

    @ParameterizedTest
    @CsvSource({"tele/f2-/m/1/sensor-1, invalid-id", "tele/x/m/1/strike-1, invalid-id", "tele/f2-a, missing-device-id"})
    void aTopicOfSomethingElseIsRefused(String topic, String reason) {
        assertUndecodable(topic, payload("00"), reason, "");
    }

    @Test
    void aTimeWithoutZoneIsInTheZoneOfTheDialect() throws Exception {
        F2Decoder berlin = new F2Decoder(SampleParameters.shipped().parameters(), ZoneId.of("Europe/Berlin"));

        assertThat(berlin.decode(raw(ENV, payload("09 C4"))).timestamp()).isEqualTo(MICROS - 7_200_000_000L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stat/f2-ac1234567890/access-control-mode/1/strike-2 | {'timestamp':'T','state':'locked','voltage':12.1,'current':0.5}"
                        + " | f2.strike | 1.strike-2.voltage=12.1 1.strike-2.current=0.5",
                "stat/f2-ac1234567890/access-control-mode/J2/strike-1 | {'timestamp':'T','status':true}"
                        + " | f2.strike | 2.strike-1.status=1.0",
                "stat/f2-ac1234567890/access-control-mode/2/door-sensors | {'timestamp':'T','door_1':'open','door_2':'closed','tamper':false}"
                        + " | f2.door | 2.door-sensors.tamper=0.0",
                "stat/f2-ac1234567890/access-control-mode/J2/door-sensors | {'timestamp':'T','door-sensor-1':false,'door-sensor-2':true}"
                        + " | f2.door | 2.door-sensors.door-sensor-1=0.0 2.door-sensors.door-sensor-2=1.0",
                "tele/f2-ac1234567890/access-control-mode/1/reader-1 | {'timestamp':'T','card_id':'5E6','read_type':'nfc','signal_strength':77}"
                        + " | f2.reader | 1.reader-1.signal_strength=77.0",
                "tele/f2-ac1234567890/access-control-mode/J2/reader-2 | {'timestamp':'T','data':'12345'} | f2.reader | ''",
                "stat/f2-ac1234567890/access-control-mode/1/exit-buttons | {'timestamp':'T','button_pressed':true,'button_id':3}"
                        + " | f2.exit-button | 1.exit-buttons.button_pressed=1.0 1.exit-buttons.button_id=3.0",
                "stat/f2-al1111222233/alarm-mode/1/motion-sensor-2 | {'timestamp':'T','motion_detected':true,'sensitivity':7,'zone':'zone_1'}"
                        + " | f2.motion | 1.motion-sensor-2.motion_detected=1.0 1.motion-sensor-2.sensitivity=7.0",
                "stat/f2-al1111222233/alarm-mode/2/siren-1 | {'timestamp':'T','state':'active','volume':90,'pattern':'steady'}"
                        + " | f2.siren | 2.siren-1.volume=90.0",
                "stat/f2-al1111222233/alarm-mode/J1/siren-1 | 1 | f2.siren | 1.siren-1=1.0",
                "stat/f2-al1111222233/alarm-mode/J1/flood-1 | {'timestamp':'T','level':'27.93 mm'} | f2.flood | 1.flood-1.level=27.93",
                "cmnd/f2-ac1234567890/access-control-mode/J2/strike-1 | {'power-flag':2,'period':3} | f2.strike | ''",
                "cmnd/f2-ac1234567890/access-control-mode/J2/strike-1 | '' | f2.strike | ''",
                "cmnd/f2-al1111222233/alarm-mode/J1/siren-1 | 0 | f2.siren | ''",
                "cmnd/f2-ac1234567890/access-control-mode/J2/reader-1/success | 2 | f2.reader | ''"
            })
    void whatIsNoFrameIsAnEventWithItsNumbersAsReadings(String topic, String payload, String kind, String readings)
            throws Exception {
        String text = payload.replace('\'', '"').replace("\"T\"", "\"" + TIME + "\"");

        Decoded decoded = decoder.decode(raw(topic, text));

        assertThat(decoded.eventType()).isEqualTo(kind);
        assertThat(decoded.timestamp()).isEqualTo(text.contains("timestamp") ? MICROS : Decoded.NO_TIME);
        assertThat(String.join(
                        " ",
                        decoded.measured().stream()
                                .filter(value -> value.form() == Form.NUMBER)
                                .map(value -> value.metric() + "=" + value.value())
                                .toList()))
                .isEqualTo(readings);
        String[] levels = topic.split("/");
        assertThat(decoded.body().text())
                .isEqualTo("{\"topic\":\"" + topic + "\",\"mode\":\"" + levels[2] + "\",\"connector\":\""
                        + levels[3].replace("J", "") + "\",\"component\":\"" + levels[4] + "\",\"payload\":"
                        + (text.isEmpty() ? "null" : text) + "}");
    }

    @ParameterizedTest
    @CsvSource({
        "stat/f2-ac1234567890/access-control-mode/1/strike-1, ''",
        "cmnd/f2-ac1234567890/access-control-mode/1/strike-1, open",
        "cmnd/f2-ac1234567890/access-control-mode/1/strike-1, 1 2"
    })
    void whatIsNoJsonIsRefused(String topic, String payload) {
        assertUndecodable(topic, payload, "malformed-json", "");
    }

    @Test
    void theSameWordsOfTwoStrikesAreTwoEventsAndARedeliveryIsTheSame() throws Exception {
        String payload = "{\"timestamp\":\"" + TIME + "\",\"status\":true}";
        Decoded one = decoder.decode(raw("stat/f2-a/access-control-mode/J1/strike-1", payload));
        Decoded again = decoder.decode(raw("stat/f2-a/access-control-mode/J1/strike-1", payload));
        Decoded other = decoder.decode(raw("stat/f2-a/access-control-mode/J1/strike-2", payload));

        assertThat(again.sequence()).isEqualTo(one.sequence());
        assertThat(other.sequence()).isNotEqualTo(one.sequence());
    }

    @Test
    void aControllerIsItsIdInLowerCase() throws Exception {
        String topic = "stat/f2-E4FD45F654BE/sensor-mode/1/sensor-1";

        assertThat(decoder.decode(new RawMessage(
                                "f2",
                                topic,
                                null,
                                "f2-e4fd45f654be",
                                0,
                                payload("09C4").getBytes(UTF_8)))
                        .device())
                .isEqualTo("f2-e4fd45f654be");
    }

    @Test
    void messagesWaitUntilTheParametersAreThere() {
        Parameters none = new Parameters();
        F2Decoder waiting = new F2Decoder(none, ZoneOffset.UTC);
        assertThat(waiting.isReady()).isFalse();

        none.take(List.of());

        assertThat(waiting.isReady()).isTrue();
    }

    /** Frames, topics and payloads made of everything that stands in good ones, and of anything. */
    @Test
    void whateverComesIsReadOrRefusedWithAReason() {
        Random random = new Random(7);
        String[] parts = {
            "{",
            "}",
            "\"data\":",
            "\"timestamp\":",
            "\"" + TIME + "\"",
            "\"",
            "0",
            "9",
            "a",
            "F",
            " ",
            ",",
            ":",
            "[",
            "]",
            "null",
            "true",
            "1e999",
            "\\u0000",
            "\u00e9",
            "g",
            "-",
            "\"status\":",
            "09 C4 13 88 02 58"
        };
        String[] levels = {
            "cmnd",
            "stat",
            "f2-e4fd45f654be",
            "f2-",
            "sensor-mode",
            "1",
            "J1",
            "J",
            "99",
            "sensor-1",
            "sensor-",
            "sensor-1x",
            "strike-1",
            "reader-1",
            "success",
            "",
            "-1",
            "\u00e9"
        };
        int read = 0;
        for (int i = 0; i < 30_000; i++) {
            StringBuilder topic = new StringBuilder(random.nextBoolean() ? ENV : "");
            for (int level = random.nextInt(7); topic.isEmpty() && level >= 0; level--) {
                topic.append(levels[random.nextInt(levels.length)]).append(level == 0 ? "" : "/");
            }
            StringBuilder payload = new StringBuilder(random.nextBoolean() ? "{\"data\":\"" : "");
            for (int part = random.nextInt(12); part >= 0; part--) {
                payload.append(parts[random.nextInt(parts.length)]);
            }
            payload.append(random.nextBoolean() ? "\"}" : "");
            byte[] bytes = payload.toString().getBytes(UTF_8);
            if (random.nextInt(4) == 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                Decoded decoded = decoder.decode(new RawMessage("f2", topic.toString(), null, "f2-x", 0, bytes));
                assertThat(decoded.device()).startsWith("f2-");
                read++;
            } catch (Undecodable e) {
                assertThat(e.reason()).isNotEqualTo(Reason.INTERNAL_ERROR);
            }
        }
        assertThat(read).isPositive();
    }

    private Decoded frame(String topic, String data) throws Undecodable {
        return decoder.decode(raw(topic, payload(data)));
    }

    private static Decoded floatFrame(String data, String order, int decimals, String scale) throws Undecodable {
        Parameters parameters = new SampleParameters()
                .pin("a", 1, 1, "t")
                .point("t", "X", "Float32", order, 0, decimals, scale, "", "")
                .parameters();
        return new F2Decoder(parameters, ZoneOffset.UTC).decode(raw("tele/f2-a/sensor-mode/1/sensor-1", payload(data)));
    }

    private static double[] values(Decoded decoded) {
        return decoded.measured().stream().mapToDouble(Measured::value).toArray();
    }

    private static String payload(String data) {
        return "{\"timestamp\": \"" + TIME + "\", \"data\": \"" + data + "\"}";
    }

    private static RawMessage raw(String topic, String payload) {
        String[] levels = topic.split("/");
        return new RawMessage("f2", topic, null, levels[1], 0, payload.getBytes(UTF_8));
    }

    private void assertUndecodable(String topic, String payload, String reason, String said) {
        assertThatThrownBy(() -> decoder.decode(raw(topic, payload)))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason().code()).isEqualTo(reason))
                .hasMessageContaining(said);
    }
}
