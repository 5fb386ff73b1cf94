package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.decode.Timestamps;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.oracle.WindowProof;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever the devices send, and though the application dies: at rest windows are what the readings are. */
@ExtendWith(RealServers.class)
class WindowsIT {

    /** What the smart breakers had for a while. */
    private static final Set<String> GONE = Set.of("6s", "20s");

    @Test
    void killingTheApplicationLeavesWindowsThatAreWhatTheReadingsAre(EmbeddedServers servers) throws Exception {
        Rows rows = new Rows(servers);
        try (Folder folder = Folder.create();
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl());
                Publishing publishing = new Publishing();
                RestartedCaravan caravan = new RestartedCaravan(servers, folder.path(), settings(folder.path()))) {
            await().until(caravan.api()::isReady);
            publishing.start(device);
            long before = windows(rows);
            await().until(() -> windows(rows) > before + 20);
            caravan.kill();
            declare(folder.path(), "6s");
            caravan.start();
            long since = windows(rows);
            await().until(() -> windows(rows) > since + 20);
            declare(folder.path(), "4s");
            await().until(caravan.api()::isReady);
            publishing.stop();

            await().untilAsserted(() -> {
                assertThat(rows.count("SELECT count(*) FROM readings WHERE device_id LIKE 'windows-%'"))
                        .isEqualTo(publishing.different.size());
                long breakers = publishing.ofBreakers();
                long others = publishing.different.size() - breakers;
                Map<Integer, Long> settled = Map.of(2, breakers + others, 10, others, 6, 0L, 20, 0L, 4, breakers);
                for (Map.Entry<Integer, Long> width : settled.entrySet()) {
                    assertThat(rows.count("SELECT coalesce(sum(count), 0) FROM windows WHERE width = " + width.getKey()
                                    + " AND device_id LIKE 'windows-%'"))
                            .as("settled in windows of %d s", width.getKey())
                            .isEqualTo(width.getValue());
                }
                assertThat(wrong(rows)).isEmpty();
            });
            assertThatAllIsPublished(servers, rows);
            assertThatTheApiAnswersTheSame(caravan.api(), rows);
        }
    }

    private static Map<String, String> settings(Path folder) throws IOException {
        Files.copy(Path.of("config", "device-registry.schema.json"), folder.resolve("device-registry.schema.json"));
        return Map.of(
                "caravan.window.widths", "2s,10s",
                "caravan.window.settle-after", "1s",
                "caravan.registry.file", declare(folder, "20s").toString());
    }

    /** Gives the smart breakers other windows than all others have. */
    private static Path declare(Path folder, String windows) throws IOException {
        ObjectNode registry = (ObjectNode)
                Api.MAPPER.readTree(Path.of("config", "device-registry.json").toFile());
        registry.withObject("/device_types/smart_breaker").putArray("windows").add(windows);
        return Files.writeString(folder.resolve("device-registry.json"), registry.toString());
    }

    private static void assertThatAllIsPublished(EmbeddedServers servers, Rows rows) throws Exception {
        Map<String, String> published = new HashMap<>();
        Map<String, Long> revisions = new HashMap<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers.kafkaBrokers()),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor("iot.aggregates").stream()
                    .map(partition -> new TopicPartition("iot.aggregates", partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            await().untilAsserted(() -> {
                for (ConsumerRecord<String, byte[]> next : consumer.poll(Duration.ofMillis(500))) {
                    JsonNode window = Api.MAPPER.readTree(new String(next.value(), StandardCharsets.UTF_8));
                    if (!window.get("settled").booleanValue()
                            || !next.key().startsWith("default/windows-")
                            || GONE.contains(window.get("window").textValue())) {
                        continue;
                    }
                    assertThat(next.key())
                            .isEqualTo("default/" + window.get("device_id").textValue());
                    long revision = Long.parseLong(KafkaLog.header(next, "revision"));
                    String id = window.get("device_id").textValue()
                            + ' '
                            + window.get("metric").textValue()
                            + ' '
                            + window.get("window").textValue()
                            + ' '
                            + window.get("start").textValue();
                    if (revision >= revisions.getOrDefault(id, 0L)) {
                        revisions.put(id, revision);
                        published.put(id, window.get("count") + " " + window.get("avg"));
                    }
                }
                assertThat(published).isEqualTo(table(rows));
            });
        }
    }

    private static Map<String, String> table(Rows rows) throws Exception {
        Map<String, String> windows = new TreeMap<>();
        for (String row : rows.list("SELECT row_to_json(w) FROM (SELECT device_id, metric, width, count, avg,"
                + " (extract(epoch FROM start) * 1000000)::bigint AS start FROM windows"
                + " WHERE tenant_id = 'default' AND device_id LIKE 'windows-%' AND width IN (2, 10, 4)) AS w")) {
            JsonNode window = Api.MAPPER.readTree(row);
            windows.put(
                    window.get("device_id").textValue() + ' '
                            + window.get("metric").textValue() + ' '
                            + window.get("width") + "s "
                            + Timestamps.format(window.get("start").longValue()),
                    window.get("count") + " "
                            + Api.MAPPER.valueToTree(window.get("avg").doubleValue()));
        }
        return windows;
    }

    private static void assertThatTheApiAnswersTheSame(Api api, Rows rows) throws Exception {
        List<JsonNode> windows = api.all("/api/aggregates?device=windows-1&window=2s&limit=7");
        assertThat(windows).allMatch(window -> window.get("settled").booleanValue());
        assertThat(windows.stream()
                        .mapToLong(window -> window.get("count").longValue())
                        .sum())
                .isEqualTo(rows.count("SELECT sum(count) FROM windows WHERE width = 2 AND device_id = 'windows-1'"));
        assertThat(windows)
                .hasSize((int) rows.count("SELECT count(*) FROM windows WHERE width = 2 AND device_id = 'windows-1'"));
    }

    private static List<String> wrong(Rows rows) throws Exception {
        try (Connection connection = rows.connect()) {
            WindowProof proof = new WindowProof(connection);
            assertThat(proof.marks("windows-")).isZero();
            return proof.wrong("windows-");
        }
    }

    private static long windows(Rows rows) throws Exception {
        return rows.count("SELECT count(*) FROM windows WHERE width = 2 AND device_id LIKE 'windows-%'");
    }

    /** Five sensors, whose readings come in time, late, by days even, and twice. */
    private static final class Publishing implements AutoCloseable {

        final Map<String, Integer> different = new HashMap<>();
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final Random random = new Random(7);
        private int sent;

        void start(MqttDevice device) {
            clock.scheduleAtFixedRate(() -> publish(device), 0, 20, TimeUnit.MILLISECONDS);
        }

        private void publish(MqttDevice device) {
            for (int i = 0; i < 5; i++) {
                int number = ++sent;
                long late = random.nextInt(5) > 0 ? 0 : (long) Math.pow(random.nextInt(200), random.nextInt(4) + 1);
                long time = System.currentTimeMillis() - late;
                String id = "windows-" + number % 5;
                String payload = "{\"deviceId\":\"" + id + "\",\"tenant_id\":\"default\",\"timestamp\":" + time
                        + (number % 5 < 2 ? ",\"device_type\":\"smart_breaker\"" : "")
                        + ",\"temperature\":" + number / 7.0 + "}";
                device.publish("building/room1/data", payload);
                different.put(payload, number);
                if (random.nextInt(10) == 0) {
                    device.publish("building/room1/data", payload);
                }
            }
        }

        /** How many of the readings are of those devices. */
        long ofBreakers() {
            return different.values().stream().filter(number -> number % 5 < 2).count();
        }

        /** Returns when all that was sent is acknowledged. */
        void stop() throws InterruptedException {
            clock.shutdown();
            assertThat(clock.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void close() {
            clock.shutdownNow();
        }
    }
}
