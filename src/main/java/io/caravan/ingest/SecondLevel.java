package io.caravan.ingest;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;

/**
 * Whether the second level of a message's topic begins with a prefix, in upper or lower case: MQTT's filters can only take a
 * level or leave it. Thread-safe.
 */
public final class SecondLevel implements Predicate {

    private final String prefix;

    public SecondLevel(String prefix) {
        this.prefix = prefix;
    }

    @Override
    public boolean matches(Exchange exchange) {
        String topic = exchange.getMessage().getHeader(PahoMqtt5Constants.MQTT_TOPIC, String.class);
        return topic != null && topic.regionMatches(true, topic.indexOf('/') + 1, prefix, 0, prefix.length());
    }
}
