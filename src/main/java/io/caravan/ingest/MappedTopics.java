package io.caravan.ingest;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import io.caravan.decode.MessageRules;
import io.caravan.decode.TopicTemplate.Variable;
import io.caravan.kafka.RecordHeaders;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.MappedDialect;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Header;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;

/**
 * What the device registry says of MQTT topics: whether a dialect that it declares reads them, and what they name. A topic
 * that a route of another dialect subscribes belongs to that one, and one that several dialects have to the first of them that
 * {@link #listens}: no message counts twice after that, and none is passed over that the first does not get yet. Thread-safe.
 */
public final class MappedTopics {

    private final DeviceRegistry registry;
    /** What the broker has subscribed for a route. */
    private final Map<String, List<MqttTopicFilter>> listening = new ConcurrentHashMap<>();

    private volatile List<MqttTopicFilter> others = List.of();

    public MappedTopics(DeviceRegistry registry) {
        this.registry = registry;
    }

    /** Takes the filters of the routes that are not made from the registry. */
    void reserve(Collection<String> filters) {
        others = parsed(filters);
    }

    /** The route of a dialect listens to filters from now on, that of its measurements or that of its status. */
    public void listens(String dialect, boolean status, Collection<String> filters) {
        listening.put(route(dialect, status), parsed(filters));
    }

    /** It does no longer. */
    void left(String dialect, boolean status) {
        listening.remove(route(dialect, status));
    }

    private static String route(String dialect, boolean status) {
        return dialect + (status ? "/status" : "");
    }

    /** Whether a dialect reads a topic. */
    public boolean isRead(
            @Header(RecordHeaders.DIALECT) String dialect, @Header(PahoMqtt5Constants.MQTT_TOPIC) String topic) {
        return readBy(dialect, topic) != null;
    }

    /** Whether a dialect reads a topic, and its messages are what devices measure. */
    public boolean isMeasured(
            @Header(RecordHeaders.DIALECT) String dialect, @Header(PahoMqtt5Constants.MQTT_TOPIC) String topic) {
        MessageRules rules = readBy(dialect, topic);
        return rules != null && !rules.isStatus();
    }

    /** Whether a dialect reads a topic, and its messages are what devices report on themselves. */
    public boolean isStatus(
            @Header(RecordHeaders.DIALECT) String dialect, @Header(PahoMqtt5Constants.MQTT_TOPIC) String topic) {
        MessageRules rules = readBy(dialect, topic);
        return rules != null && rules.isStatus();
    }

    /** What a topic names, and what names the rest in the payload; null for a dialect that the registry does not declare. */
    Dialect dialect(String name, String topic) {
        if (!registry.types().dialects().containsKey(name)) {
            return null;
        }
        MessageRules rules = rulesOf(name, topic);
        if (rules == null) {
            return new Dialect(name, any -> TopicShape.Names.NONE, "device_id", "tenant_id");
        }
        Map<Variable, String> named = rules.named(topic);
        TopicShape.Names names = new TopicShape.Names(named.get(Variable.TENANT), named.get(Variable.DEVICE));
        return new Dialect(name, any -> names, rules.deviceField(), rules.tenantField());
    }

    /** The rules by which a dialect reads a topic; null where it does not, or another one does that stands before it. */
    private MessageRules readBy(String dialect, String topic) {
        MessageRules rules = rulesOf(dialect, topic);
        if (rules == null || !rules.isRead() || isReserved(topic)) {
            return null;
        }
        for (MappedDialect other : registry.types().dialects().values()) {
            if (other.name().equals(dialect)) {
                return rules;
            }
            MessageRules theirs = other.enabled() ? other.decoder().rulesOf(topic) : null;
            if (theirs != null && theirs.isRead() && listens(other.name(), theirs.isStatus(), topic)) {
                return null;
            }
        }
        return rules;
    }

    private MessageRules rulesOf(String dialect, String topic) {
        MappedDialect declared = registry.types().dialects().get(dialect);
        return declared == null ? null : declared.decoder().rulesOf(topic);
    }

    private boolean listens(String dialect, boolean status, String topic) {
        return isOneOf(listening.getOrDefault(route(dialect, status), List.of()), topic);
    }

    private boolean isReserved(String topic) {
        return isOneOf(others, topic);
    }

    private static boolean isOneOf(List<MqttTopicFilter> filters, String topic) {
        MqttTopic name = MqttTopic.of(topic);
        return filters.stream().anyMatch(filter -> filter.matches(name));
    }

    private static List<MqttTopicFilter> parsed(Collection<String> filters) {
        return filters.stream().map(MqttTopicFilter::of).toList();
    }
}
