package io.caravan.ingest;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several connections of one dialect that look to Camel's MQTT consumer like one client. Camel's component hands it the
 * callback; the connections themselves are HiveMQ's, which take less processor time than Paho's. It promises:
 *
 * <ul>
 *   <li>The callback stands before the first connection does, so that what the broker kept for a session is not dropped.
 *   <li>A message is acknowledged on the connection that it came in on, when its exchange has completed. One whose exchange
 *       has failed is handed in again a second later, or by the broker, when its connection has gone.
 *   <li>A lost connection is made again with back-off, and subscribed again, for as long as it takes.
 *   <li>Sessions that an earlier configuration with more clients left behind are drained and closed.
 * </ul>
 *
 * <p>The topic that Camel subscribes is a list of filters, separated by commas; {@code $share/group/} before the first of them
 * makes it a shared subscription, unless the group is called {@code off}. Thread-safe.
 */
public final class MqttClients extends MqttClient {

    private static final Logger LOG = LoggerFactory.getLogger(MqttClients.class);

    /** Client numbers are looked for up to here when sessions are retired. */
    public static final int MOST = 16;

    /** Paho never connects, but refuses the schemes mqtt and mqtts when it is made. */
    private static final String NOWHERE = "tcp://127.0.0.1:1883";

    private static final long LONGEST_CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Sessions sessions;
    private final int count;
    /** What stands before the topics; null where the topics themselves say whether they are shared. */
    private final String share;

    private final UnderWay underWay = new UnderWay();
    /** Old sessions of other names, for the subscription there is or the next one to close. */
    private final List<OldSessions> others = new ArrayList<>();

    private volatile MqttCallback callback;
    private volatile MqttSubscription subscription;
    private volatile boolean closing;

    /**
     * @param inFlight counts what arrives
     * @param name what the clients' ids say after the configured start, such as {@code iot}
     * @param count how many connections share the subscription, 1 to {@value #MOST}
     * @param shared whether the subscription is shared; retained messages reach only one that is not
     */
    public MqttClients(MqttSettings settings, InFlightBytes inFlight, String name, int count, boolean shared)
            throws MqttException {
        this(settings, inFlight, name, count, shared ? TopicFilters.share(settings.shareGroup()) : "", null);
    }

    /**
     * Clients of which there is one, unless the topics that they are to subscribe begin with {@code $share/group/}.
     *
     * @param count how many connections there are then
     */
    MqttClients(MqttSettings settings, InFlightBytes inFlight, String name, int count) throws MqttException {
        this(settings, inFlight, name, count, null, null);
    }

    private MqttClients(
            MqttSettings settings, InFlightBytes inFlight, String name, int count, String share, HostState state)
            throws MqttException {
        super(NOWHERE, settings.clientId() + '-' + name, new MemoryPersistence());
        this.sessions = new Sessions(settings, inFlight, name, state);
        this.count = count;
        this.share = share;
    }

    /**
     * One client, which does not share its subscription, for messages whose order counts.
     *
     * @param host the id under which it says of this host application that it is online (Sparkplug); null where it does not
     */
    public static MqttClients ordered(MqttSettings settings, InFlightBytes inFlight, String name, String host)
            throws MqttException {
        return new MqttClients(settings, inFlight, name, 1, "", host == null ? null : HostState.of(host));
    }

    /**
     * Publishes a message and waits until the broker has it.
     *
     * @throws Exception when no client is connected, or the broker does not take it
     */
    public void publish(Mqtt5Publish message) throws Exception {
        MqttSubscription current = subscription;
        MqttConnection connection =
                current == null ? null : current.connection().orElse(null);
        if (connection == null) {
            throw new MqttUnavailable("not connected", null);
        }
        connection.publish(message);
    }

    /** Takes the receiver of all messages; it stands before the first connection does. */
    @Override
    public synchronized void setCallback(MqttCallback callback) {
        leave();
        this.callback = callback;
        closing = false;
    }

    /**
     * Connects all clients, in the background and for as long as it takes. It never fails: Camel, when it starts a route
     * whose start has failed before, forgets which client it was given and makes one of its own.
     */
    @Override
    public synchronized IMqttToken subscribe(String topics, int qos) {
        TopicFilters filters = TopicFilters.of(share == null ? topics : share + topics);
        int clients = "".equals(share) || filters.isShared() ? count : 1;
        subscription = new MqttSubscription(sessions, clients, filters, qos, this::arrived);
        subscription.open();
        unfinished().forEach(subscription::retire);
        return null;
    }

    @Override
    public void messageArrivedComplete(int handle, int qos) {
        completed(handle);
    }

    /** Tells that the exchange of a message has ended well; once or more often. */
    void completed(int handle) {
        underWay.completed(handle);
    }

    /** Tells that the exchange of a message has failed. */
    void failed(int handle) {
        underWay.failed(handle, !closing);
    }

    /** Whether every client is connected and subscribed. */
    public boolean isReady() {
        return fault().isEmpty();
    }

    /** In one line, why not every client is connected and subscribed; empty where every one is. */
    public Optional<String> fault() {
        MqttSubscription current = subscription;
        return current == null
                ? Optional.of(sessions.name() + ": not subscribed, its route does not run")
                : current.fault();
    }

    /** Takes in what the broker holds for sessions of another name, and ends them. */
    synchronized void succeed(OldSessions old) {
        others.add(old);
        if (subscription != null) {
            subscription.retire(old);
        }
    }

    /** The old sessions of other names that were to be closed and are not; final after {@link #close}. */
    synchronized List<OldSessions> unfinished() {
        others.removeIf(OldSessions::areClosed);
        return List.copyOf(others);
    }

    /** How many messages have been handed to Camel and are not acknowledged yet. */
    public int inFlight() {
        return underWay.size();
    }

    /** Takes no more messages, waits for those under way, 5 s at most, and leaves; the broker keeps the sessions. */
    @Override
    public void close() {
        MqttSubscription current = subscription;
        if (current != null) {
            current.endKeeping(); // it takes in what it has taken up
        }
        closing = true;
        if (!underWay.awaitEnd(LONGEST_CLOSE_NANOS)) {
            LOG.warn(
                    "MQTT {}: {} message(s) under way are not finished, the broker delivers them again",
                    sessions.name(),
                    underWay.size());
        }
        leave();
    }

    private synchronized void leave() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }

    private void arrived(Delivery delivery) {
        if (closing) {
            delivery.drop(); // not acknowledged: the broker sends it again to the next start
            return;
        }
        int handle = underWay.add(delivery);
        MqttMessage message = new MqttMessage(
                delivery.payload(),
                delivery.message().getQos().getCode(),
                delivery.message().isRetain(),
                PublisherProperties.of(delivery.message()));
        message.setId(handle);
        try {
            callback.messageArrived(delivery.message().getTopic().toString(), message);
        } catch (Exception e) {
            LOG.error("MQTT {}: a message was not taken, trying again", sessions.name(), e);
            failed(handle);
        }
    }
}
