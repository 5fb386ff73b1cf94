package io.caravan.ingest;

import io.caravan.kafka.RecordHeaders;
import java.time.Instant;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;

/**
 * Stamps what ingest knows of a message on its record: topic, dialect, time of receipt, tenant and device where the topic
 * names them, and the key, by which a device's messages stay in order. The payload is not touched. Thread-safe.
 */
public final class Dialect {

    private static final String DEFAULT_TENANT = "default";

    private final String name;
    private final Function<String, TopicShape.Names> shape;
    private final PayloadField device;
    private final PayloadField tenant;
    private final boolean ordered;
    private final String receivedBy;

    /**
     * @param name the dialect's name, written on every record
     * @param shape where in a topic tenant and device stand
     * @param device the field of the payload that names the device, where the topic does not
     * @param tenant the field of the payload that names the tenant, where the topic does not
     */
    public Dialect(String name, TopicShape shape, String device, String tenant) {
        this(name, shape::read, device, tenant);
    }

    /** @param shape what a topic names */
    Dialect(String name, Function<String, TopicShape.Names> shape, String device, String tenant) {
        this(name, shape, new PayloadField(device), new PayloadField(tenant), false, null);
    }

    private Dialect(
            String name,
            Function<String, TopicShape.Names> shape,
            PayloadField device,
            PayloadField tenant,
            boolean ordered,
            String receivedBy) {
        this.name = name;
        this.shape = shape;
        this.device = device;
        this.tenant = tenant;
        this.ordered = ordered;
        this.receivedBy = receivedBy;
    }

    /** A dialect in whose messages the order counts. Their topics name tenant and device. */
    public static Dialect ordered(String name, TopicShape shape) {
        return new Dialect(name, shape::read, new PayloadField(""), new PayloadField(""), true, null);
    }

    /**
     * The same in this process. Where the order of messages counts, they say who took them in: what another instance hears is
     * in an order of its own.
     *
     * @param instance the start of its MQTT clients' ids
     */
    public Dialect takenInBy(String instance) {
        return ordered ? new Dialect(name, shape, device, tenant, true, instance) : this;
    }

    /** By which the enrich stage finds its decoder. */
    public String name() {
        return name;
    }

    /** @throws Fault when that fails, which would be a fault of ours */
    public void stamp(Exchange exchange) {
        try {
            stamp(exchange.getMessage());
        } catch (RuntimeException e) {
            throw new Fault(e);
        }
    }

    private void stamp(Message message) {
        String topic = message.getHeader(PahoMqtt5Constants.MQTT_TOPIC, String.class);
        TopicShape.Names names = shape.apply(topic);
        message.setHeader(RecordHeaders.TOPIC, topic);
        message.setHeader(RecordHeaders.DIALECT, name);
        message.setHeader(RecordHeaders.RECEIVED_AT, Long.toString(nowMicros()));
        PublisherProperties.stamp(message);
        if (names.tenant() != null) {
            message.setHeader(RecordHeaders.TENANT, names.tenant());
        }
        if (names.device() != null) {
            message.setHeader(RecordHeaders.DEVICE, names.device());
        }
        if (receivedBy != null) {
            message.setHeader(RecordHeaders.RECEIVED_BY, receivedBy);
        }
        message.setHeader(KafkaConstants.KEY, key(names, topic, (byte[]) message.getBody()));
    }

    private String key(TopicShape.Names names, String topic, byte[] payload) {
        if (names.device() != null) {
            return (names.tenant() != null ? names.tenant() : DEFAULT_TENANT) + '/' + names.ordered();
        }
        return keyOf(payload, topic);
    }

    /** The key of a message whose topic names nobody: what the payload names, else the topic. */
    String keyOf(byte[] payload, String topic) {
        String id = device.find(payload);
        if (id == null) {
            return topic;
        }
        String owner = tenant.find(payload);
        return (owner != null ? owner : DEFAULT_TENANT) + '/' + id;
    }

    /** The wall clock in microseconds since the epoch. */
    static long nowMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
