package io.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Under load, what one client publishes reaches a subscriber in that order, whatever the topics: births before data. */
@Timeout(90)
class PublishOrderIT {

    private static final int PUBLISHERS = 6;
    private static final int MESSAGES = 2_000;
    private static final int SUBSCRIBERS = 40;
    private static final int ROUNDS = 10;

    @TempDir
    Path data;

    @Test
    void aSubscriberReceivesWhatAClientPublishesInThatOrder() {
        try (EmbeddedMqtt broker = EmbeddedMqtt.start(data, 0)) {
            Queue<byte[]> received = new ConcurrentLinkedQueue<>();
            Mqtt5AsyncClient subscriber = Clients.subscribed(broker.mqttUrl(), "host", "plant/#", received);
            List<Mqtt5AsyncClient> publishers = IntStream.range(0, PUBLISHERS)
                    .mapToObj(number -> Clients.connected(broker.mqttUrl(), "node-" + number))
                    .toList();
            CompletableFuture<?>[] all = IntStream.range(0, PUBLISHERS)
                    .mapToObj(number ->
                            CompletableFuture.runAsync(() -> publish(publishers.get(number), number, MESSAGES)))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(all).join();
            await().until(() -> received.size() == PUBLISHERS * MESSAGES);

            Map<String, Integer> last = new HashMap<>();
            List<String> overtaken = new ArrayList<>();
            for (byte[] payload : received) {
                String[] message = new String(payload, StandardCharsets.US_ASCII).split(" ");
                Integer before = last.put(message[0], Integer.valueOf(message[1]));
                if (before != null && before > last.get(message[0])) {
                    overtaken.add("node " + message[0] + ": " + message[1] + " behind " + before);
                }
            }
            assertThat(overtaken).isEmpty();
            publishers.forEach(publisher -> publisher.disconnect().join());
            subscriber.disconnect().join();
        }
    }

    /** MQTT 5, 3.2: the first packet to a client is a CONNACK; clients leave when it is another. */
    @Test
    void whoComesBackHearsThatItIsConnectedBeforeItHearsWhatWasKeptForIt() {
        try (EmbeddedMqtt broker = EmbeddedMqtt.start(data, 0)) {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                Clients.subscribeAndLeave(broker.mqttUrl(), "host-" + i, "plant/#");
            }
            Mqtt5AsyncClient publisher = Clients.connected(broker.mqttUrl(), "node");
            CompletableFuture<?> load = CompletableFuture.completedFuture(null);
            for (int round = 0; round < ROUNDS; round++) {
                CompletableFuture<?> running = CompletableFuture.allOf(
                        load, CompletableFuture.runAsync(() -> publish(publisher, 1, MESSAGES / ROUNDS)));
                List<Mqtt5AsyncClient> back = IntStream.range(0, SUBSCRIBERS)
                        .mapToObj(number -> Clients.mqtt(broker.mqttUrl(), "host-" + number))
                        .toList();
                back.forEach(client -> client.publishes(MqttGlobalPublishFilter.ALL, message -> {}));
                CompletableFuture<?>[] connected = back.stream()
                        .map(client -> client.connectWith()
                                .cleanStart(false)
                                .sessionExpiryInterval(3600)
                                .send())
                        .toArray(CompletableFuture[]::new);

                CompletableFuture.allOf(connected).join();

                back.forEach(client -> client.disconnect().join());
                load = running;
            }
            load.join();
            publisher.disconnect().join();
        }
    }

    /** Every tenth message is the first of its topic, as births are; the clients of odd numbers want acknowledgements. */
    private static void publish(Mqtt5AsyncClient client, int number, int messages) {
        for (int i = 0; i < messages; i++) {
            CompletableFuture<?> sent = client.publishWith()
                    .topic("plant/node-" + number + (i % 10 == 0 ? "/birth-" + i : "/data"))
                    .qos(number % 2 == 0 ? MqttQos.AT_MOST_ONCE : MqttQos.AT_LEAST_ONCE)
                    .payload(Clients.bytes(number + " " + i))
                    .send();
            if (i % 100 == 99) {
                sent.join();
            }
        }
    }
}
