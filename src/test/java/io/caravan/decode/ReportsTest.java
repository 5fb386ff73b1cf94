package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.reading.TrendStatistic;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What devices report of themselves, in trends and status messages. */
class ReportsTest {

    private static final JsonDecoder DECODER = new JsonDecoder(JsonDialect.flexible(ZoneId.of("UTC+02:00")));
    private static final long NOON = 1_795_262_400_000_000L;

    @Test
    void trendsNameTheirChannelsAndGiveTheirNumbersAsTexts() throws Exception {
        Decoded decoded = decode(
                "trends",
                """
                {"device_id":"d","device_type":"smart_breaker","timestamp":"2026-11-21T12:00:00Z","event_type":"trends","trends":[
                 {"c":"voltage_phase_a","t":1.7952624e9,"v":"112.5","avg":"110.25","min":"105","max":"1.2e2"},
                 {"c":"temperature","t":"1795262340","v":"24.1 °C","avg":24,"min":-0.5,"max":1e2}]}""");

        assertThat(decoded.isReport()).isTrue();
        assertThat(decoded.trends())
                .containsExactly(
                        new TrendStatistic("voltage_phase_a", NOON, 112.5, 110.25, 105, 120),
                        new TrendStatistic("temperature", NOON - 60_000_000, 24.1, 24, -0.5, 100));
    }

    @Test
    void theOlderVariantNumbersItsChannels() throws Exception {
        assertThat(decode(
                                "trends",
                                """
                                {"device_id":"d","timestamp":"2026-11-21T14:00:00.5","event_type":"trends","a":"Trends","p":"d",
                                 "trends":[{"a":"Trends","p":"d","c":"1001","t":1795262400,"v":"121","avg":"120","min":"119","max":"122"}]}""")
                        .trends())
                .containsExactly(new TrendStatistic("1001", NOON, 121, 120, 119, 122));
        assertThat(decode("trends", "{\"trends\":{\"c\":1001,\"t\":\"2026-11-21 14:00:00\",\"avg\":\"120\"}}")
                        .trends())
                .as("one entry alone, and a time in the zone of the dialect")
                .containsExactly(new TrendStatistic("1001", NOON, Double.NaN, 120, Double.NaN, Double.NaN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "null",
                "7",
                "\"c\"",
                "[[{\"c\":\"a\",\"v\":1}],null,3]",
                "[{\"v\":1}]",
                "[{\"c\":\"a\"}]",
                "[{\"c\":\"a\",\"v\":\"n/a\",\"avg\":null,\"min\":true,\"max\":{\"v\":1}}]",
                "[{\"c\":\"a\",\"v\":1e999}]",
                "[{\"c\":\"\",\"v\":1}]",
                "[{\"c\":\"a\\u0000\",\"v\":1}]",
                "[{\"c\":{\"c\":\"a\"},\"v\":1}]"
            })
    void whatSaysNothingOfAChannelIsPassedOver(String trends) throws Exception {
        assertThat(decode("trends", "{\"event_type\":\"trends\",\"trends\":" + trends + ",\"x\":1}")
                        .trends())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "\"today\"", "null", "[1]", "1e19", "true"})
    void anEntryWithoutATimeIsKept(String time) throws Exception {
        assertThat(decode("trends", "{\"trends\":[{\"c\":\"a\",\"t\":" + time + ",\"v\":1}]}")
                        .trends())
                .extracting(TrendStatistic::timestamp)
                .containsExactly(Decoded.NO_TIME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"event_type\":\"status\",\"timestamp\":\"2026-11-21T12:00:00.123456\",\"status\":{\"online\":false,\"firmware_version\":\"2.1.0\"}}",
                "{\"device_type\":\"smart_meter\",\"timestamp\":\"2026-11-21T12:00:00Z\",\"status\":{\"online\":\"False\"}}",
                "{\"status\":{\"connected\":0}}",
                "{\"status\":{\"state\":\"OFFLINE\"}}",
                "{\"status\":{\"status\":\"disconnected\"}}",
                "{\"status\":\"offline\"}",
                "{\"status\":\" Disconnected \",\"reason\":\"will\"}",
                "{\"status\":false}",
                "{\"online\":false}",
                "{\"online\":\"offline\"}",
                "{\"connection\":\"lost\"}",
                "{\"state\":\"unavailable\",\"uptime\":5}"
            })
    void aStatusMessageSaysThatADeviceIsGone(String payload) throws Exception {
        assertThat(decode("status", payload).offline()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"event_type\":\"status\",\"status\":{\"online\":true,\"last_telemetry\":1,\"message_count\":0}}",
                "{\"status\":{\"online\":\"true\"}}",
                "{\"status\":{\"online\":1,\"breaker\":0}}",
                "{\"status\":{\"firmware_version\":\"2.1.0\"}}",
                "{\"status\":{\"peer\":{\"online\":false}}}",
                "{\"status\":\"online\"}",
                "{\"status\":0}",
                "{\"status\":null,\"x\":1}",
                "{\"status\":[\"offline\"],\"x\":1}",
                "{\"online\":true}",
                "{\"uptime_hours\":4}"
            })
    void anyOtherStatusMessageSaysThatItIsThere(String payload) throws Exception {
        Decoded decoded = decode("status", payload);

        assertThat(decoded.isStatus()).isTrue();
        assertThat(decoded.offline()).isFalse();
    }

    @Test
    void onlyAStatusMessageSaysThatADeviceIsGone() throws Exception {
        assertThat(decode("raw", "{\"temperature\":20,\"status\":\"offline\",\"online\":false}")
                        .offline())
                .isFalse();
        assertThat(decode("raw", "{\"event_type\":\"telemetry\",\"measurements\":{\"online\":false}}")
                        .offline())
                .isFalse();
    }

    private static Decoded decode(String kind, String payload) throws Undecodable {
        return DECODER.decode(new RawMessage("iot", "iot/d/" + kind, null, "d", NOON, payload.getBytes(UTF_8)));
    }
}
