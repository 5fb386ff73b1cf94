package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedKafka;
import io.caravan.embedded.EmbeddedMqtt;
import io.caravan.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The heap that the script gives is enough for messages of the largest size, also when they wait for Kafka. */
class MemoryIT {

    private static final int EACH = 40;
    private static final int LARGEST = 1_000_000;
    /** 2.4 million readings, compiled less: a minute and a half of four idle cores, four minutes of two. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    @Test
    void largeMessagesThatWaitForKafkaAndThenComeAllAtOnceFitIntoTheHeap() throws Exception {
        int kafkaPort = FreePort.next();
        int http = FreePort.next();
        int management = FreePort.next();
        try (Folder folder = Folder.create();
                EmbeddedMqtt mqtt = EmbeddedMqtt.start(folder.path(), 0);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(folder.path(), 0);
                ChildCaravan caravan = ChildCaravan.startWithHeap(
                        "512m",
                        Map.of(
                                "caravan.http.port",
                                Integer.toString(http),
                                "caravan.management.port",
                                Integer.toString(management),
                                "caravan.devices.auto-provision",
                                "true",
                                "caravan.auth.enabled",
                                "false",
                                "caravan.mqtt.url",
                                mqtt.mqttUrl(),
                                "caravan.mqtt.resubscribe",
                                "false",
                                "caravan.kafka.brokers",
                                "127.0.0.1:" + kafkaPort,
                                "caravan.db.url",
                                postgres.jdbcUrl(),
                                "caravan.db.password",
                                postgres.password()),
                        "run")) {
            Api api = new Api(http);
            Api metrics = new Api(management);
            await().untilAsserted(() -> assertThat(health(api)).contains("all clients are connected"));
            try (MqttDevice device = MqttDevice.mqtt5(mqtt.mqttUrl())) {
                for (int i = 0; i < EACH; i++) {
                    device.publish("iot/large/raw", padded(i, "x".repeat(LARGEST)));
                    device.publish("building/large", padded(i, random(i)));
                    device.publish("iot/large/raw", manyMetrics(i));
                    device.publish("iot/large/raw", "{" + random(i));
                    for (int more = 0; more < 5; more++) {
                        device.publish("iot/large/raw", ones(i * 5 + more, 10_000));
                    }
                    device.publish("iot/large/raw", ones(i, 400_000));
                }
            }
            await().until(() -> alive(caravan) && inFlight(metrics) > 30_000_000);
            assertThat(inFlight(metrics))
                    .as("the limit, and a message of each client")
                    .isLessThan(40_000_000);
            try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.path(), kafkaPort)) {
                await().atMost(LONGEST).untilAsserted(() -> {
                    assertThat(alive(caravan)).isTrue();
                    Rows rows = new Rows(postgres);
                    assertThat(rows.list("SELECT count(*) FROM readings WHERE metric = 'voltage'"))
                            .containsExactly(Integer.toString(2 * EACH));
                    assertThat(rows.list("SELECT count(*) FROM readings WHERE metric = 'm1'"))
                            .containsExactly(Integer.toString(EACH));
                    assertThat(rows.list("SELECT count(*) FROM readings WHERE metric = 'a.9999'"))
                            .containsExactly(Integer.toString(5 * EACH));
                    // one that comes again, because its client had read nothing for longer than its keep-alive, is
                    // another letter
                    assertThat(rows.list("SELECT count(DISTINCT payload) FROM dead_letters"))
                            .containsExactly(Integer.toString(2 * EACH));
                });
            }
        }
    }

    /** What it says of its servers; nothing while it does not answer. */
    private static String health(Api api) throws InterruptedException {
        try {
            return api.get("/health").body();
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean alive(ChildCaravan caravan) throws Exception {
        if (!caravan.isAlive()) {
            throw new IllegalStateException("Caravan has ended:\n" + caravan.output());
        }
        return true;
    }

    private static double inFlight(Api metrics) throws Exception {
        return metrics.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("caravan_mqtt_in_flight_bytes "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                .sum();
    }

    private static String padded(int i, String padding) {
        return "{\"deviceId\":\"large\",\"timestamp\":" + (1_795_000_000L + i) + ",\"measurements\":{\"voltage\":" + i
                + ",\"note\":\"" + padding + "\"}}";
    }

    private static String random(int seed) {
        byte[] bytes = new byte[LARGEST * 3 / 4];
        new Random(seed).nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Thirty times as large once every value has a name. */
    private static String ones(int i, int count) {
        return "{\"timestamp\":" + (1_780_000_000L + i) + ",\"measurements\":{\"a\":[1" + ",1".repeat(count - 1)
                + "]}}";
    }

    /** Many times as large in memory as it is on the wire. */
    private static String manyMetrics(int i) {
        StringBuilder message = new StringBuilder("{\"timestamp\":" + (1_790_000_000L + i) + ",\"measurements\":{");
        for (int metric = 0; metric < 10_000; metric++) {
            message.append(metric == 0 ? "" : ",")
                    .append("\"m")
                    .append(metric)
                    .append("\":")
                    .append(metric);
        }
        return message.append("}}").toString();
    }
}
