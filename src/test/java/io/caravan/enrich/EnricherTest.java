package io.caravan.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.kafka.RecordHeaders;
import java.util.List;
import java.util.Map;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnricherTest {

    private final EnrichStage stage = EnrichStage.open();

    @Test
    void theVerdictOfAnEarlierAttemptIsForgotten() {
        EnrichStage stage = EnrichStage.open();
        Message again = stage.iot("d", "{\"measurements\":{\"temperature\":1}}");
        again.setHeader(RecordHeaders.REASON, "unknown-device".getBytes(UTF_8));
        again.setHeader(RecordHeaders.DETAIL, "not there yet".getBytes(UTF_8));

        Message enriched = stage.run(again);

        assertThat(EnrichStage.reason(enriched)).isNull();
        assertThat(enriched.getHeader(RecordHeaders.DETAIL)).isNull();
    }

    @Test
    void aReplayIsComparedWithTheTimeAtWhichItWasSentForTheClockOfItsReceiptMayHaveBeenSlow() {
        long sent = EnrichStage.RECEIVED / 1_000 + 3_700_000;
        String hourAhead = "{\"timestamp\":" + (sent - 100_000) + ",\"measurements\":{\"temperature\":1}}";
        Message first = stage.iot("breaker-1", hourAhead);
        first.setHeader(KafkaConstants.TIMESTAMP, sent);
        assertThat(EnrichStage.reason(stage.run(first))).isEqualTo("timestamp-in-future");

        Message replay = stage.iot("breaker-1", hourAhead);
        replay.setHeader(KafkaConstants.TIMESTAMP, sent);
        replay.setHeader(RecordHeaders.REPLAY_OF, "7/1".getBytes(UTF_8));
        assertThat(EnrichStage.reason(stage.run(replay))).isNull();

        Message tooEarly = stage.iot("breaker-1", hourAhead);
        tooEarly.setHeader(KafkaConstants.TIMESTAMP, EnrichStage.RECEIVED / 1_000);
        tooEarly.setHeader(RecordHeaders.REPLAY_OF, "7/2".getBytes(UTF_8));
        assertThat(EnrichStage.reason(stage.run(tooEarly))).isEqualTo("timestamp-in-future");
    }

    @Test
    void anEnrichedMessageHasItsFieldsInTheirOrder() {
        Message message = stage.run(
                stage.iot(
                        "breaker-1",
                        """
                {"device_id":"breaker-1","timestamp":"2026-11-21T11:59:00Z","sequence":7,"site_id":"s",\
                "measurements":{"voltage":{"phase_a":121.3,"unit":"V"},"temperature":{"value":99}}}"""));

        JsonNode json = EnrichStage.json(message);
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "tenant_id",
                        "device_id",
                        "device_type",
                        "site_id",
                        "zone_id",
                        "event_type",
                        "timestamp",
                        "sequence",
                        "received_at",
                        "readings",
                        "measurements",
                        "data_quality",
                        "enrichment_info",
                        "device_metadata",
                        "application_registry");
        assertThat(json.get("tenant_id").asText()).isEqualTo("default");
        assertThat(json.get("device_type").asText()).isEqualTo("smart_breaker");
        assertThat(json.get("site_id").asText()).isEqualTo("s");
        assertThat(json.get("timestamp").asText()).isEqualTo("2026-11-21T11:59:00.000000Z");
        assertThat(json.get("sequence").asLong()).isEqualTo(7);
        assertThat(json.get("readings").toString())
                .isEqualTo("[{\"metric\":\"voltage.phase_a\",\"value\":121.3,\"unit\":\"V\",\"quality\":\"GOOD\"},"
                        + "{\"metric\":\"temperature\",\"value\":99.0,\"unit\":\"°C\",\"quality\":\"UNCERTAIN\"}]");
        assertThat(json.at("/data_quality/timestamp_valid").asBoolean()).isTrue();
        assertThat(json.at("/application_registry/applications").isArray()).isTrue();
        assertThat(message.getHeader(Enricher.DEVICE_TYPE)).isEqualTo("smart_breaker");
        assertThat(message.getHeader(KafkaConstants.KEY)).isEqualTo("default/breaker-1");
        assertThat(message.getHeader(RecordHeaders.ORIGIN)).isEqualTo("iot.raw/3/0");
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"temperature\":21,\"door\":\"open\"}', temperature",
        "'[{\"n\":\"temperature\",\"v\":21},{\"n\":\"door\",\"vs\":\"open\"}]', temperature"
    })
    void aByteOrderMarkBeforeJsonAndNulsBehindItArePassedOver(String json, String metric) {
        for (String payload :
                new String[] {'\ufeff' + json, json + '\0', "\ufeff " + json + "\0\0", "\n" + json + '\0'}) {
            Message message = stage.run(stage.iot("d", payload));

            assertThat(EnrichStage.reason(message)).as(payload).isNull();
            JsonNode enriched = EnrichStage.json(message);
            assertThat(enriched.at("/readings/0/metric").textValue()).isEqualTo(metric);
            assertThat(enriched.get("body").isContainerNode()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"deviceId\":\"d\",\"a\":1", "{\"deviceId\":\"d\",\"a\":1}}", "42"})
    void aDeadLetterKeepsItsMarks(String json) {
        byte[] payload = (json + '\0').getBytes(UTF_8);
        Message dead = stage.run(stage.building(payload));

        assertThat(EnrichStage.reason(dead)).isEqualTo("malformed-json");
        assertThat((byte[]) dead.getBody()).isEqualTo(payload);
    }

    @Test
    void aPackHasAReadingWithATimeOfItsOwnForEachRecord() {
        Message message = stage.run(
                stage.iot(
                        "pump-7",
                        """
                [{"bn":"urn:dev:ow:pump-7:","bt":1795256130.5,"n":"temperature","u":"Cel","v":31.5},
                 {"n":"temperature","u":"Cel","t":-1,"v":31.4},{"n":"running","vb":true},{"n":"label","vs":"x"}]"""));

        JsonNode json = EnrichStage.json(message);
        assertThat(json.get("timestamp").textValue()).isEqualTo("2026-11-21T10:15:30.500000Z");
        assertThat(json.has("measurements")).isFalse();
        assertThat(json.get("body").isArray()).isTrue();
        assertThat(json.get("readings"))
                .extracting(JsonNode::toString)
                .containsExactly(
                        "{\"metric\":\"temperature\",\"value\":31.5,\"unit\":\"Cel\",\"quality\":\"GOOD\"}",
                        "{\"metric\":\"temperature\",\"value\":31.4,\"unit\":\"Cel\",\"quality\":\"GOOD\","
                                + "\"timestamp\":\"2026-11-21T10:15:29.500000Z\"}",
                        "{\"metric\":\"running\",\"value\":1.0,\"unit\":\"\",\"quality\":\"GOOD\"}");
        assertThat((long[]) stage.readings(message).get("timestamps"))
                .containsExactly(1_795_256_130_500_000L, 1_795_256_129_500_000L, 1_795_256_130_500_000L);
        assertThat((String[]) stage.events(message).get("bodies"))
                .singleElement()
                .asString()
                .startsWith("[{\"bn\"")
                .endsWith("\"vs\":\"x\"}]");
    }

    @Test
    void theLargestPackFitsIntoARecord() {
        StringBuilder pack = new StringBuilder("[{\"bn\":\"pump-7:\",\"bt\":1795256130}");
        for (int i = 0; i < 20_000; i++) {
            pack.append(",{\"n\":\"temperature\",\"t\":-").append(i).append(".5,\"u\":\"Cel\",\"v\":21.25}");
        }
        Message message = stage.run(stage.iot("pump-7", pack.append(']').toString()));

        assertThat(EnrichStage.reason(message)).isNull();
        assertThat(((byte[]) message.getBody()).length / 20_000).isBetween(100, 120);
    }

    @Test
    void aDeadLetterKeepsWhatItsPublisherSaidThatItIs() {
        Message claimed = stage.iot("d", "[{\"n\":\"a\",\"v\":1}]");
        claimed.setHeader(RecordHeaders.CONTENT_TYPE, "application/senml+cbor".getBytes(UTF_8));

        Message dead = stage.run(claimed);

        assertThat(EnrichStage.reason(dead)).isEqualTo("malformed-senml");
        assertThat(dead.getHeader(RecordHeaders.DETAIL, String.class))
                .isEqualTo("the content type is 'application/senml+cbor', the payload is an array in JSON");
        assertThat(dead.getHeader(RecordHeaders.CONTENT_TYPE)).isEqualTo("application/senml+cbor".getBytes(UTF_8));
    }

    @Test
    void theUnitOfAGroupIsNotThatOfAComponentWhichHasAnother() {
        JsonNode json = run("{\"deviceId\":\"d\",\"device_type\":\"smart_breaker\",\"measurements\":{\"power\":"
                + "{\"active\":7000,\"reactive\":1000,\"apparent\":7100,\"factor\":0.9,\"unit\":\"W\"}}}");

        assertThat(json.get("readings").findValuesAsText("metric"))
                .containsExactly("power.active", "power.reactive", "power.apparent", "power.factor");
        assertThat(json.get("readings").findValuesAsText("unit")).containsExactly("W", "VAr", "VA", "");
    }

    @Test
    void anotherUnitThanTheDeclaredIsTheDevices() {
        JsonNode json = run("{\"deviceId\":\"d\",\"device_type\":\"smart_breaker\",\"measurements\":{\"power\":"
                + "{\"active\":7,\"reactive\":1,\"unit\":\"kW\"},\"temperature\":{\"value\":95,\"unit\":\"°F\"}}}");

        assertThat(json.get("readings").findValuesAsText("unit")).containsExactly("kW", "kW", "°F");
    }

    @Test
    void withoutATimeItIsTheTimeOfReceiptAndUncertain() {
        JsonNode json = run("{\"deviceId\":\"d\",\"temperature\":20}");

        assertThat(json.get("timestamp")).isEqualTo(json.get("received_at"));
        assertThat(json.at("/readings/0/quality").asText()).isEqualTo("UNCERTAIN");
        assertThat(json.at("/data_quality/timestamp_valid").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T12:10:00Z,",
        "2026-11-21T12:10:00.000001Z, timestamp-in-future",
        "9999-12-31T23:59:59Z, timestamp-in-future",
        "1970-01-01T00:00:00Z,"
    })
    void tenMinutesAheadIsTheEndAndOldIsWelcome(String time, String reason) {
        Message message =
                stage.run(stage.building("{\"deviceId\":\"d\",\"timestamp\":\"" + time + "\",\"temperature\":20}"));

        assertThat(EnrichStage.reason(message)).isEqualTo(reason);
    }

    @Test
    void whatShouldBeANumberAndIsNoneIsBad() {
        JsonNode json = run("{\"deviceId\":\"d\",\"timestamp\":1795220356,\"temperature\":\"27,5\",\"humidity\":null,"
                + "\"co2\":1e999,\"other\":null}");

        assertThat(json.get("readings").toString())
                .isEqualTo(
                        "[{\"metric\":\"temperature\",\"value\":null,\"unit\":\"°C\",\"quality\":\"BAD\",\"number\":-1},"
                                + "{\"metric\":\"humidity\",\"value\":null,\"unit\":\"%RH\",\"quality\":\"BAD\",\"number\":-2},"
                                + "{\"metric\":\"co2\",\"value\":null,\"unit\":\"ppm\",\"quality\":\"BAD\",\"number\":0}]");
    }

    @Test
    void whatIsNoNumberIsKeptWholeAsAnEvent() {
        String door = "{\"deviceId\":\"d\",\"timestamp\":1795220356,\"door\":\"öpen\",\"battery\":\"3.1 V\"}";
        Message message = stage.run(stage.building(door));

        assertThat((String[]) stage.events(message).get("bodies")).containsExactly(door);
        assertThat((String[]) stage.events(message).get("kinds")).containsExactly("telemetry");
        assertThat((String[]) stage.readings(message).get("metrics")).containsExactly("battery");
        assertThat((double[]) stage.readings(message).get("values")).containsExactly(3.1);
    }

    @Test
    void onlyTextsAreAnEventWithoutReadings() {
        Message message = stage.run(stage.building("{\"deviceId\":\"d\",\"card\":\"ab12\"}"));

        assertThat((String[]) stage.events(message).get("bodies")).hasSize(1);
        assertThat((String[]) stage.readings(message).get("metrics")).isEmpty();
    }

    @Test
    void aReportBesideReadingsIsKeptToo() {
        String both = "{\"deviceId\":\"d\",\"temperature\":20,\"status\":\"low battery\"}";
        Message message = stage.run(stage.building(both));

        assertThat((String[]) stage.readings(message).get("metrics")).containsExactly("temperature");
        assertThat((String[]) stage.events(message).get("bodies")).containsExactly(both);
    }

    @Test
    void aReportHasNoReadings() {
        String status = "{\"device_id\":\"d\",\"event_type\":\"status\",\"timestamp\":\"2026-11-21 10:15:30.5\","
                + "\"status\":{\"online\":true,\"uptime_hours\":5}}";
        Message message = stage.run(stage.iot("d", status));

        assertThat((String[]) stage.readings(message).get("metrics")).isEmpty();
        assertThat((String[]) stage.events(message).get("bodies")).containsExactly(status);
        assertThat((String[]) stage.events(message).get("kinds")).containsExactly("status");
        assertThat(EnrichStage.json(message).at("/status/uptime_hours").asInt()).isEqualTo(5);
    }

    @Test
    void aStatusMessageTellsBeforeTheReadingsWhetherTheDeviceIsOnline() {
        JsonNode json = run("{\"deviceId\":\"d\",\"status\":\"offline\"}");

        assertThat(json.get("online").isBoolean()).isTrue();
        assertThat(json.get("online").booleanValue()).isFalse();
        assertThat(json.fieldNames()).toIterable().containsSubsequence("received_at", "online", "body", "readings");
        assertThat(run("{\"deviceId\":\"d\",\"status\":{\"uptime_hours\":1}}")
                        .get("online")
                        .booleanValue())
                .isTrue();
        assertThat(run("{\"deviceId\":\"d\",\"temperature\":20,\"online\":false}")
                        .has("online"))
                .as("no status message")
                .isFalse();
    }

    @Test
    void trendsAreNumbersBeforeTheReadingsAndTakeTheMessagesTimeForOneThatCannotBe() {
        String trends = "{\"deviceId\":\"d\",\"timestamp\":\"2026-11-21T11:59:00Z\",\"trends\":["
                + "{\"c\":\"1001\",\"t\":1795262340,\"v\":\"121\",\"avg\":\"120.5\",\"min\":\"119\",\"max\":\"n/a\"},"
                + "{\"c\":\"a\",\"t\":1795263001,\"v\":1},{\"c\":\"b\",\"t\":1795263000,\"v\":1},{\"c\":\"c\",\"v\":1}]}";
        Message message = stage.run(stage.building(trends));

        JsonNode json = EnrichStage.json(message);
        assertThat(json.fieldNames())
                .toIterable()
                .containsSubsequence("body", "trend_statistics", "readings", "trends");
        assertThat(json.at("/trend_statistics/0"))
                .hasToString("{\"metric\":\"1001\",\"timestamp\":\"2026-11-21T11:59:00.000000Z\",\"value\":121.0,"
                        + "\"avg\":120.5,\"min\":119.0,\"max\":null}");
        assertThat(json.get("trend_statistics").findValuesAsText("timestamp"))
                .containsExactly(
                        "2026-11-21T11:59:00.000000Z",
                        "2026-11-21T11:59:00.000000Z",
                        "2026-11-21T12:10:00.000000Z",
                        "2026-11-21T11:59:00.000000Z");
        assertThat((String[]) stage.events(message).get("bodies")).containsExactly(trends);
        assertThat((String[]) stage.readings(message).get("metrics")).isEmpty();
    }

    @Test
    void nothingButNullsIsEmpty() {
        assertThat(EnrichStage.reason(stage.run(stage.building("{\"deviceId\":\"d\",\"a\":null,\"b\":{},\"c\":[]}"))))
                .isEqualTo("empty-message");
    }

    @Test
    void aTypeThatTheRegistryDoesNotHaveIsUnknown() {
        assertThat(run("{\"deviceId\":\"d\",\"device_type\":\"../x\",\"voltage\":1}")
                        .get("device_type")
                        .asText())
                .isEqualTo("unknown");
        assertThat(run("{\"deviceId\":\"d2\",\"voltage\":1}").get("device_type").asText())
                .isEqualTo("smart_breaker");
    }

    @Test
    void aTypeOfTheDirectoryCountsWhereTheMessageTellsNone() {
        stage.directory.add(List.of(Map.of("tenant_id", "default", "device_id", "m", "device_type", "smart_meter")));

        assertThat(run("{\"deviceId\":\"m\",\"x\":1}").get("device_type").asText())
                .isEqualTo("smart_meter");
    }

    @Test
    void strangeIdsAndUnitsComeThrough() {
        Message message = stage.run(
                stage.building(
                        "{\"deviceId\":\"a/b\\\"\\\\ö😀\",\"tenant_id\":\"t/\\\"\",\"m\\\"\\\\é😀\":{\"value\":1,\"unit\":\"\\\"°\\\\\"}}"));

        assertThat((String[]) stage.readings(message).get("devices")).containsExactly("a/b\"\\ö😀");
        assertThat((String[]) stage.readings(message).get("tenants")).containsExactly("t/\"");
        assertThat((String[]) stage.readings(message).get("metrics")).containsExactly("m\"\\é😀");
        assertThat((String[]) stage.readings(message).get("units")).containsExactly("\"°\\");
        assertThat(message.getHeader(KafkaConstants.KEY)).isEqualTo("t/\"/a/b\"\\ö😀");
    }

    @Test
    void aMessageThatOutgrowsARecordIsTooLarge() {
        EnrichStage small = new EnrichStage(true, 5_000);

        assertThat(EnrichStage.reason(
                        small.run(small.building("{\"deviceId\":\"d\",\"a\":[" + "1,".repeat(200) + "1]}"))))
                .isEqualTo("too-large");
    }

    @Test
    void aBadMessageIsADeadLetterAndCostsItsNeighboursNothing() {
        byte[] bad = "{\"deviceId\":".getBytes(UTF_8);
        List<Message> batch = stage.run(List.of(
                stage.building("{\"deviceId\":\"a\",\"x\":1}"),
                stage.building(bad),
                stage.raw("f2", "cmnd/f2-1/x", null, null, bad),
                stage.building(new byte[0]),
                stage.building("{\"deviceId\":\"b\",\"x\":1}")));

        assertThat(batch)
                .extracting(EnrichStage::reason)
                .containsExactly(null, "malformed-json", "unknown-dialect", "malformed-json", null);
        Message letter = batch.get(1);
        assertThat((byte[]) letter.getBody()).isSameAs(bad);
        assertThat(letter.getHeader(RecordHeaders.STAGE)).isEqualTo("enrich");
        assertThat(letter.getHeader(RecordHeaders.ORIGIN)).isEqualTo("iot.raw/3/1");
        assertThat(letter.getHeader(RecordHeaders.DETAIL, String.class)).contains("byte 12");
    }

    @Test
    void aMessageWithoutHeadersIsOfNoDialect() {
        Message message = stage.building("{}");
        message.removeHeader(RecordHeaders.DIALECT);
        message.removeHeader(RecordHeaders.TOPIC);
        message.removeHeader(RecordHeaders.RECEIVED_AT);
        message.setBody(null);

        assertThat(EnrichStage.reason(stage.run(message))).isEqualTo("unknown-dialect");
    }

    @Test
    void aTimeOfReceiptThatIsNoneIsReplaced() {
        for (String time : List.of("-1", "9223372036854775807", "x", "")) {
            Message message = stage.building("{\"deviceId\":\"d\",\"x\":1}");
            message.setHeader(RecordHeaders.RECEIVED_AT, time);

            assertThat(stage.run(message).getHeader(RecordHeaders.REASON))
                    .as(time)
                    .isNull();
            assertThat((String[]) stage.readings(message).get("metrics"))
                    .as(time)
                    .containsExactly("x");
        }
    }

    private JsonNode run(String payload) {
        Message message = stage.run(stage.building(payload));
        assertThat(EnrichStage.reason(message)).isNull();
        return EnrichStage.json(message);
    }
}
