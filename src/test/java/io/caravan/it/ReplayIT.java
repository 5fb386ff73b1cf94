package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.embedded.EmbeddedServers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dead letters find their way back once what was wrong is mended: every reading is there then, and once. */
class ReplayIT {

    private static final String REGISTRY = "device-registry.json";
    private static final long TIME = 1_795_000_000_000L;

    private Folder folder;
    private EmbeddedServers servers;
    private MqttDevice device;
    private Rows rows;

    @BeforeEach
    void start() throws Exception {
        folder = Folder.create();
        servers = EmbeddedServers.start(folder.path(), EmbeddedServers.Ports.ANY);
        device = MqttDevice.mqtt5(servers.mqttUrl());
        rows = new Rows(servers);
    }

    @AfterEach
    void stop() throws Exception {
        device.close();
        servers.close();
        folder.close();
    }

    @Test
    void afterTheRegistryAndTheDirectoryAreMendedEverythingComesIn() throws Exception {
        Path registry = folder.path().resolve(REGISTRY);
        Path schema = Path.of("config", "device-registry.schema.json");
        Files.copy(schema, folder.path().resolve(schema.getFileName()));
        // enriched messages of a type with such a description are larger than Caravan lets them be
        ObjectNode bloated =
                (ObjectNode) Api.MAPPER.readTree(Path.of("config", REGISTRY).toFile());
        ((ObjectNode) bloated.at("/device_types/smart_breaker")).put("description", "x".repeat(70_000));
        Files.writeString(registry, bloated.toString());
        Map<String, String> settings = Map.of(
                "caravan.devices.auto-provision", "false",
                "caravan.registry.file", registry.toString(),
                "caravan.kafka.max-record-bytes", "65536",
                "caravan.ingest.max-payload-bytes", "60000");
        try (RunningCaravan caravan = RunningCaravan.ready(servers, settings)) {
            Api api = caravan.api();
            rows.execute("INSERT INTO devices (tenant_id, device_id, label, device_type)"
                    + " VALUES ('default', 'bloated-1', '', 'smart_breaker')");
            await().untilAsserted(() -> {
                device.publish("iot/bloated-1/raw", breaker(1));
                assertThat(reasons(api, "")).contains("too-large");
            });
            long bloatedOnes = rows.count("SELECT count(*) FROM dead_letters WHERE reason <> 'too-large'");
            for (int i = 1; i <= 50; i++) {
                device.publish("iot/stranger-" + i % 5 + "/raw", breaker(i));
                device.publish(
                        "building/a",
                        "{\"deviceId\":\"of-a-tenant\",\"timestamp\":%d,\"co2\":%d}".formatted(TIME + i, i));
            }
            device.publish("iot/stranger-0/raw", "{broken");
            // its time is that of its receipt
            device.publish("iot/stranger-0/raw", "{\"measurements\":{\"humidity\":7}}");
            device.publish("iot/stranger-0/status", "{\"online\":true,\"firmware\":\"1\"}");
            await().untilAsserted(() -> assertThat(rows.count(
                            "SELECT count(*) FROM dead_letters WHERE reason IN ('unknown-device', 'malformed-json')"))
                    .isEqualTo(bloatedOnes + 103));
            assertThat(rows.count("SELECT count(*) FROM readings")).isZero();

            Files.copy(Path.of("config", REGISTRY), registry, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            rows.execute("INSERT INTO devices (tenant_id, device_id, label, device_type)"
                    + " SELECT 'default', 'stranger-' || n, '', 'smart_breaker' FROM generate_series(0, 4) AS n"
                    + " UNION SELECT 'tenant-7', 'of-a-tenant', '', 'unknown'");
            await().until(() -> api.json("/api/device-types/smart_breaker")
                            .get("description")
                            .textValue()
                            .length()
                    < 70_000);
            await().untilAsserted(() -> {
                replay(api, "");
                assertThat(reasons(api, "&state=open")).containsExactly("malformed-json");
                assertThat(reasons(api, "&state=replaying")).isEmpty();
            });

            assertThat(rows.count(
                            "SELECT count(*) FROM readings WHERE metric = 'voltage' AND device_id LIKE 'stranger-%'"))
                    .isEqualTo(50);
            assertThat(rows.count("SELECT count(*) FROM readings WHERE tenant_id = 'tenant-7' AND metric = 'co2'"))
                    .as("of whom nobody knew whose it is when it came")
                    .isEqualTo(50);
            assertThat(rows.count("SELECT count(*) FROM readings WHERE device_id = 'bloated-1'"))
                    .isEqualTo(1);
            assertThat(rows.count("SELECT count(*) FROM readings JOIN dead_letters ON ts = received_at"
                            + " WHERE metric = 'humidity' AND resolved_at IS NOT NULL"))
                    .as("the time of the first receipt")
                    .isEqualTo(1);
            assertThat(rows.count("SELECT count(*) FROM events WHERE kind = 'status'"))
                    .isEqualTo(1);
            assertBalanced(api);

            // once more, all of them: nothing comes twice
            long readings = rows.count("SELECT count(*) FROM readings");
            long events = rows.count("SELECT count(*) FROM events");
            replay(api, "state=resolved");
            await().untilAsserted(
                            () -> assertThat(reasons(api, "&state=replaying")).isEmpty());
            assertThat(reasons(api, "&state=open")).containsExactly("malformed-json");
            assertThat(rows.count("SELECT count(*) FROM readings")).isEqualTo(readings);
            assertThat(rows.count("SELECT count(*) FROM events")).isEqualTo(events);
            assertBalanced(api);
            assertThat(caravan.metrics()).contains("caravan_replays_total{outcome=\"resolved\"}");
        }
    }

    @Test
    void whatFailsAgainKeepsItsHistory() throws Exception {
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of())) {
            Api api = caravan.api();
            device.publish(
                    "iot/broken-1/raw",
                    "{broken",
                    Map.of("traceparent", "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01"));
            await().untilAsserted(() -> assertThat(reasons(api, "")).containsExactly("malformed-json"));
            JsonNode letter = api.json("/api/dead-letters").get(0);
            for (int attempts = 2; attempts <= 4; attempts++) {
                int expected = attempts;
                HttpResponse<String> answer = api.post("/api/dead-letters/" + letter.get("id") + "/replay", "");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                await().untilAsserted(() -> {
                    JsonNode now = api.json("/api/dead-letters/" + letter.get("id"));
                    assertThat(now.get("attempts").intValue()).isEqualTo(expected);
                    assertThat(now.get("state").textValue()).isEqualTo("open");
                });
            }
            JsonNode now = api.json("/api/dead-letters/" + letter.get("id"));
            assertThat(now.get("time").textValue())
                    .isGreaterThan(letter.get("time").textValue());
            for (String same : List.of("received_at", "payload", "topic", "dialect", "device_id", "reason")) {
                assertThat(now.get(same)).as(same).isEqualTo(letter.get(same));
            }
            assertThat(rows.count("SELECT count(*) FROM dead_letters")).isEqualTo(1);

            List<ConsumerRecord<String, byte[]>> raw =
                    new KafkaLog(servers.kafkaBrokers()).read("iot.raw", 4, any -> true);
            assertThat(raw).hasSize(4).allSatisfy(message -> {
                assertThat(message.key()).isEqualTo("default/broken-1");
                assertThat(message.value()).asString().isEqualTo("{broken");
                for (String header : List.of("mqtt-topic", "dialect", "received-at", "device", "traceparent")) {
                    assertThat(KafkaLog.header(message, header))
                            .as(header)
                            .isNotNull()
                            .isEqualTo(KafkaLog.header(raw.get(0), header));
                }
                assertThat(KafkaLog.header(message, "tenant")).isNull();
            });
            assertThat(raw.stream().map(message -> KafkaLog.header(message, "replay-of")))
                    .containsExactly(null, letter.get("id") + "/1", letter.get("id") + "/2", letter.get("id") + "/3");
            JsonNode all = assertBalanced(api);
            assertThat(all.get("received").intValue()).isEqualTo(4);
            assertThat(all.get("dead_lettered").intValue()).isEqualTo(4);
        }
    }

    @Test
    void whatTheDatabaseRefusedComesBackAsTheDeviceSentIt() throws Exception {
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of())) {
            Api api = caravan.api();
            rows.execute("ALTER TABLE readings ADD CONSTRAINT warm CHECK (value > 0)");
            String cold = "{\"deviceId\":\"refused-1\",\"timestamp\":%d,\"temperature\":-5}".formatted(TIME);
            device.publish(
                    "building/a",
                    "{\"deviceId\":\"refused-1\",\"timestamp\":%d,\"temperature\":5}".formatted(TIME - 1));
            device.publish("building/a", cold);
            await().untilAsserted(() -> assertThat(reasons(api, "")).containsExactly("refused-by-database"));
            JsonNode letter = api.json("/api/dead-letters?device=refused-1").get(0);
            assertThat(letter.get("text").textValue()).isEqualTo(cold);
            assertThat(letter.get("replayable").booleanValue()).isTrue();

            replay(api, "device=refused-1");
            await().untilAsserted(() -> assertThat(api.json("/api/dead-letters/" + letter.get("id"))
                            .get("attempts")
                            .intValue())
                    .isEqualTo(2));
            rows.execute("ALTER TABLE readings DROP CONSTRAINT warm");
            replay(api, "device=refused-1");
            await().untilAsserted(() -> assertThat(api.json("/api/dead-letters/" + letter.get("id"))
                            .get("state")
                            .textValue())
                    .isEqualTo("resolved"));

            assertThat(api.json("/api/readings?device=refused-1").findValuesAsText("value"))
                    .containsExactly("-5.0", "5.0");
            assertThat(rows.count("SELECT count(*) FROM dead_letters")).isEqualTo(1);
            JsonNode all = assertBalanced(api);
            assertThat(all.get("received").intValue()).isEqualTo(4);
            assertThat(all.get("forwarded").intValue()).isEqualTo(2);
            assertThat(all.get("dead_lettered").intValue()).isEqualTo(2);
        }
    }

    /** A device sends the time of its wall and no zone; Caravan is told which one, and starts again. */
    @Test
    void theCommandReplaysWhatAnotherSettingMends() throws Exception {
        Map<String, String> settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        ZoneId zone = ZoneId.of("Asia/Kathmandu");
        try (RunningCaravan caravan = RunningCaravan.ready(servers, settings)) {
            List<String> payloads = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                payloads.add("{\"deviceId\":\"wall-1\",\"timestamp\":\"%s\",\"temperature\":%d}"
                        .formatted(
                                LocalDateTime.ofInstant(Instant.now(), zone)
                                        .truncatedTo(ChronoUnit.MILLIS)
                                        .plusNanos(i * 1_000_000L),
                                i));
            }
            device.publishAll("building/a", payloads);
            device.publish("building/a", "nonsense");
            await().untilAsserted(() -> assertThat(reasons(caravan.api(), "")).hasSize(21));
            try (ChildCaravan dry = command(caravan, "--reason", "timestamp-in-future", "--dry-run")) {
                assertThat(dry.exitCode()).as(dry.outputOrNothing()).isZero();
                assertThat(dry.output()).contains("20 dead letters would be replayed");
            }
            try (ChildCaravan early = command(caravan, "--all")) {
                assertThat(early.exitCode()).as(early.outputOrNothing()).isEqualTo(1);
                assertThat(early.output())
                        .contains("21 dead letters asked for")
                        .contains("resolved 0, failed again 21");
            }
        }
        settings.put("caravan.dialect.building.zone", zone.getId());
        try (RunningCaravan caravan = RunningCaravan.ready(servers, settings)) {
            try (ChildCaravan replay = command(caravan, "--reason", "timestamp-in-future")) {
                assertThat(replay.exitCode()).as(replay.outputOrNothing()).isZero();
                assertThat(replay.output())
                        .contains("20 dead letters asked for")
                        .contains("resolved 20, failed again 0");
            }
            assertThat(caravan.api().json("/api/readings?device=wall-1")).hasSize(20);
            assertThat(reasons(caravan.api(), "&state=open")).containsExactly("malformed-json");
            try (ChildCaravan none = command(caravan, "--reason", "timestamp-in-future")) {
                assertThat(none.exitCode()).isZero();
                assertThat(none.output()).contains("There are none");
            }
            String resolved = rows.list("SELECT min(id)::text FROM dead_letters WHERE resolved_at IS NOT NULL")
                    .get(0);
            try (ChildCaravan unknown = command(caravan, "999999", resolved)) {
                assertThat(unknown.exitCode()).isEqualTo(1);
                assertThat(unknown.output())
                        .contains("999999: There is no such dead letter")
                        .contains("1 dead letters asked for")
                        .contains("resolved 1, failed again 0");
            }
            try (ChildCaravan bad = command(caravan, "--state", "done")) {
                assertThat(bad.exitCode()).isEqualTo(2);
                assertThat(bad.output()).contains("state must be one of");
            }
            assertBalanced(caravan.api());
        }
    }

    @Test
    void aTenantThatNoIndexTakesHoldsUpNobodysDeadLettersAndItsOwnGoBackWhole() throws Exception {
        String tenant = new Random(7)
                .ints(950, 0x4e00, 0xa000)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of())) {
            Api api = caravan.api();
            device.publish("iot/" + tenant + "/d/raw", breaker(1));
            device.publish("spBv1.0/" + tenant + "/NDATA/n", breaker(2));
            device.publish("iot/acme/d/raw", "{broken");

            await().untilAsserted(() -> {
                assertThat(api.json("/api/dead-letters?tenant=acme")).hasSize(1);
                assertThat(reasons(api, "")).containsExactly("invalid-id", "invalid-id");
            });
            assertThat(api.post("/api/dead-letters/replay", "").statusCode()).isEqualTo(202);
            await().untilAsserted(() -> assertThat(api.json("/api/dead-letters?state=open"))
                    .extracting(letter -> letter.get("reason").textValue() + " " + letter.get("attempts"))
                    .containsExactly("invalid-id 2", "invalid-id 2"));
            assertBalanced(api);
        }
    }

    @Test
    void aReplayThatWasTakenWhenTheProcessDiedIsSentByTheNext() throws Exception {
        try (RunningCaravan caravan =
                RunningCaravan.ready(servers, Map.of("caravan.devices.auto-provision", "false"))) {
            device.publish("iot/taken-1/raw", breaker(1));
            await().untilAsserted(() -> assertThat(reasons(caravan.api(), "")).containsExactly("unknown-device"));
        }
        // what a process leaves behind that is killed between taking a page and Kafka's answer
        rows.execute("INSERT INTO devices (tenant_id, device_id, label, device_type)"
                + " VALUES ('default', 'taken-1', '', 'smart_breaker')");
        rows.execute("UPDATE dead_letters SET replays = 1, replay = 1, replayed_at = now(),"
                + " sending_until = clock_timestamp() + interval '2 s'");
        try (RunningCaravan caravan =
                RunningCaravan.ready(servers, Map.of("caravan.devices.auto-provision", "false"))) {
            await().untilAsserted(() -> assertThat(caravan.api()
                            .json("/api/dead-letters?state=resolved")
                            .findValuesAsText("reason"))
                    .containsExactly("unknown-device"));
            assertThat(caravan.api().json("/api/readings?device=taken-1")).hasSize(1);
            assertBalanced(caravan.api());
        }
    }

    private static String breaker(int value) {
        return "{\"timestamp\":%d,\"measurements\":{\"voltage\":%d}}".formatted(TIME + value, value);
    }

    private static void replay(Api api, String filter) throws Exception {
        HttpResponse<String> answer = api.post("/api/dead-letters/replay?" + filter, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    private static ChildCaravan command(RunningCaravan caravan, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("replay"));
        all.addAll(List.of(arguments));
        String port = caravan.api().address().replaceFirst(".*:", "");
        return ChildCaravan.start(Map.of("caravan.http.port", port), all.toArray(String[]::new));
    }

    private static List<String> reasons(Api api, String parameters) throws Exception {
        return api.all("/api/dead-letters?limit=1000" + parameters).stream()
                .map(letter -> letter.get("reason").textValue())
                .toList();
    }

    /** The account of all stages together, which is balanced and has nothing in flight. */
    private static JsonNode assertBalanced(Api api) throws Exception {
        await().untilAsserted(() -> {
            JsonNode ledger = api.json("/api/ledger");
            assertThat(ledger.get("balanced").booleanValue()).as("%s", ledger).isTrue();
            assertThat(ledger.at("/all/in_flight").longValue()).as("%s", ledger).isZero();
        });
        JsonNode all = api.json("/api/ledger").get("all");
        assertThat(all.get("received").longValue())
                .as("%s", all)
                .isEqualTo(all.get("forwarded").longValue()
                        + all.get("dead_lettered").longValue()
                        + all.get("duplicates").longValue());
        return all;
    }
}
