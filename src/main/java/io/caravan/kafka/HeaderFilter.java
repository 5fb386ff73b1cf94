package io.caravan.kafka;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Which headers pass between Kafka's records and Camel's messages: all but those that steer Camel or its Kafka component,
 * which no stranger may set and no reader needs. The rule of {@code KafkaHeaderFilterStrategy}, without its search through
 * sets and patterns for each header of each message. Stateless.
 */
public final class HeaderFilter implements HeaderFilterStrategy {

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return isInternal(name);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return isInternal(name);
    }

    private static boolean isInternal(String name) {
        return startsWith(name, "camel") || startsWith(name, "org.apache.camel.") || startsWith(name, "kafka.");
    }

    private static boolean startsWith(String name, String prefix) {
        return name.regionMatches(true, 0, prefix, 0, prefix.length());
    }
}
