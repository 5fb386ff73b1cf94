package io.caravan.ingest;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import io.caravan.decode.Quantity;
import io.caravan.settings.Settings;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;

/**
 * The numbers that an MQTT broker publishes of itself, as metrics {@code caravan.mqtt.broker.*} with the topic as label.
 * There is a metric from the first number on, and it keeps the last one while the broker is away. Thread-safe.
 */
public final class BrokerCounters {

    /** What a number tells. */
    enum Kind {
        RECEIVED("received", "Messages that publishers have sent to the MQTT broker", true),
        DROPPED("dropped", "Messages that the MQTT broker has dropped instead of delivering them", true),
        EXPIRED_CLIENTS("expired-clients", "Sessions that the MQTT broker has ended for the client's absence", true),
        STORED("stored", "Messages that the MQTT broker holds", false);

        private final String key;
        private final String description;
        private final boolean rises;

        Kind(String key, String description, boolean rises) {
            this.key = key;
            this.description = description;
            this.rises = rises;
        }
    }

    /** More topics than any broker has nodes; whoever may publish below the filters could invent them. */
    private static final int MOST = 100;

    private final Map<Kind, MqttTopicFilter> filters;
    private final MeterRegistry meters;
    private final Map<String, Double> latest = new ConcurrentHashMap<>();

    BrokerCounters(Map<Kind, MqttTopicFilter> filters, MeterRegistry meters) {
        this.filters = Map.copyOf(filters);
        this.meters = meters;
    }

    /** @throws io.caravan.settings.UserError when a topic cannot be one */
    public static BrokerCounters of(Settings settings, MeterRegistry meters) {
        Map<Kind, MqttTopicFilter> filters = new java.util.EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            String setting = "caravan.mqtt.counters." + kind.key;
            try {
                filters.put(kind, MqttTopicFilter.of(settings.text(setting)));
            } catch (IllegalArgumentException e) {
                throw new io.caravan.settings.UserError(setting + " must be a topic of MQTT: " + e.getMessage(), e);
            }
        }
        return new BrokerCounters(filters, meters);
    }

    /** Takes one number; what is none, or is about something else, is passed over. */
    public void take(@Header(PahoMqtt5Constants.MQTT_TOPIC) String topic, @Body byte[] payload) {
        Quantity quantity = Quantity.parse(new String(payload, StandardCharsets.UTF_8));
        if (quantity == null || quantity.value() < 0) {
            return;
        }
        if (latest.replace(topic, quantity.value()) == null && latest.size() < MOST) {
            filters.forEach((kind, filter) -> {
                if (filter.matches(MqttTopic.of(topic)) && latest.putIfAbsent(topic, quantity.value()) == null) {
                    register(kind, topic);
                }
            });
        }
    }

    private void register(Kind kind, String topic) {
        String name = "caravan.mqtt.broker." + kind.key.replace('-', '.');
        if (kind.rises) {
            FunctionCounter.builder(name, latest, numbers -> numbers.get(topic))
                    .description(kind.description)
                    .tag("topic", topic)
                    .register(meters);
        } else {
            Gauge.builder(name, latest, numbers -> numbers.get(topic))
                    .description(kind.description)
                    .baseUnit("messages")
                    .tag("topic", topic)
                    .register(meters);
        }
    }
}
