package io.caravan.ingest;

import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;

/**
 * Whether the third level of a message's topic is one of some: a filter for each would not do where the order of messages counts,
 * for a broker keeps it within one.
 *
 * @param levels those that it may be
 */
public record ThirdLevel(Set<String> levels) implements Predicate {

    @Override
    public boolean matches(Exchange exchange) {
        String topic = exchange.getMessage().getHeader(PahoMqtt5Constants.MQTT_TOPIC, "", String.class);
        String[] found = topic.split("/", 4);
        return found.length > 3 && levels.contains(found[2]);
    }
}
