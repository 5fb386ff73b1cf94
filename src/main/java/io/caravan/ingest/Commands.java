package io.caravan.ingest;

import io.caravan.decode.Text;
import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes commands to devices: each record of the topic for commands is a payload, with its MQTT topic and the time after which
 * nobody wants it any more in headers. At least once. Thread-safe.
 */
public final class Commands {

    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    /** Publishes a message and returns when the broker has it. */
    @FunctionalInterface
    public interface Publisher {
        /** @throws Exception when the broker does not answer */
        void publish(String topic, byte[] payload) throws Exception;
    }

    private final Publisher publisher;
    private final MeterRegistry meters;

    public Commands(Publisher publisher, MeterRegistry meters) {
        this.publisher = publisher;
        this.meters = meters;
    }

    /** @throws Exception when the broker does not answer; those that are too old by the next attempt are left out */
    public void publish(@Body List<Message> batch) throws Exception {
        for (Message command : batch) {
            String topic = RecordHeaders.text(command, RecordHeaders.TOPIC);
            if (topic == null
                    || topic.indexOf('#') >= 0
                    || topic.indexOf('+') >= 0
                    || !Text.isId(topic)
                    || !(command.getBody() instanceof byte[] payload)) {
                count("refused");
                LOG.warn("A command without topic or payload is left out");
            } else if (RecordHeaders.number(command, RecordHeaders.EXPIRES_AT, Long.MAX_VALUE)
                    < System.currentTimeMillis() * 1_000) {
                count("expired");
            } else {
                publisher.publish(topic, payload);
                count("published");
            }
        }
    }

    private void count(String outcome) {
        meters.counter("caravan.commands", "outcome", outcome).increment();
    }
}
