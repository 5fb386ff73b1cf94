package io.caravan.ingest;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a Sparkplug host application says of itself at a broker: that it is online once it has subscribed, by its will that it is not,
 * both retained and with the time of connecting, by which edge nodes tell old news from new. Source: Sparkplug 3.0.0, 4.5 and 5.8.
 * Thread-safe.
 *
 * @param topic on which it says so
 * @param connectedAt the time of the last connection, milliseconds since 1970
 */
record HostState(String topic, AtomicLong connectedAt) {

    /** @param host the host application's id */
    static HostState of(String host) {
        return new HostState("spBv1.0/STATE/" + host, new AtomicLong());
    }

    /** The will of a connection that is about to be made. */
    Mqtt5Publish will() {
        connectedAt.accumulateAndGet(System.currentTimeMillis(), (last, now) -> Math.max(last + 1, now));
        return says(false);
    }

    /** What is published when the connection has subscribed, and again when somebody has said otherwise. */
    Mqtt5Publish birth() {
        return says(true);
    }

    /** What is published before the connection is closed on purpose. */
    Mqtt5Publish death() {
        return says(false);
    }

    /** Whether a message says that this host is offline; after an older connection of ours, the broker may say so late. */
    boolean isDenied(Mqtt5Publish message) {
        return isOurs(message)
                && new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8)
                        .replaceAll("\\s", "")
                        .contains("\"online\":false");
    }

    boolean isOurs(Mqtt5Publish message) {
        return message.getTopic().toString().equals(topic);
    }

    private Mqtt5Publish says(boolean online) {
        String payload = "{\"online\":" + online + ",\"timestamp\":" + connectedAt.get() + '}';
        return Mqtt5Publish.builder()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
