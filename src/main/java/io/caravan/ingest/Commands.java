package io.caravan.ingest;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.decode.Text;
import io.caravan.kafka.OutboundRecord;
import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes commands to devices: each record of the topic for commands is a payload, with its MQTT topic and the time after which
 * nobody wants it any more in headers. At least once. Of those that somebody follows, which have an id, it is told what has become
 * of them ({@link #states}). Thread-safe.
 */
public final class Commands {

    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    /** The property of the exchange that holds what has become of the commands of a batch. */
    private static final String STATES = "caravanCommandStates";

    private static final int LONGEST_TOPIC = 1_000;

    /** What MQTT has room for (MQTT 5, 3.3.2.3.3). */
    private static final long MOST_SECONDS = 0xFFFF_FFFFL;

    /** Publishes a message and returns when the broker has it. */
    @FunctionalInterface
    public interface Publisher {
        /** @throws Exception when the broker does not answer */
        void publish(Mqtt5Publish message) throws Exception;
    }

    private final Publisher publisher;
    private final MeterRegistry meters;
    private final String stateTopic;

    /** @param stateTopic of Kafka, of what has become of commands */
    public Commands(Publisher publisher, MeterRegistry meters, String stateTopic) {
        this.publisher = publisher;
        this.meters = meters;
        this.stateTopic = stateTopic;
    }

    /** @throws Exception when the broker does not answer; those that are too old by the next attempt are left out */
    public void publish(Exchange exchange) throws Exception {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getMessage().getBody(List.class);
        List<OutboundRecord> states = new ArrayList<>();
        for (Message command : batch) {
            String topic = RecordHeaders.text(command, RecordHeaders.TOPIC);
            long left = RecordHeaders.number(command, RecordHeaders.EXPIRES_AT, Long.MAX_VALUE)
                    - System.currentTimeMillis() * 1_000;
            if (topic == null
                    || topic.indexOf('#') >= 0
                    || topic.indexOf('+') >= 0
                    || !Text.isClean(topic)
                    || topic.isBlank()
                    || topic.length() > LONGEST_TOPIC
                    || !(command.getBody() instanceof byte[] payload)) {
                count("refused");
                LOG.warn("A command without topic or payload is left out");
            } else if (left < 0) {
                count("expired");
                note(exchange, states, command, "expired");
            } else {
                publisher.publish(message(command, topic, payload, left));
                count("published");
                note(exchange, states, command, "delivered");
            }
        }
        exchange.setProperty(STATES, states);
    }

    /** With what a client of MQTT 5 needs to answer; the broker drops it once nobody wants it any more. */
    private static Mqtt5Publish message(Message command, String topic, byte[] payload, long left) {
        var message =
                Mqtt5Publish.builder().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload);
        String id = RecordHeaders.text(command, RecordHeaders.COMMAND);
        if (id == null) {
            return message.build();
        }
        String contentType = RecordHeaders.text(command, RecordHeaders.CONTENT_TYPE);
        message.messageExpiryInterval(Math.min(MOST_SECONDS, 1 + left / 1_000_000))
                .contentType(contentType);
        message.correlationData(id.getBytes(StandardCharsets.US_ASCII));
        return topic.endsWith("/commands")
                ? message.responseTopic(topic + '/' + id + "/ack").build()
                : message.build();
    }

    private void note(Exchange exchange, List<OutboundRecord> states, Message command, String state) {
        String id = RecordHeaders.text(command, RecordHeaders.COMMAND);
        String tenant = RecordHeaders.text(command, RecordHeaders.TENANT);
        String device = RecordHeaders.text(command, RecordHeaders.DEVICE);
        if (id == null || tenant == null || device == null) {
            return;
        }
        Map<String, Object> headers = new HashMap<>();
        headers.put(RecordHeaders.COMMAND, id);
        headers.put(RecordHeaders.COMMAND_STATE, state);
        headers.put(RecordHeaders.TENANT, tenant);
        headers.put(RecordHeaders.DEVICE, device);
        headers.put(RecordHeaders.RECEIVED_AT, Long.toString(Dialect.nowMicros()));
        states.add(new OutboundRecord(exchange.getContext(), stateTopic, tenant + '/' + device, new byte[0], headers));
    }

    /** Whether there is anything to tell of the batch. */
    public boolean isFollowed(Exchange exchange) {
        return !exchange.getProperty(STATES, List.class).isEmpty();
    }

    /** Puts what is to be told into the body. */
    public void states(Exchange exchange) {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(exchange.getProperty(STATES, List.class));
    }

    private void count(String outcome) {
        meters.counter("caravan.commands", "outcome", outcome).increment();
    }
}
