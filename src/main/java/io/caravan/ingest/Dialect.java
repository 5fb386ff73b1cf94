package io.caravan.ingest;

import io.caravan.kafka.RecordHeaders;
import java.nio.charset.StandardCharsets;
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
    private final TopicShape shape;
    private final PayloadField device;
    private final PayloadField tenant;

    /**
     * @param name the dialect's name, written on every record
     * @param shape where in a topic tenant and device stand
     * @param device the field of the payload that names the device, where the topic does not
     * @param tenant the field of the payload that names the tenant, where the topic does not
     */
    public Dialect(String name, TopicShape shape, String device, String tenant) {
        this.name = name;
        this.shape = shape;
        this.device = new PayloadField(device);
        this.tenant = new PayloadField(tenant);
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
        TopicShape.Names names = shape.read(topic);
        message.setHeader(RecordHeaders.TOPIC, topic);
        message.setHeader(RecordHeaders.DIALECT, name);
        message.setHeader(RecordHeaders.RECEIVED_AT, Long.toString(Clock.micros()));
        PublisherProperties.stamp(message);
        if (names.tenant() != null) {
            message.setHeader(RecordHeaders.TENANT, names.tenant());
        }
        if (names.device() != null) {
            message.setHeader(RecordHeaders.DEVICE, names.device());
        }
        message.setHeader(KafkaConstants.KEY, key(names, topic, (byte[]) message.getBody()));
    }

    private String key(TopicShape.Names names, String topic, byte[] payload) {
        if (names.device() != null) {
            return (names.tenant() != null ? names.tenant() : DEFAULT_TENANT) + '/' + names.device();
        }
        String id = device.find(payload);
        if (id == null) {
            return topic;
        }
        String owner = tenant.find(payload);
        return (owner != null ? owner : DEFAULT_TENANT) + '/' + id;
    }

    /** The wall clock in microseconds. */
    private static final class Clock {

        static long micros() {
            java.time.Instant now = java.time.Instant.now();
            return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
        }
    }

    /** A field of a JSON payload, found by a scan of its bytes: good for a key, which needs no more than to be the same. */
    private static final class PayloadField {

        private static final int LONGEST = 200;

        private final byte[] quoted;

        PayloadField(String name) {
            this.quoted = ('"' + name + '"').getBytes(StandardCharsets.UTF_8);
        }

        String find(byte[] payload) {
            int end = payload.length - quoted.length;
            for (int at = 0; at < end; at++) {
                if (payload[at] == '"' && matches(payload, at)) {
                    return value(payload, at + quoted.length);
                }
            }
            return null;
        }

        private boolean matches(byte[] payload, int at) {
            for (int i = 1; i < quoted.length; i++) {
                if (payload[at + i] != quoted[i]) {
                    return false;
                }
            }
            return true;
        }

        private static String value(byte[] payload, int from) {
            int at = from;
            while (at < payload.length && (payload[at] == ':' || isSpace(payload[at]))) {
                at++;
            }
            if (at >= payload.length || payload[at] != '"') {
                return null;
            }
            int start = at + 1;
            for (int end = start; end < Math.min(payload.length, start + LONGEST); end++) {
                if (payload[end] == '"') {
                    return new String(payload, start, end - start, StandardCharsets.UTF_8);
                }
            }
            return null;
        }

        private static boolean isSpace(byte b) {
            return b == ' ' || b == '\n' || b == '\r' || b == '\t';
        }
    }
}
