package io.caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.PayloadHash;
import io.caravan.reading.TrendStatistic;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnrichedMessageTest {

    private static final String WHOLE =
            """
            {"tenant_id":"ä","device_id":"d","site_id":null,"event_type":"status","timestamp":"2026-11-21T10:00:00.000001Z",\
            "sequence":-7,"received_at":"2026-11-21T10:00:01Z","online":false,"body": {"ö":["}\\"{"],"n":{}} ,\
            "trend_statistics":[{"metric":"1001","timestamp":"2026-11-21T09:00:00Z","value":1,"avg":null,"new":[1],"min":-1e3}],\
            "readings":[{"metric":"a","value":0.1,"unit":"","quality":"GOOD"},\
            {"metric":"b","value":null,"unit":"V","quality":"BAD","timestamp":"2026-11-21T09:59:59Z","new":{}}],"measurements":""";

    private final EnrichedMessage message = new EnrichedMessage();
    private final List<String> readings = new ArrayList<>();

    @Test
    void itIsReadUpToTheEndOfItsReadings() {
        read(WHOLE + "{ what follows need not even be JSON");

        assertThat(message.tenant).isEqualTo("ä");
        assertThat(message.device).isEqualTo("d");
        assertThat(message.kind).isEqualTo("status");
        assertThat(message.timestamp).isEqualTo(1_795_255_200_000_001L);
        assertThat(message.receivedAt).isEqualTo(1_795_255_201_000_000L);
        assertThat(message.sequence).isEqualTo(-7);
        assertThat(message.online).isFalse();
        assertThat(message.trends)
                .containsExactly(new TrendStatistic("1001", 1_795_251_600_000_000L, 1, Double.NaN, -1000, Double.NaN));
        assertThat(message.body).isEqualTo("{\"ö\":[\"}\\\"{\"],\"n\":{}}");
        assertThat(readings)
                .containsExactly(
                        "a 0.1  GOOD 1795255200000001 " + PayloadHash.mix(-7, 0),
                        "b NaN V BAD 1795255199000000 " + PayloadHash.mix(-7, 1));
    }

    @Test
    void aReadingIsNumberedByItsPlaceUnlessItSaysItsNumber() {
        read(
                """
                {"tenant_id":"t","device_id":"d","event_type":"x","timestamp":"2026-11-21T10:00:00.000000Z","sequence":5,\
                "received_at":"2026-11-21T10:00:00Z","readings":[\
                {"metric":"a","value":1,"unit":"","quality":"GOOD","timestamp":"2026-11-21T10:00:00.000000Z","number":-1},\
                {"metric":"b","value":1,"unit":"","quality":"GOOD","number":0},\
                {"number":7,"metric":"c","value":1,"unit":"","quality":"GOOD"},\
                {"metric":"d","value":1,"unit":"","quality":"GOOD"}]}""");

        assertThat(readings)
                .containsExactly(
                        "a 1.0  GOOD 1795255200000000 " + PayloadHash.mix(5, -1),
                        "b 1.0  GOOD 1795255200000000 " + PayloadHash.mix(5, 0),
                        "c 1.0  GOOD 1795255200000000 " + PayloadHash.mix(5, 7),
                        "d 1.0  GOOD 1795255200000000 " + PayloadHash.mix(5, 3));
    }

    @Test
    void nothingStaysFromTheMessageBefore() {
        read(WHOLE);
        read(
                """
                {"tenant_id":"t","device_id":"d","event_type":"x","timestamp":"2026-11-21T10:00:00Z",\
                "received_at":"2026-11-21T10:00:00Z","readings":[]}""");

        assertThat(message.body).isNull();
        assertThat(message.online).isTrue();
        assertThat(message.trends).isEmpty();
        assertThat(message.sequence).isZero();
        assertThatThrownBy(() -> read("{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"readings\":[]}"))
                .isInstanceOf(NotEnriched.class);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "1",
                "null",
                "{",
                "noise \u0000",
                "{\"readings\":[]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"online\":\"no\",\"readings\":[]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"trend_statistics\":[{\"metric\":\"m\"}],\"readings\":[]}",
                "{\"tenant_id\":null,\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":[]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"today\",\"readings\":[]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"body\":\"x\",\"readings\":[]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":[{}]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":[{\"metric\":null,\"value\":1}]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":[{\"metric\":\"a\",\"value\":\"x\"}]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":[{\"metric\":\"a\",\"value\":1,\"quality\":\"FINE\"}]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":[{\"metric\":\"a\",\"value\":1e999}]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":{\"metric\":\"a\",\"value\":1}}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":[{\"metric\":\"a\",\"value\":1},7,{\"metric\":\"b\",\"value\":1}]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"trend_statistics\":{},\"readings\":[]}",
                "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"trend_statistics\":[{\"metric\":\"m\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"min\":-1e999}],\"readings\":[]}"
            })
    void whatSomebodyElseWroteIsNotEnriched(String record) {
        assertThatThrownBy(() -> message.read(record == null ? null : record.getBytes(UTF_8), (m, v, u, q, t, s) -> {}))
                .isInstanceOf(NotEnriched.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE"})
    void aRecordInAnotherEncodingIsNotEnriched(String encoding) {
        byte[] record = (WHOLE + "{}}").getBytes(Charset.forName(encoding));

        assertThatThrownBy(() -> message.read(record, (m, v, u, q, t, s) -> {})).isInstanceOf(NotEnriched.class);
    }

    private void read(String json) {
        message.read(
                json.getBytes(UTF_8),
                (metric, value, unit, quality, timestamp, sequence) -> readings.add(
                        metric + ' ' + value + ' ' + unit + ' ' + quality + ' ' + timestamp + ' ' + sequence));
    }
}
