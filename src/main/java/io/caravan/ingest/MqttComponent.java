package io.caravan.ingest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Endpoint;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Component;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * Camel's component for MQTT, with {@link MqttClients} for clients: an endpoint's {@code clientId} names its sessions with the
 * broker, and they are made when a route first names them. Thread-safe.
 */
@Component("paho-mqtt5") // is not inherited, and without it Camel finds no options
public final class MqttComponent extends PahoMqtt5Component {

    private final MqttSettings settings;
    private final InFlightBytes inFlight;
    private final int count;
    private final Map<String, MqttClients> clients = new ConcurrentHashMap<>();

    /** @param count how many clients read a shared subscription, 1 to {@link MqttClients#MOST} */
    public MqttComponent(MqttSettings settings, InFlightBytes inFlight, int count) {
        this.settings = settings;
        this.inFlight = inFlight;
        this.count = count;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String topics, Map<String, Object> parameters) throws Exception {
        PahoMqtt5Endpoint endpoint = (PahoMqtt5Endpoint) super.createEndpoint(uri, topics, parameters);
        String name = endpoint.getConfiguration().getClientId();
        if (endpoint.getClient() == null && name != null) {
            endpoint.setClient(named(name));
        }
        return endpoint;
    }

    private MqttClients named(String name) throws MqttException {
        MqttClients known = clients.get(name);
        if (known != null) {
            return known;
        }
        MqttClients made = new MqttClients(settings, inFlight, name, count);
        MqttClients other = clients.putIfAbsent(name, made);
        return other != null ? other : made;
    }

    /** All clients whose routes are there. */
    public Collection<MqttClients> clients() {
        return List.copyOf(clients.values());
    }

    /** Whether the broker has subscribed all clients of a name. */
    boolean isReady(String name) {
        MqttClients named = clients.get(name);
        return named != null && named.isReady();
    }

    /** Leaves the broker, which keeps the sessions of a name, when what is under way has ended; the route runs until then. */
    void leave(String name) {
        MqttClients named = clients.get(name);
        if (named != null) {
            named.close();
        }
    }

    /**
     * Ends sessions that no route reads any more, with those whose end was left to them.
     *
     * @param topics what they subscribe, as the route had it
     * @param successor the name of the sessions that take over what the broker holds for these; null to have it forgotten
     */
    void retire(String name, String topics, String successor) {
        TopicFilters filters = TopicFilters.of(topics);
        List<OldSessions> sessions = new ArrayList<>();
        sessions.add(new OldSessions(
                new Sessions(settings, inFlight, name, null), filters, 0, filters.isShared() ? count : 1));
        MqttClients old = clients.remove(name);
        if (old != null) {
            old.close();
            sessions.addAll(old.unfinished());
        }
        sessions.removeIf(this::isRead);
        MqttClients next = successor == null ? null : clients.get(successor);
        sessions.forEach(next == null ? each -> each.forget(() -> isRead(each)) : next::succeed);
    }

    /** Whether a route reads sessions again that were given up. */
    private boolean isRead(OldSessions sessions) {
        return clients.containsKey(sessions.name());
    }
}
