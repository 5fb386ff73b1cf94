package io.caravan.it;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Something that publishes at QoS 1 and returns when the broker has acknowledged; by MQTT 5 or by MQTT 3.1.1. */
public final class MqttDevice implements AutoCloseable {

    private interface Link {
        CompletableFuture<?> publish(String topic, byte[] payload, boolean retain, Map<String, String> properties);

        CompletableFuture<?> disconnect();
    }

    /** Among the user properties, what becomes a property of its own. */
    private static final String CONTENT_TYPE = "content type";

    private final Link link;

    private MqttDevice(Link link) {
        this.link = link;
    }

    public static MqttDevice mqtt5(String url) {
        URI uri = URI.create(url);
        Mqtt5ClientBuilder builder =
                MqttClient.builder().useMqttVersion5().serverHost(uri.getHost()).serverPort(uri.getPort());
        if (uri.getUserInfo() != null) {
            String[] login = uri.getUserInfo().split(":", 2);
            builder = builder.simpleAuth()
                    .username(login[0])
                    .password(login[1].getBytes(StandardCharsets.UTF_8))
                    .applySimpleAuth();
        }
        Mqtt5AsyncClient client = builder.buildAsync();
        client.connect().join();
        return new MqttDevice(new Link() {
            @Override
            public CompletableFuture<?> publish(
                    String topic, byte[] payload, boolean retain, Map<String, String> properties) {
                var message = Mqtt5Publish.builder()
                        .topic(topic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(payload)
                        .retain(retain)
                        .contentType(properties.get(CONTENT_TYPE))
                        .userProperties(Mqtt5UserProperties.of(properties.entrySet().stream()
                                .filter(property -> !property.getKey().equals(CONTENT_TYPE))
                                .map(property -> Mqtt5UserProperty.of(property.getKey(), property.getValue()))
                                .toArray(Mqtt5UserProperty[]::new)))
                        .build();
                return client.publish(message);
            }

            @Override
            public CompletableFuture<?> disconnect() {
                return client.disconnect();
            }
        });
    }

    static MqttDevice mqtt3(String url) {
        URI uri = URI.create(url);
        Mqtt3AsyncClient client = MqttClient.builder()
                .useMqttVersion3()
                .serverHost(uri.getHost())
                .serverPort(uri.getPort())
                .buildAsync();
        client.connect().join();
        return new MqttDevice(new Link() {
            @Override
            public CompletableFuture<?> publish(
                    String topic, byte[] payload, boolean retain, Map<String, String> properties) {
                return client.publishWith()
                        .topic(topic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(payload)
                        .retain(retain)
                        .send();
            }

            @Override
            public CompletableFuture<?> disconnect() {
                return client.disconnect();
            }
        });
    }

    void publish(String topic, byte[] payload) {
        link.publish(topic, payload, false, Map.of()).join();
    }

    void publish(String topic, String payload) {
        publish(topic, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** With user properties, which MQTT 3.1.1 does not have. */
    void publish(String topic, String payload, Map<String, String> properties) {
        link.publish(topic, payload.getBytes(StandardCharsets.UTF_8), false, properties)
                .join();
    }

    /** With a content type, which MQTT 3.1.1 does not have. */
    void publish(String topic, byte[] payload, String contentType) {
        link.publish(topic, payload, false, Map.of(CONTENT_TYPE, contentType)).join();
    }

    void retain(String topic, String payload) {
        link.publish(topic, payload.getBytes(StandardCharsets.UTF_8), true, Map.of())
                .join();
    }

    /** Publishes all without waiting between them. */
    public void publishAll(String topic, List<String> payloads) {
        List<CompletableFuture<?>> acknowledged = new ArrayList<>();
        for (String payload : payloads) {
            acknowledged.add(link.publish(topic, payload.getBytes(StandardCharsets.UTF_8), false, Map.of()));
        }
        acknowledged.forEach(CompletableFuture::join);
    }

    @Override
    public void close() {
        link.disconnect().join();
    }
}
