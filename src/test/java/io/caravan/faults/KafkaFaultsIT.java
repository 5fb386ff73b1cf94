package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.faults.Message.Event;
import io.caravan.faults.Message.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka that is slow, or does not take everything, and an application with small buffers and little patience. */
@Tag("faults")
class KafkaFaultsIT {

    private static final String PREFIX = "slow-";
    /** Less than the producers of the routes put into one batch. */
    private static final int LIMIT = 100_000;

    @TempDir
    private static Path routes;

    private static final List<String> TOPICS = List.of("iot.raw", "iot.enriched", "iot.smart_breaker.enriched");

    private static World world;
    private Publisher publisher;

    @BeforeAll
    static void start() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.writeString(
                        routes.resolve(file.getFileName()),
                        Files.readString(file).replace("deliveryTimeoutMs: 600000", "deliveryTimeoutMs: 4000"));
            }
        }
        world = World.start(PREFIX);
        world.ready(Map.of(
                "caravan.routes.folder", routes.toString(),
                "caravan.mqtt.in-flight-bytes", "4194304",
                "camel.component.kafka.maxBlockMs", "500",
                "camel.component.kafka.requestTimeoutMs", "2000",
                "camel.component.kafka.deliveryTimeoutMs", "4000"));
    }

    @AfterAll
    static void stop() throws IOException {
        if (world != null) {
            world.close();
        }
    }

    @BeforeEach
    void connect() {
        publisher = world.publisher();
    }

    @AfterEach
    void disconnect() {
        publisher.close();
    }

    @Test
    void whatKafkaDoesNotTakeInTimeIsSentAgainAndStoredOnce() throws Exception {
        Random random = new Random(10);
        try (Load load = world.load(10, 200)) {
            for (int freeze = 0; freeze < 3; freeze++) {
                Thread.sleep(1_000);
                world.server(Server.Kind.KAFKA).freeze();
                for (int i = 0; i < 60; i++) {
                    publisher.publish(large(PREFIX + "large-" + i % 5, random, 200_000));
                }
                Thread.sleep(6_000); // beyond every limit of the producers
                world.server(Server.Kind.KAFKA).thaw();
            }
            load.stop();
        }
        publisher.awaitAcknowledged();
        world.requireNothingWrong();
    }

    @Test
    void whatOnlyTheTopicOfItsTypeRefusesIsADeadLetterAndStopsNobody() throws Exception {
        limit("iot.smart_breaker.enriched", LIMIT);
        try {
            Random random = new Random(11);
            for (int i = 0; i < 100; i++) {
                publisher.publish(Message.breaker(PREFIX + "small", System.currentTimeMillis() + i, i, i));
                if (i % 10 == 0) {
                    Message large = large(PREFIX + "refused", random, LIMIT);
                    // iot.enriched takes it, so its readings may be stored beside the dead letter
                    world.journal().sent(large);
                    publisher.publish(Message.bad(large.topic(), large.bytes(), "too-large"));
                }
            }
            publisher.awaitAcknowledged();
            world.requireNothingWrong();
        } finally {
            limit("iot.smart_breaker.enriched", 4_194_304);
        }
        assertThat(world.rows().count("SELECT count(*) FROM dead_letters WHERE reason = 'too-large'"))
                .isEqualTo(10);
    }

    @Test
    void topicsThatTakeLessThanABatchGetItInParts() throws Exception {
        for (String topic : TOPICS) {
            limit(topic, LIMIT);
        }
        try (Load load = world.load(12, 200)) {
            Random random = new Random(12);
            for (int i = 0; i < 200; i++) {
                publisher.publish(large(PREFIX + "part-" + i % 5, random, 30_000));
            }
            Thread.sleep(3_000);
            load.stop();
            publisher.awaitAcknowledged();
            world.requireNothingWrong();
        } finally {
            for (String topic : TOPICS) {
                limit(topic, 4_194_304);
            }
        }
    }

    private static void limit(String topic, int bytes) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", world.kafkaBrokers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", Integer.toString(bytes)),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    /** A smart breaker's message with a text that does not compress. */
    private static Message large(String device, Random random, int length) {
        StringBuilder note = new StringBuilder(length);
        random.ints(length, 'a', 'z' + 1).forEach(letter -> note.append((char) letter));
        long millis = System.currentTimeMillis();
        String payload = "{\"device_type\":\"smart_breaker\",\"timestamp\":" + millis
                + ",\"measurements\":{\"voltage\":{\"phase_a\":120},\"note\":\"" + note + "\"}}";
        return Message.event(
                "iot/" + device + "/raw",
                payload,
                new Event(device, "telemetry", millis * 1000, payload),
                List.of(new Reading(device, "voltage.phase_a", millis * 1000, 120)));
    }
}
