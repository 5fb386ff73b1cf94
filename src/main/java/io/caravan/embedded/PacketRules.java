package io.caravan.embedded;

import io.caravan.tenant.MqttUsers;
import io.caravan.tenant.TopicRights;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTInterceptor;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Looks at what clients send before the broker does, for what its permissions do not reach: shared subscriptions, names that mean
 * something else to the broker than to MQTT, wills, and sizes. A packet that is refused ends its connection; a CONNECT is answered
 * with a refusal first. The service user is not looked at. Thread-safe.
 */
final class PacketRules implements MQTTInterceptor {

    /** The largest payload of a client, in bytes; Caravan makes dead letters of what is larger than it is configured to take. */
    static final int MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;

    /** The largest payload of a will, and of a message that the broker is to retain. */
    static final int MAX_KEPT_BYTES = 32 * 1024;

    /** How many retained messages a user may leave, as far as this process has seen them. */
    static final int MAX_RETAINED = 1_000;

    private static final int LONGEST_CLIENT_ID = 256;

    private final String serviceName;
    private final MqttUsers users;
    /** Who each connection says it is; a client need not wait for an answer before it goes on. */
    private final Map<RemotingConnection, String> claimed = Collections.synchronizedMap(new WeakHashMap<>());

    private final Set<RemotingConnection> refused =
            Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));
    private final Map<String, Set<String>> retained = new ConcurrentHashMap<>();

    PacketRules(String serviceName, MqttUsers users) {
        this.serviceName = serviceName;
        this.users = users;
    }

    /** Whether the CONNECT of a connection was against the rules. */
    boolean isRefused(RemotingConnection connection) {
        return refused.contains(connection);
    }

    void forget(String user) {
        retained.remove(user);
    }

    @Override
    public boolean intercept(MqttMessage packet, RemotingConnection connection) {
        if (packet instanceof MqttConnectMessage connect) {
            claimed.put(connection, String.valueOf(connect.payload().userName()));
            if (!isFine(connect)) {
                refused.add(connection);
            }
            return true;
        }
        String user = claimed.get(connection);
        if (serviceName.equals(user)) {
            return true;
        }
        if (packet instanceof MqttPublishMessage publish) {
            return isFine(publish, user);
        }
        return !(packet instanceof MqttSubscribeMessage subscribe)
                || subscribe.payload().topicSubscriptions().stream()
                        .map(subscription -> subscription.topicFilter())
                        .allMatch(filter -> !filter.startsWith("$share/") && isPlain(filter));
    }

    private boolean isFine(MqttConnectMessage connect) {
        String user = connect.payload().userName();
        if (serviceName.equals(user)) {
            return true;
        }
        String id = connect.payload().clientIdentifier();
        if (id != null && (id.length() > LONGEST_CLIENT_ID || !isPlain(id))) {
            return false;
        }
        if (!connect.variableHeader().isWillFlag()) {
            return true;
        }
        byte[] will = connect.payload().willMessageInBytes();
        String topic = connect.payload().willTopic();
        TopicRights rights = user == null ? TopicRights.NONE : users.rights(user);
        return (will == null || will.length <= MAX_KEPT_BYTES) && isPlain(topic) && rights.mayPublish(topic);
    }

    private boolean isFine(MqttPublishMessage publish, String user) {
        String topic = publish.variableHeader().topicName();
        int size = publish.payload().readableBytes();
        if (user == null || size > MAX_PAYLOAD_BYTES || !isPlain(topic)) {
            return false;
        }
        if (!publish.fixedHeader().isRetain()) {
            return true;
        }
        Set<String> topics = retained.computeIfAbsent(user, any -> ConcurrentHashMap.newKeySet());
        if (size == 0) {
            topics.remove(topic);
            return true;
        }
        return size <= MAX_KEPT_BYTES
                && users.rights(user).mayPublish(topic)
                && (topics.contains(topic) || topics.size() < MAX_RETAINED && topics.add(topic));
    }

    /** To the broker, {@code ::} separates an address from a queue, and a backslash takes the meaning from what follows. */
    private static boolean isPlain(String name) {
        return !name.contains("::") && name.indexOf('\\') < 0;
    }
}
