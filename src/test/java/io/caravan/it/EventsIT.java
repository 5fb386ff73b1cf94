package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.embedded.EmbeddedServers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Building events, from Kafka and over HTTP: each counts once by its id, whatever happens to whom on the way. */
class EventsIT {

    private static final String TOPIC = "telemetry.events";
    private static final int KILLS = 3;

    private Folder folder;
    private EmbeddedServers servers;
    private KafkaProducer<String, byte[]> kafka;
    private Rows rows;

    @BeforeEach
    void start() throws Exception {
        folder = Folder.create();
        servers = EmbeddedServers.start(folder.path(), EmbeddedServers.Ports.ANY);
        kafka = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        servers.kafkaBrokers(),
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        60_000),
                new StringSerializer(),
                new ByteArraySerializer());
        rows = new Rows(servers);
    }

    @AfterEach
    void stop() throws Exception {
        kafka.close();
        servers.close();
        folder.close();
    }

    @Test
    void anEventCountsOnceInReadingsWindowsLatestAndLedgerAndWhatIsBadIsNamed() throws Exception {
        Instant minute = Instant.now().truncatedTo(ChronoUnit.MINUTES).minusSeconds(120);
        try (RunningCaravan caravan =
                RunningCaravan.ready(servers, Map.of("caravan.ingest.max-payload-bytes", "100000"))) {
            Api api = caravan.api();
            UUID id = UUID.randomUUID();
            send(event(id, "room-1", "co2", 500.25, minute.plusSeconds(1)));
            await().untilAsserted(() -> assertThat(api.json("/api/devices/room-1/latest"))
                    .hasSize(1)
                    .allSatisfy(reading ->
                            assertThat(reading.get("value").doubleValue()).isEqualTo(500.25)));
            send(event(id, "room-1", "co2", 500.25, minute.plusSeconds(1)));
            send(event(id, "room-1", "co2", 900, minute.plusSeconds(30)));
            send(event(id, "room-2", "temperature", 20, minute.plusSeconds(31)));
            HttpResponse<String> receipt =
                    api.post("/api/ingest", event(id, "room-1", "co2", 901, minute.plusSeconds(32)));
            assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(202);
            String lines = event(UUID.randomUUID(), "room-1", "co2", 600, minute.plusSeconds(2)) + "\n"
                    + event(UUID.randomUUID(), "room-1", "occupancy", 3, minute.plusSeconds(2)) + "\n"
                    + "{\"device_id\":\"room-1\",\"site_id\":\"site-01\",\"zone_id\":\"zone-01\",\"sensor_type\":\"co2\","
                    + "\"value\":700,\"timestamp\":\"" + minute.plusSeconds(3) + "\"}\n";
            for (int i = 0; i < 2; i++) {
                assertThat(api.post(
                                        "/api/ingest",
                                        lines,
                                        "Content-Type",
                                        "application/x-ndjson",
                                        "Idempotency-Key",
                                        i == 0 ? "a" : "b")
                                .statusCode())
                        .isEqualTo(202);
            }
            send("{broken");
            send("{\"device_id\":\"room-1\",\"sensor_type\":\"co2\",\"value\":\"high\"}");
            send("{\"event_id\":\"7\",\"device_id\":\"room-1\",\"sensor_type\":\"co2\",\"value\":1}");
            send("x".repeat(100_001));
            send(null);

            await().untilAsserted(() -> assertThat(api.json("/api/ledger").toString())
                    .contains("\"balanced\":true")
                    .contains("\"in_flight\":0")
                    // two of malformed JSON (one is empty), one value, one id; what is too large is in no account
                    .contains("\"dead_lettered\":4,\"duplicates\":0"));
            assertThat(api.json("/api/ledger").at("/all/forwarded").longValue()).isEqualTo(4);
            assertThat(api.json("/api/ledger").at("/all/duplicates").longValue())
                    .isEqualTo(7);
            assertThat(
                            rows.list(
                                    "SELECT metric || ' ' || value || ' ' || unit || ' ' || quality FROM readings ORDER BY ts, metric"))
                    .containsExactly("co2 500.25 ppm 0", "co2 600 ppm 0", "occupancy 3 persons 0", "co2 700 ppm 0");
            Map<String, Double> latest = new HashMap<>();
            api.json("/api/devices/room-1/latest")
                    .forEach(reading -> latest.put(
                            reading.get("metric").textValue(),
                            reading.get("value").doubleValue()));
            assertThat(latest).isEqualTo(Map.of("co2", 700.0, "occupancy", 3.0));
            assertThat(api.json("/api/devices/room-2/latest")).isEmpty();
            await().untilAsserted(() -> {
                JsonNode window = api.json("/api/aggregates?device=room-1&metric=co2&window=1m")
                        .get(0);
                assertThat(window.get("settled").booleanValue()).isTrue();
                assertThat(window.get("count").longValue()).isEqualTo(3);
                assertThat(window.get("sum").doubleValue()).isEqualTo(1_800.25);
            });
            await().untilAsserted(() -> assertThat(
                            rows.list("SELECT reason || ' ' || dialect || ' ' || topic FROM dead_letters ORDER BY 1"))
                    .containsExactly(
                            "invalid-id events telemetry.events",
                            "invalid-value events telemetry.events",
                            "malformed-json events telemetry.events",
                            "malformed-json events telemetry.events",
                            "too-large events telemetry.events"));
            assertThat(api.json("/api/sites").toString())
                    .isEqualTo("[{\"site_id\":\"site-01\",\"zones\":1,\"devices\":2}]");
            KafkaLog log = new KafkaLog(servers.kafkaBrokers());
            JsonNode enriched = Api.MAPPER.readTree(
                    log.first("iot.enriched", "default/room-1").value());
            assertThat(enriched.get("event_id").textValue()).isEqualTo(id.toString());
            assertThat(enriched.get("device_type").textValue()).isEqualTo("environmental_sensor");
            assertThat(enriched.get("measurements").toString()).isEqualTo("{\"co2\":500.25}");

            // the dead letters of unknown sensors find their way back as well, and what is stored stays once
            assertThat(api.post("/api/dead-letters/replay", "").statusCode()).isEqualTo(202);
            await().untilAsserted(() ->
                    assertThat(api.json("/api/dead-letters?state=replaying")).isEmpty());
            assertThat(rows.count("SELECT count(*) FROM readings")).isEqualTo(4);
        }
    }

    @Test
    void whatATransactionTakesBackNeverCountsAndItsMarksCostNothing() throws Exception {
        Instant start = Instant.parse("2026-11-20T00:00:00Z");
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of());
                KafkaProducer<String, byte[]> transactions = new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                servers.kafkaBrokers(),
                                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                "building"),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            transactions.initTransactions();
            for (int second = 0; second < 8; second++) {
                transactions.beginTransaction();
                transactions.send(record(event(UUID.randomUUID(), "room-1", "co2", second, start.plusSeconds(second))));
                transactions.flush();
                if (second % 2 == 0) {
                    transactions.abortTransaction();
                } else {
                    transactions.commitTransaction();
                }
            }
            send(event(UUID.randomUUID(), "room-1", "co2", 8, start.plusSeconds(8)));

            await().untilAsserted(() -> assertThat(rows.list("SELECT value FROM readings WHERE value = 8"))
                    .hasSize(1));
            assertThat(rows.list("SELECT value::int FROM readings ORDER BY ts"))
                    .containsExactly("1", "3", "5", "7", "8");
            await().untilAsserted(() -> assertThat(
                            caravan.api().json("/api/ledger").get("all").toString())
                    .contains("\"received\":5,\"forwarded\":5,")
                    .contains("\"in_flight\":0,\"lost\":0,\"balanced\":true"));
            assertThat(committed()).as("behind the last record, marks included").isEqualTo(17);
        }
    }

    /** How far the events have been taken in, over all partitions. */
    private long committed() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers.kafkaBrokers()))) {
            return admin
                    .listConsumerGroupOffsets("caravan-ingest-events")
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        }
    }

    @Test
    void afterKillsUnderLoadEveryEventIsThereOnce() throws Exception {
        Random random = new Random(7);
        List<String> sent = new ArrayList<>();
        List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
        Instant start = Instant.parse("2026-11-20T00:00:00Z");
        try (RestartedCaravan caravan = new RestartedCaravan(servers, folder.path(), Map.of())) {
            await().until(caravan.api()::isReady);
            int events = 0;
            for (int kill = 0; kill <= KILLS; kill++) {
                for (int i = 0; i < 2_500; i++) {
                    boolean again = !sent.isEmpty() && random.nextInt(10) == 0;
                    UUID id = again
                            ? UUID.fromString(sent.get(random.nextInt(sent.size())))
                            : new UUID(random.nextLong() | 1, random.nextLong());
                    if (!again) {
                        sent.add(id.toString());
                    }
                    acknowledged.add(kafka.send(record(
                            event(id, "room-" + random.nextInt(20), "co2", events, start.plusSeconds(events++)))));
                }
                if (kill < KILLS) {
                    kafka.flush();
                    long before = counted();
                    await().until(() -> counted() > before);
                    caravan.kill();
                    caravan.start();
                    await().until(caravan.api()::isReady);
                }
            }
            for (Future<RecordMetadata> each : acknowledged) {
                each.get();
            }
            await().untilAsserted(() -> {
                JsonNode all = caravan.api().json("/api/ledger").get("all");
                assertThat(all.get("forwarded").longValue()).as("%s", all).isEqualTo(sent.size());
                assertThat(all.get("in_flight").longValue()).isZero();
            });
            JsonNode ledger = caravan.api().json("/api/ledger");
            assertThat(ledger.get("balanced").booleanValue()).as("%s", ledger).isTrue();
            assertThat(ledger.at("/all/received").longValue())
                    .as("of %s, some again after a kill", acknowledged.size())
                    .isGreaterThanOrEqualTo(acknowledged.size());
        }
        assertThat(rows.count("SELECT count(*) FROM readings")).isEqualTo(sent.size());
        assertThat(rows.list("SELECT event_id::text FROM event_ids")).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(
                        rows.count(
                                """
                        SELECT count(*)
                        FROM latest AS l
                        WHERE NOT EXISTS (
                            SELECT FROM readings AS r
                            WHERE r.device_id = l.device_id AND r.metric = l.metric AND r.ts = l.ts AND r.value = l.value
                                AND r.ts = (SELECT max(ts) FROM readings AS n WHERE n.device_id = l.device_id))"""))
                .isZero();
    }

    private long counted() throws Exception {
        return rows.count("SELECT coalesce(sum(forwarded + duplicates), 0) FROM ledger");
    }

    private void send(String event) throws Exception {
        kafka.send(record(event)).get();
    }

    private static ProducerRecord<String, byte[]> record(String event) {
        return new ProducerRecord<>(
                TOPIC, "any", event == null ? null : event.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** As the original writes it: its time is UTC without saying so. */
    private static String event(UUID id, String device, String sensor, double value, Instant time) {
        return "{\"event_id\":\"%s\",\"device_id\":\"%s\",\"site_id\":\"site-01\",\"zone_id\":\"zone-01\",\"sensor_type\":\"%s\",\"value\":%s,\"ts_event\":\"%s\"}"
                .formatted(id, device, sensor, value, time.toString().replace("Z", ""));
    }
}
