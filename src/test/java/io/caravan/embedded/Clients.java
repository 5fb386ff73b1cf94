package io.caravan.embedded;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.caravan.Patience;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Ordinary clients of the embedded servers, for the tests. */
final class Clients {

    private Clients() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Mqtt5AsyncClient mqtt(String url, String clientId) {
        URI uri = URI.create(url);
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost(uri.getHost())
                .serverPort(uri.getPort())
                .buildAsync();
    }

    static Mqtt5AsyncClient connected(String url, String clientId) {
        Mqtt5AsyncClient client = mqtt(url, clientId);
        client.connect().join();
        return client;
    }

    static CompletableFuture<?> publish(Mqtt5AsyncClient client, String topic, byte[] payload) {
        return client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .send();
    }

    /** Opens or resumes a durable session and subscribes it; what arrives goes into {@code received}. */
    static Mqtt5AsyncClient subscribed(String url, String clientId, String filter, Queue<byte[]> received) {
        Mqtt5AsyncClient client = mqtt(url, clientId);
        client.publishes(MqttGlobalPublishFilter.ALL, publish -> received.add(publish.getPayloadAsBytes()));
        client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(3600)
                .send()
                .join();
        client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();
        return client;
    }

    /** Leaves an empty durable subscription behind. */
    static void subscribeAndLeave(String url, String clientId, String filter) {
        subscribed(url, clientId, filter, new ConcurrentLinkedQueue<>())
                .disconnect()
                .join();
    }

    static void createTopic(String brokers, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
    }

    static KafkaProducer<String, byte[]> producer(String brokers) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers, "acks", "all", "max.request.size", 8 * 1024 * 1024),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    static void consume(String brokers, String topic, Queue<byte[]> received, int atLeast) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", brokers, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            long deadline = System.nanoTime() + Patience.LONGEST.toNanos();
            while (received.size() < atLeast && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(message -> received.add(message.value()));
            }
        }
    }
}
