package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.HostileTexts;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.simulator.Family;
import io.caravan.simulator.FamilyName;
import io.caravan.simulator.Message;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What devices of the original systems send arrives in Kafka, in the database and in the API; what is wrong is named. */
@ExtendWith(RealServers.class)
class PipelineIT {

    private static final int LARGEST = 1_048_576;

    private static RunningCaravan caravan;
    private static MqttDevice mqtt5;
    private static MqttDevice mqtt3;
    private static KafkaLog kafka;
    private static Rows rows;

    @BeforeAll
    static void start(EmbeddedServers servers) throws Exception {
        mqtt5 = MqttDevice.mqtt5(servers.mqttUrl());
        mqtt3 = MqttDevice.mqtt3(servers.mqttUrl());
        mqtt5.retain("iot/retained-1/status", "{\"device_id\":\"retained-1\",\"status\":{\"online\":true}}");
        caravan = RunningCaravan.ready(servers, Map.of());
        kafka = new KafkaLog(servers.kafkaBrokers());
        rows = new Rows(servers);
    }

    @AfterAll
    static void stop() {
        mqtt5.close();
        mqtt3.close();
        if (caravan != null) {
            caravan.close();
        }
    }

    @Test
    void whatABreakerSendsInABurstArrivesEverywhere() throws Exception {
        Map<String, Message> burst = burstOfABreaker();
        for (String kind : List.of("raw", "trends", "status")) {
            mqtt5.publish("iot/breaker-001/" + kind, burst.get(kind).payload());
        }

        List<ConsumerRecord<String, byte[]>> raw =
                kafka.read("iot.raw", 3, candidate -> "default/breaker-001".equals(candidate.key()));
        assertThat(raw).hasSize(3).allSatisfy(message -> {
            String topic = KafkaLog.header(message, "mqtt-topic");
            assertThat(message.value())
                    .isEqualTo(burst.get(topic.substring("iot/breaker-001/".length()))
                            .payload());
            assertThat(KafkaLog.header(message, "dialect")).isEqualTo("iot");
            assertThat(KafkaLog.header(message, "device")).isEqualTo("breaker-001");
            assertThat(Long.parseLong(KafkaLog.header(message, "received-at"))).isPositive();
        });

        Map<String, JsonNode> enriched = new HashMap<>();
        for (ConsumerRecord<String, byte[]> message :
                kafka.read("iot.enriched", 3, candidate -> "default/breaker-001".equals(candidate.key()))) {
            JsonNode body = Api.MAPPER.readTree(message.value());
            enriched.put(body.get("event_type").textValue(), body);
        }
        assertThat(enriched).containsOnlyKeys("telemetry", "trends", "status");
        assertEnriched(
                enriched.get("telemetry"), Api.MAPPER.readTree(burst.get("raw").payload()));
        assertThat(enriched.get("trends").get("trends"))
                .isEqualTo(Api.MAPPER.readTree(burst.get("trends").payload()).get("trends"));
        assertThat(enriched.get("trends").get("readings")).isEmpty();
        assertThat(enriched.get("status").get("status"))
                .isEqualTo(Api.MAPPER.readTree(burst.get("status").payload()).get("status"));
        assertThat(kafka.read(
                        "iot.smart_breaker.enriched", 3, candidate -> "default/breaker-001".equals(candidate.key())))
                .hasSize(3);

        await().untilAsserted(() -> {
            assertThat(caravan.api().json("/api/readings?device=breaker-001&limit=1000"))
                    .hasSize(21);
            assertThat(caravan.api().json("/api/devices/breaker-001/latest")).hasSize(21);
            assertThat(texts(caravan.api().json("/api/events?device=breaker-001"), "kind"))
                    .containsExactlyInAnyOrder("trends", "status");
            JsonNode device = caravan.api().json("/api/devices/breaker-001");
            assertThat(device.get("device_type").textValue()).isEqualTo("smart_breaker");
            assertThat(device.get("last_seen").isTextual()).isTrue();
        });
        assertThat(latest("breaker-001").get("voltage.phase_b").doubleValue())
                .isEqualTo(Api.MAPPER
                        .readTree(burst.get("raw").payload())
                        .at("/measurements/voltage/phase_b")
                        .doubleValue());
    }

    @Test
    void answersAreCompressedForWhoAcceptsThat() throws Exception {
        assertThat(caravan.api()
                        .get("/api/openapi.json", "Accept-Encoding", "gzip")
                        .headers()
                        .firstValue("Content-Encoding"))
                .hasValue("gzip");
        assertThat(caravan.api().get("/api/openapi.json").headers().firstValue("Content-Encoding"))
                .isEmpty();
    }

    /** HostileTextsTest has them in what the API is told. */
    @Test
    void textsThatMeanSomethingElsewhereAreTextsLikeAnyOther() throws Exception {
        for (String text : HostileTexts.ALL) {
            ObjectNode message = Api.MAPPER.createObjectNode();
            for (String field : List.of("deviceId", "tenant_id", "site_id", "zone_id", "device_type", "event_type")) {
                message.put(field, text);
            }
            message.putObject("measurements").putObject(text).put("value", 7).put("unit", text);
            mqtt5.publish("building/hostile", message.toString());
            ObjectNode event = Api.MAPPER.createObjectNode().put("value", 7);
            for (String field : List.of("tenant_id", "site_id", "zone_id", "sensor_type")) {
                event.put(field, text);
            }
            event.put("device_id", text + " event");
            HttpResponse<String> receipt =
                    caravan.api().post("/api/ingest", event.toString(), "Content-Type", "application/json");
            assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(202);
        }
        for (String text : HostileTexts.ALL) {
            String tenant = "tenant=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
            for (String device : List.of(text, text + " event")) {
                String id = URLEncoder.encode(device, StandardCharsets.UTF_8).replace("+", "%20");
                await().untilAsserted(() -> {
                    JsonNode readings = caravan.api().json("/api/readings?device=" + id + "&" + tenant);
                    assertThat(texts(readings, "metric")).as(device).containsExactly(text);
                    assertThat(readings.at("/0/value").doubleValue()).isEqualTo(7);
                });
                JsonNode read = caravan.api().json("/api/devices/" + id + "?" + tenant);
                assertThat(read.get("site_id").textValue()).isEqualTo(text);
                assertThat(read.get("zone_id").textValue()).isEqualTo(text);
            }
            assertThat(texts(caravan.api().json("/api/sites?" + tenant), "site_id"))
                    .containsExactly(text);
            assertThat(texts(caravan.api().json("/api/devices?" + tenant), "device_id"))
                    .containsExactlyInAnyOrder(text, text + " event");
            assertThat(texts(
                            caravan.api()
                                    .json("/api/readings?device=" + URLEncoder.encode(text, StandardCharsets.UTF_8)
                                            + "&" + tenant),
                            "unit"))
                    .as("what is longer than 32 characters is no unit")
                    .containsExactly(text.length() > 32 ? "" : text);
        }
    }

    @Test
    void theFlatVariantOfABreakerArrivesByMqtt3() throws Exception {
        mqtt3.publish(
                "iot/flat-001/raw",
                """
                {"device_id": "flat-001", "device_type": "smart_breaker", "timestamp": "2026-11-21T00:17:25.123456Z",
                 "event_type": "telemetry", "measurements": {"voltage": 121.5, "current": 42.25, "temperature": 35, "power": 5100.5}}""");

        await().untilAsserted(() -> assertThat(latest("flat-001"))
                .hasSize(4)
                .extractingByKeys("voltage", "current", "temperature", "power")
                .extracting(JsonNode::doubleValue)
                .containsExactly(121.5, 42.25, 35.0, 5100.5));
        assertThat(texts(caravan.api().json("/api/readings?device=flat-001"), "timestamp"))
                .containsOnly("2026-11-21T00:17:25.123456Z");
    }

    @Test
    void sensorsThatNameTheirTenantInThePayloadStayApartThoughTheirIdsAreTheSame() throws Exception {
        mqtt3.publish(
                "building/room1/data",
                """
                {"deviceId":"twin","tenant_id":"tenant-1","timestamp":1795220356227,"temperature":24.5,"humidity":48.5}""");
        mqtt5.publish(
                "building/room1/data",
                """
                {"deviceId":"twin","tenant_id":"tenant-2","timestamp":1795220356227,"temperature":21,"humidity":55.5}""");

        await().untilAsserted(() -> {
            assertThat(values("/api/devices/twin/latest?tenant=tenant-1")).containsExactly(48.5, 24.5);
            assertThat(values("/api/devices/twin/latest?tenant=tenant-2")).containsExactly(55.5, 21.0);
        });
        assertThat(caravan.api().get("/api/devices/twin").statusCode()).isEqualTo(404);
        ConsumerRecord<String, byte[]> enriched = kafka.first("iot.environmental_sensor.enriched", "tenant-1/twin");
        JsonNode message = Api.MAPPER.readTree(enriched.value());
        assertThat(message.get("tenant_id").textValue()).isEqualTo("tenant-1");
        assertThat(message.get("timestamp").textValue())
                .isEqualTo(Instant.ofEpochMilli(1795220356227L).toString().replace("Z", "000Z"));
    }

    @Test
    void aTenantInTheTopicIsTheTenant() throws Exception {
        mqtt5.publish("iot/acme/breaker-9/raw", "{\"device_id\":\"breaker-9\",\"measurements\":{\"voltage\":120}}");

        await().untilAsserted(() ->
                assertThat(values("/api/devices/breaker-9/latest?tenant=acme")).containsExactly(120.0));
    }

    @Test
    void theTraceOfAMessageGoesWithItToWhoeverReadsIt() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        mqtt5.publish("iot/traced-1/raw", "{\"measurements\":{\"voltage\":120}}", Map.of("traceparent", parent));
        mqtt5.publish("iot/traced-2/raw", "{broken", Map.of("traceparent", parent));

        assertThat(KafkaLog.header(kafka.first("iot.enriched", "default/traced-1"), "traceparent"))
                .isEqualTo(parent);
        assertThat(KafkaLog.header(kafka.first("iot.dlq", "default/traced-2"), "traceparent"))
                .isEqualTo(parent);
    }

    @Test
    void roomSensorsKeepTheirSiteAndZone() throws Exception {
        Family family = FamilyName.ENVIRONMENT.create(false, new Random(7));
        for (int device = 0; device < 45; device++) {
            Message message = family.next(device, Instant.now());
            mqtt5.publish(message.topic(), message.payload());
        }

        await().untilAsserted(() -> assertThat(caravan.api().json("/api/readings?device=site-03-zone-05-dev-03"))
                .hasSize(4));
        await().untilAsserted(() -> assertThat(
                        rows.count(
                                "SELECT count(DISTINCT (site_id, zone_id)) FROM devices WHERE device_id LIKE 'site-%-dev-%' AND site_id LIKE 'site-%'"))
                .isEqualTo(15));
        JsonNode message =
                Api.MAPPER.readTree(kafka.first("iot.environmental_sensor.enriched", "default/site-02-zone-04-dev-01")
                        .value());
        assertThat(message.get("site_id").textValue()).isEqualTo("site-02");
        assertThat(message.get("zone_id").textValue()).isEqualTo("zone-04");
    }

    @Test
    void aRetainedReportOfBeforeTheStartArrives() {
        await().untilAsserted(() -> assertThat(texts(caravan.api().json("/api/events?device=retained-1"), "kind"))
                .isNotEmpty()
                .containsOnly("status"));
    }

    @Test
    void aValueMayBeATextWithItsUnit() throws Exception {
        mqtt5.publish(
                "iot/unit-1/raw",
                "{\"device_id\":\"unit-1\",\"measurements\":{\"temperature\":\"27.93 °C\",\"humidity\":\"27,5\"}}");

        await().untilAsserted(() ->
                assertThat(caravan.api().json("/api/devices/unit-1/latest")).hasSize(2));
        JsonNode latest = caravan.api().json("/api/devices/unit-1/latest");
        assertThat(latest.get(0).get("quality").textValue()).isEqualTo("BAD");
        assertThat(latest.get(0).get("value").isNull()).isTrue();
        assertThat(latest.get(1).get("value").doubleValue()).isEqualTo(27.93);
        assertThat(latest.get(1).get("unit").textValue()).isEqualTo("°C");
    }

    @ParameterizedTest
    @CsvSource({
        "'\"2026-11-21T01:02:03.5Z\"',      2026-11-21T01:02:03.500000Z",
        "'\"2026-11-21T03:02:03.5+02:00\"', 2026-11-21T01:02:03.500000Z",
        "'\"2026-11-21 01:02:03.500000\"',  2026-11-21T01:02:03.500000Z",
        "1795222923,                        2026-11-21T01:02:03.000000Z",
        "1795222923.5,                      2026-11-21T01:02:03.500000Z",
        "1795222923500,                     2026-11-21T01:02:03.500000Z",
        "1795222923500250,                  2026-11-21T01:02:03.500250Z",
        "'\"1970-01-02T00:00:00Z\"',        1970-01-02T00:00:00.000000Z"
    })
    void timesAreUnderstoodInAllTheirForms(String sent, String stored) {
        String device = "time-" + Integer.toHexString(sent.hashCode());
        mqtt5.publish(
                "iot/" + device + "/raw",
                "{\"device_id\":\"" + device + "\",\"timestamp\":" + sent + ",\"measurements\":{\"voltage\":120}}");

        await().untilAsserted(() -> assertThat(texts(caravan.api().json("/api/readings?device=" + device), "timestamp"))
                .containsExactly(stored));
    }

    @Test
    void withoutATimeTheTimeOfReceiptStandsAndTheReadingIsUncertain() {
        mqtt5.publish("iot/timeless/raw", "{\"device_id\":\"timeless\",\"measurements\":{\"voltage\":120}}");

        await().untilAsserted(() -> {
            JsonNode readings = caravan.api().json("/api/readings?device=timeless");
            assertThat(texts(readings, "quality")).containsExactly("UNCERTAIN");
            assertThat(Instant.parse(readings.get(0).get("timestamp").textValue()))
                    .isBefore(Instant.now().plusSeconds(1));
        });
    }

    static Stream<Arguments> bad() {
        byte[] noise = new byte[512];
        new Random(3).nextBytes(noise);
        noise[0] = (byte) 0x80;
        byte[] tooLarge = new byte[LARGEST + 1];
        Arrays.fill(tooLarge, (byte) 'x');
        byte[] largeNoise = new byte[LARGEST];
        new Random(4).nextBytes(largeNoise);
        largeNoise[0] = (byte) 0xff;
        String future = Instant.now().plusSeconds(3_600).toString();
        return Stream.of(
                Arguments.of("broken", bytes("{\"device_id\":\"broken\",\"measurements\":{"), "malformed-json"),
                Arguments.of("empty", new byte[0], "malformed-json"),
                Arguments.of("array", bytes("[1, 2, 3]"), "not-an-object"),
                Arguments.of("number", bytes("42"), "not-an-object"),
                Arguments.of("noise", noise, "malformed-senml"),
                Arguments.of("large-noise", largeNoise, "malformed-json"),
                Arguments.of("too-large", tooLarge, "too-large"),
                Arguments.of("nothing", bytes("{}"), "empty-message"),
                Arguments.of(
                        "strange-time",
                        bytes("{\"timestamp\":\"the day before\",\"measurements\":{\"voltage\":120}}"),
                        "invalid-timestamp"),
                Arguments.of(
                        "future",
                        bytes("{\"timestamp\":\"" + future + "\",\"measurements\":{\"voltage\":120}}"),
                        "timestamp-in-future"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void whatIsWrongBecomesADeadLetterWithItsReasonAndItsBytes(String device, byte[] payload, String reason)
            throws Exception {
        mqtt5.publish("iot/" + device + "/raw", payload);

        await().untilAsserted(
                        () -> assertThat(texts(caravan.api().json("/api/dead-letters?device=" + device), "reason"))
                                .containsExactly(reason));
        JsonNode letter =
                caravan.api().json("/api/dead-letters?device=" + device).get(0);
        assertThat(letter.get("topic").textValue()).isEqualTo("iot/" + device + "/raw");
        assertThat(letter.get("dialect").textValue()).isEqualTo("iot");
        assertThat(letter.get("payload_length").longValue()).isEqualTo(payload.length);
        assertThat(Base64.getDecoder().decode(letter.get("payload").textValue()))
                .isEqualTo(Arrays.copyOf(payload, payload.length > LARGEST ? 65_536 : payload.length));
        assertThat(caravan.api().json("/api/readings?device=" + device)).noneMatch(JsonNode::isArray);
    }

    @Test
    void aMegabyteOfMeasurementsIsStored() throws Exception {
        String filler = "x".repeat(LARGEST - 1_000);
        mqtt5.publish(
                "iot/megabyte/raw",
                "{\"device_id\":\"megabyte\",\"measurements\":{\"voltage\":120,\"note\":\"" + filler + "\"}}");

        await().untilAsserted(() ->
                assertThat(values("/api/readings?device=megabyte")).containsExactly(120.0));
        await().untilAsserted(() -> assertThat(caravan.api()
                        .json("/api/events?device=megabyte")
                        .path(0)
                        .at("/body/measurements/note")
                        .textValue())
                .isEqualTo(filler));
    }

    @Test
    void buildingMessagesWithoutADeviceAreNamedByTheirTopic() {
        mqtt5.publish("building/lost/data", "{\"temperature\":21.5}");

        await().untilAsserted(() -> assertThat(caravan.api().all("/api/dead-letters?reason=missing-device-id"))
                .extracting(letter -> letter.get("topic").textValue())
                .contains("building/lost/data"));
    }

    @Test
    void aFloodOfPoisonTakesNoGoodMessageWithIt() throws Exception {
        List<String> mixed = new ArrayList<>();
        IntStream.range(0, 3_000).forEach(i -> {
            mixed.add("{\"device_id\":\"flood\", broken " + i);
            if (i % 30 == 0) {
                mixed.add("{\"device_id\":\"flood\",\"timestamp\":" + (1795222923000L + i)
                        + ",\"measurements\":{\"voltage\":" + i + "}}");
            }
        });
        mqtt5.publishAll("iot/flood/raw", mixed);

        await().untilAsserted(() -> {
            assertThat(rows.count("SELECT count(*) FROM readings WHERE device_id = 'flood'"))
                    .isEqualTo(100);
            assertThat(rows.count("SELECT count(*) FROM dead_letters WHERE device_id = 'flood'"))
                    .isEqualTo(3_000);
        });
        assertThat(new HashSet<>(rows.list(
                        "SELECT convert_from(payload, 'UTF8') FROM dead_letters" + " WHERE device_id = 'flood'")))
                .hasSize(3_000);
    }

    @Test
    void aMessageThatIsPublishedThreeTimesIsStoredOnce() throws Exception {
        String payload =
                """
                {"deviceId":"again","tenant_id":"default","timestamp":1795220356227,"temperature":24.5,"humidity":48.5}""";
        mqtt5.publishAll("building/room1/data", List.of(payload, payload, payload));
        mqtt5.publish("iot/again-event/status", "{\"timestamp\":\"2026-11-20T00:00:00\",\"status\":{\"online\":true}}");
        mqtt5.publish("iot/again-event/status", "{\"timestamp\":\"2026-11-20T00:00:00\",\"status\":{\"online\":true}}");
        mqtt5.publish(
                "building/room1/data",
                payload.replace("24.5", "24.6")); // the same moment, another measurement: not the same message

        assertThat(kafka.read("iot.enriched", 4, candidate -> "default/again".equals(candidate.key())))
                .hasSize(4);
        await().untilAsserted(() -> {
            assertThat(values("/api/readings?device=again&metric=temperature")).containsExactlyInAnyOrder(24.5, 24.6);
            assertThat(caravan.api().json("/api/events?device=again-event")).hasSize(1);
        });
    }

    @Test
    void theNewestValueIsTheNewestByItsTimeNotByItsArrival() throws Exception {
        mqtt5.publish("iot/order/raw", "{\"timestamp\":1795222923,\"measurements\":{\"voltage\":125}}");
        await().untilAsserted(() -> assertThat(latest("order")).containsKey("voltage"));
        mqtt5.publish("iot/order/raw", "{\"timestamp\":1795222922,\"measurements\":{\"voltage\":111,\"current\":1}}");

        await().untilAsserted(() -> assertThat(latest("order")).containsKey("current"));
        assertThat(latest("order").get("voltage").doubleValue()).isEqualTo(125);
    }

    @Test
    void metricsTellWhatHasBeenDone() {
        mqtt5.publish("iot/metered/raw", "{\"measurements\":{\"voltage\":125}}");

        await().untilAsserted(() -> assertThat(caravan.metrics())
                .contains("caravan_store_readings_total{result=\"stored\"}")
                .contains("caravan_latency_stored_seconds_count{since=\"receipt\"}")
                .contains("caravan_consumer_lag{group=\"caravan-store\""));
    }

    private static void assertEnriched(JsonNode enriched, JsonNode sent) {
        List<String> fields = new ArrayList<>();
        enriched.fieldNames().forEachRemaining(fields::add);
        assertThat(fields)
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
        assertThat(enriched.get("tenant_id").textValue()).isEqualTo("default");
        assertThat(enriched.get("device_id")).isEqualTo(sent.get("device_id"));
        assertThat(enriched.get("timestamp")).isEqualTo(sent.get("timestamp"));
        assertThat(enriched.get("measurements")).isEqualTo(sent.get("measurements"));
        assertThat(enriched.get("readings")).hasSize(21);
        assertThat(texts(enriched.get("readings"), "metric"))
                .contains(
                        "voltage.phase_a",
                        "power.factor",
                        "frequency",
                        "status.breaker",
                        "operational.maintenance_due");
        assertThat(fieldsOf(enriched.get("data_quality")))
                .containsExactlyInAnyOrder(
                        "timestamp_valid", "measurements_complete", "enrichment_success", "fdi_package_available");
        assertThat(enriched.at("/data_quality/measurements_complete").booleanValue())
                .isTrue();
        assertThat(fieldsOf(enriched.get("enrichment_info")))
                .containsExactlyInAnyOrder(
                        "enriched_at",
                        "enrichment_service",
                        "enrichment_version",
                        "device_type_detected",
                        "fdi_package_used",
                        "app_registry_integration");
        assertThat(fieldsOf(enriched.get("device_metadata")))
                .contains(
                        "device_type",
                        "device_type_name",
                        "device_type_description",
                        "device_category",
                        "capabilities",
                        "data_format",
                        "update_frequency",
                        "retention_policy",
                        "manufacturer",
                        "model",
                        "version",
                        "measurement_metadata");
        assertThat(enriched.at("/application_registry/applications").isArray()).isTrue();
        assertThat(enriched.at("/application_registry/device_type").textValue()).isEqualTo("smart_breaker");
    }

    /** One message of each kind, by the last level of its topic. */
    private static Map<String, Message> burstOfABreaker() {
        Family family = FamilyName.SMART_BREAKER.create(true, new Random(1));
        Map<String, Message> byKind = new HashMap<>();
        Instant time = Instant.parse("2026-11-20T10:00:00.123456Z");
        while (byKind.size() < 3) {
            Message message = family.next(0, time);
            byKind.put(message.topic().substring(message.topic().lastIndexOf('/') + 1), message);
        }
        return byKind;
    }

    private static Map<String, JsonNode> latest(String device) throws IOException, InterruptedException {
        Map<String, JsonNode> values = new HashMap<>();
        caravan.api()
                .json("/api/devices/" + device + "/latest")
                .forEach(reading -> values.put(reading.path("metric").asText(), reading.path("value")));
        return values;
    }

    private static List<Double> values(String path) throws IOException, InterruptedException {
        List<Double> values = new ArrayList<>();
        caravan.api()
                .json(path)
                .forEach(reading -> values.add(reading.path("value").asDouble(Double.NaN)));
        return values;
    }

    private static List<String> texts(JsonNode array, String field) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.path(field).asText()));
        return texts;
    }

    private static Set<String> fieldsOf(JsonNode object) {
        Set<String> names = new HashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
