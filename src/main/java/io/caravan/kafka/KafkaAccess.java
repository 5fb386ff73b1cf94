package io.caravan.kafka;

import java.util.HashMap;
import java.util.Map;

/**
 * How a client of Kafka reaches it. Immutable; its text has no secrets.
 *
 * @param brokers host:port, separated by commas
 * @param security Kafka's own client settings of TLS and SASL, empty where there is neither
 */
public record KafkaAccess(String brokers, Map<String, Object> security) {

    public KafkaAccess {
        security = Map.copyOf(security);
    }

    /** Without TLS and SASL. */
    public static KafkaAccess open(String brokers) {
        return new KafkaAccess(brokers, Map.of());
    }

    /** The settings of a client, with its own besides. */
    public Map<String, Object> with(Map<String, ?> own) {
        Map<String, Object> settings = new HashMap<>(security);
        settings.put("bootstrap.servers", brokers);
        settings.putAll(own);
        return settings;
    }

    @Override
    public String toString() {
        return brokers;
    }
}
