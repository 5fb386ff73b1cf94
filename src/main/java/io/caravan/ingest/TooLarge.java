package io.caravan.ingest;

import io.caravan.kafka.RecordHeaders;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Predicate;

/**
 * Whether a message is too large to be taken in: its payload, or its topic, which stands in every record that the message becomes.
 *
 * @param largest how many bytes a payload may have
 */
public record TooLarge(int largest) implements Predicate {

    /** How many characters a topic may have. MQTT allows 65,535 bytes. */
    static final int LONGEST_TOPIC = 1_000;

    @Override
    public boolean matches(Exchange exchange) {
        Message message = exchange.getMessage();
        return ((byte[]) message.getBody()).length > largest || hasLongTopic(message);
    }

    static boolean hasLongTopic(Message message) {
        return message.getHeader(RecordHeaders.TOPIC) instanceof String topic && topic.length() > LONGEST_TOPIC;
    }
}
