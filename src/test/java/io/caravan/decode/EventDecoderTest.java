package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.caravan.decode.Measured.Form;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventDecoderTest {

    private static final String ID = "3f0e1a52-8d5e-4c57-9a3f-2f6f0b8a7c11";
    private static final String REST =
            """
            "device_id":"site-01-zone-01-dev-01","site_id":"site-01","zone_id":"zone-02","sensor_type":"co2","value":412.50""";

    @Test
    void anEventIsOneReadingThatIsKnownByItsId() throws Undecodable {
        Decoded event =
                decode("{\"event_id\":\"" + ID + "\"," + REST + ",\"ts_event\":\"2026-11-21T10:15:30.123456\"}");

        assertThat(event.eventId()).isEqualTo(UUID.fromString(ID));
        assertThat(event.device()).isEqualTo("site-01-zone-01-dev-01");
        assertThat(event.site()).isEqualTo("site-01");
        assertThat(event.zone()).isEqualTo("zone-02");
        assertThat(event.eventType()).isEqualTo("telemetry");
        assertThat(event.timestamp()).isEqualTo(1_795_256_130_123_456L);
        assertThat(event.measured()).containsExactly(new Measured("co2", 412.5, null, Form.NUMBER));
        assertThat(event.names()).containsExactly("co2");
        assertThat(event.measurements().text()).isEqualTo("{\"co2\":412.50}");
        assertThat(event.tenant()).isNull();
    }

    @Test
    void theSequenceIsOfTheIdAndOfNothingElse() throws Undecodable {
        long sequence = decode("{\"event_id\":\"" + ID + "\"," + REST + "}").sequence();

        assertThat(decode("{\"event_id\":\"" + ID.toUpperCase(java.util.Locale.ROOT) + "\", " + REST + "}")
                        .sequence())
                .isEqualTo(sequence);
        assertThat(decode("{\"event_id\":\"" + ID.replace('3', '4') + "\"," + REST + "}")
                        .sequence())
                .isNotEqualTo(sequence);
    }

    @Test
    void anEventWithoutIdAndWithTheOlderNameOfItsTimeIsKnownByItsBytes() throws Undecodable {
        String payload = "{" + REST + ",\"timestamp\":\"2026-11-21T10:15:30\"}";

        Decoded event = decode(payload);

        assertThat(event.eventId()).isNull();
        assertThat(event.sequence()).isEqualTo(PayloadHash.of(payload.getBytes(UTF_8)));
        assertThat(event.timestamp()).isEqualTo(1_795_256_130_000_000L);
    }

    @Test
    void theEventsOwnTimeCountsBeforeAnother() throws Undecodable {
        long own = 1_795_256_130_000_000L;

        assertThat(decode("{" + REST + ",\"ts_event\":1795256130,\"timestamp\":1}")
                        .timestamp())
                .isEqualTo(own);
        assertThat(decode("{" + REST + ",\"timestamp\":1,\"ts_event\":1795256130}")
                        .timestamp())
                .isEqualTo(own);
        assertThat(decode("{" + REST + ",\"timestamp\":1795256130,\"ts_event\":null}")
                        .timestamp())
                .isEqualTo(own);
        assertThat(decode("{" + REST + "}").timestamp()).isEqualTo(Decoded.NO_TIME);
    }

    @Test
    void aTimeWithoutZoneIsOfTheConfiguredOne() throws Undecodable {
        Decoder decoder = new EventDecoder(ZoneId.of("Asia/Kathmandu"));

        assertThat(decode(decoder, "{" + REST + ",\"ts_event\":\"2026-11-21T16:00:30\"}")
                        .timestamp())
                .isEqualTo(1_795_256_130_000_000L);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-1.5e2, -150", "true, 1", "false, 0", "'\"27.93 °C\"', 27.93"})
    void aValueIsANumberOrWhatStandsForOne(String value, double number) throws Undecodable {
        Decoded event = decode("{\"device_id\":\"d\",\"sensor_type\":\"x\",\"value\":" + value + "}");

        assertThat(event.measured().get(0).value()).isEqualTo(number);
        assertThat(event.measurements().text()).isEqualTo("{\"x\":" + value + "}");
    }

    @Test
    void whatTheEventSaysBesidesIsTakenWhereItMeansSomething() throws Undecodable {
        Decoded event = decode(
                "{" + REST + ",\"tenant_id\":\"acme\",\"unit\":\"ppm\",\"device_type\":\"t\",\"x\":{\"y\":[1]}}");

        assertThat(event.tenant()).isEqualTo("acme");
        assertThat(event.deviceType()).isEqualTo("t");
        assertThat(event.measured().get(0).unit()).isEqualTo("ppm");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"sensor_type\":\"co2\",\"value\":1}                                        | missing-device-id | device_id",
                "{\"device_id\":null,\"sensor_type\":\"co2\",\"value\":1}                     | missing-device-id | device_id",
                "{\"device_id\":{},\"sensor_type\":\"co2\",\"value\":1}                       | invalid-id | device_id",
                "{\"device_id\":\"a\\u0000\",\"sensor_type\":\"co2\",\"value\":1}             | invalid-id | device_id",
                "{\"device_id\":\"d\",\"site_id\":\"\",\"sensor_type\":\"co2\",\"value\":1}   | invalid-id | site_id",
                "{\"device_id\":\"d\",\"zone_id\":[1],\"sensor_type\":\"co2\",\"value\":1}    | invalid-id | zone_id",
                "{\"device_id\":\"d\",\"value\":1}                                            | invalid-metric | sensor_type",
                "{\"device_id\":\"d\",\"sensor_type\":\"\",\"value\":1}                       | invalid-metric | sensor_type",
                "{\"device_id\":\"d\",\"sensor_type\":7,\"value\":1}                          | invalid-metric | sensor_type",
                "{\"device_id\":\"d\",\"sensor_type\":\"co2\"}                                | invalid-value | value",
                "{\"device_id\":\"d\",\"sensor_type\":\"co2\",\"value\":null}                 | invalid-value | value",
                "{\"device_id\":\"d\",\"sensor_type\":\"co2\",\"value\":\"high\"}             | invalid-value | value",
                "{\"device_id\":\"d\",\"sensor_type\":\"co2\",\"value\":1e999}                | invalid-value | value",
                "{\"device_id\":\"d\",\"sensor_type\":\"co2\",\"value\":{\"v\":1}}            | invalid-value | value",
                "{\"device_id\":\"d\",\"sensor_type\":\"co2\",\"value\":1,\"ts_event\":\"x\"} | invalid-timestamp | ts_event",
                "{\"device_id\":\"d\",\"sensor_type\":\"co2\",\"value\":1,\"timestamp\":-1}   | invalid-timestamp | timestamp",
            })
    void whatIsMalformedIsToldWithItsField(String payload, String reason, String field) {
        Undecodable why = catchThrowableOfType(Undecodable.class, () -> decode(payload));

        assertThat(why.reason().code()).isEqualTo(reason);
        assertThat(why.field()).isEqualTo(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"x\"",
                "7",
                "true",
                "{}",
                "\"3f0e1a528d5e4c579a3f2f6f0b8a7c11\"",
                "\"3-0-1-9-1\"",
                "\"+f0e1a52-8d5e-4c57-9a3f-2f6f0b8a7c11\"",
                "\"00000000-0000-0000-0000-000000000000\""
            })
    void anIdThatIsNoUuidIsRefused(String id) {
        Undecodable why =
                catchThrowableOfType(Undecodable.class, () -> decode("{\"event_id\":" + id + "," + REST + "}"));

        assertThat(why.reason()).isEqualTo(Reason.INVALID_ID);
        assertThat(why.field()).isEqualTo("event_id");
    }

    @Test
    void anIdThatIsNullIsNone() throws Undecodable {
        assertThat(decode("{\"event_id\":null," + REST + "}").eventId()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"'', malformed-json", "'[]', not-an-object", "'{', malformed-json", "'{} {}', malformed-json"})
    void whatIsNoObjectIsRefusedAsElsewhere(String payload, String reason) {
        Undecodable why = catchThrowableOfType(
                Undecodable.class, () -> decode(payload.equals("{} {}") ? "{" + REST + "} {}" : payload));

        assertThat(why.reason().code()).isEqualTo(reason);
    }

    private static Decoded decode(String payload) throws Undecodable {
        return decode(new EventDecoder(ZoneOffset.UTC), payload);
    }

    private static Decoded decode(Decoder decoder, String payload) throws Undecodable {
        return decoder.decode(new RawMessage(
                "events", "telemetry.events", null, null, 1_795_262_400_000_000L, payload.getBytes(UTF_8)));
    }
}
