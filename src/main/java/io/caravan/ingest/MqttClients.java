package io.caravan.ingest;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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
 *   <li>A message is acknowledged on the connection that it came in on, when its exchange has completed, or not at all:
 *       then the broker sends it again to the next connection of its session.
 *   <li>A lost connection is made again with back-off, and subscribed again, for as long as it takes.
 *   <li>Sessions that an earlier configuration with more clients left behind are drained and closed.
 * </ul>
 *
 * <p>The topic that Camel subscribes is a list of filters, separated by commas. Thread-safe.
 */
public final class MqttClients extends MqttClient {

    private static final Logger LOG = LoggerFactory.getLogger(MqttClients.class);

    /** Client numbers are looked for up to here when sessions are retired. */
    public static final int MOST = 16;

    /** Paho never connects, but refuses the schemes mqtt and mqtts when it is made. */
    private static final String NOWHERE = "tcp://127.0.0.1:1883";

    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);
    private static final long FIRST_RETRY_MILLIS = 500;
    private static final long LAST_RETRY_MILLIS = 10_000;

    private final MqttSettings settings;
    private final String name;
    private final int count;
    private final boolean shared;

    private final AtomicInteger handles = new AtomicInteger();
    private final ConcurrentHashMap<Integer, Delivery> deliveries = new ConcurrentHashMap<>();
    private final AtomicLong lastArrival = new AtomicLong();
    private final MqttConnection.Listener listener = new Listener();

    private volatile MqttCallback callback;
    private volatile List<String> filters = List.of();
    private volatile boolean closing;
    private volatile MqttConnection[] connections = {};
    private int qos;
    private ScheduledExecutorService keeper;

    /**
     * @param name what the clients' ids say after the configured start, such as {@code iot}
     * @param count how many connections share the subscription, 1 to {@value #MOST}
     * @param shared whether the subscription is shared; retained messages reach only one that is not
     */
    public MqttClients(MqttSettings settings, String name, int count, boolean shared) throws MqttException {
        super(NOWHERE, settings.clientId() + '-' + name, new MemoryPersistence());
        this.settings = settings;
        this.name = name;
        this.count = count;
        this.shared = shared;
    }

    /** Takes the receiver of all messages; it stands before the first connection does. */
    @Override
    public synchronized void setCallback(MqttCallback callback) {
        disconnectAll();
        this.callback = callback;
        closing = false;
    }

    /**
     * Connects all clients, in the background and for as long as it takes. It never fails: Camel, when it starts a route
     * whose start has failed before, forgets which client it was given and makes one of its own.
     */
    @Override
    public synchronized IMqttToken subscribe(String topics, int qos) {
        List<String> wanted = new ArrayList<>();
        for (String filter : topics.split(",")) {
            wanted.add(shared ? "$share/" + settings.shareGroup() + '/' + filter.strip() : filter.strip());
        }
        filters = wanted;
        this.qos = qos;
        connections = new MqttConnection[count];
        keeper = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "mqtt-keeper-" + name);
            thread.setDaemon(true);
            return thread;
        });
        LOG.info("MQTT {}: {} client(s) read {} at {}", name, count, filters, settings.url());
        for (int i = 0; i < count; i++) {
            connectLater(i, 0, FIRST_RETRY_MILLIS);
        }
        keeper.execute(() -> retireSessions(count));
        return null;
    }

    @Override
    public void messageArrivedComplete(int handle, int qos) {
        Delivery delivery = deliveries.remove(handle);
        if (delivery != null) {
            delivery.message().acknowledge();
        }
    }

    /** Whether every client is connected and subscribed. */
    public boolean isReady() {
        return fault().isEmpty();
    }

    /** In one line, why not every client is connected and subscribed; empty where every one is. */
    public Optional<String> fault() {
        MqttConnection[] current = connections;
        if (filters.isEmpty() || current.length == 0) {
            return Optional.of(name + ": not subscribed, its route does not run");
        }
        long connected = Arrays.stream(current)
                .filter(connection -> connection != null && connection.isConnected())
                .count();
        return connected == current.length
                ? Optional.empty()
                : Optional.of(
                        name + ": " + connected + " of " + current.length + " clients are connected and subscribed");
    }

    /** How many messages have arrived and are not acknowledged yet. */
    public int inFlight() {
        return deliveries.size();
    }

    /** Takes no more messages, waits for those under way, and leaves; the broker keeps the sessions. */
    @Override
    public void close() {
        closing = true;
        long deadline = System.nanoTime() + LONGEST_CLOSE.toNanos();
        while (!deliveries.isEmpty() && System.nanoTime() < deadline) {
            pause(10);
        }
        disconnectAll();
    }

    private synchronized void disconnectAll() {
        if (keeper != null) {
            keeper.shutdownNow();
            keeper = null;
        }
        for (MqttConnection connection : connections) {
            if (connection != null) {
                connection.close();
            }
        }
        connections = new MqttConnection[0];
        deliveries.clear();
    }

    private MqttConnection connected(int index) throws MqttUnavailable {
        MqttConnection connection = new MqttConnection(settings, idOf(index), listener);
        try {
            connection.connect();
        } catch (MqttUnavailable e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    private String idOf(int index) {
        return getClientId() + '-' + (index + 1);
    }

    private synchronized void connectLater(int index, long delay, long nextDelay) {
        if (keeper != null && !closing) {
            keeper.schedule(() -> connect(index, nextDelay), delay, TimeUnit.MILLISECONDS);
        }
    }

    /** A client counts as connected when it is subscribed as well: one that is deaf must not look ready. */
    private void connect(int index, long nextDelay) {
        MqttConnection connection = null;
        try {
            connection = connected(index);
            if (settings.resubscribe() || !connection.resumedSession()) {
                subscribe(connection);
            }
            put(index, connection);
            LOG.info("MQTT {}: client {} is connected", name, idOf(index));
        } catch (MqttUnavailable | RuntimeException e) {
            if (closing) {
                return;
            }
            LOG.warn("MQTT {}: {} does not answer ({}), trying again", name, settings.url(), e.getMessage());
            if (connection != null) {
                connection.close();
            }
            connectLater(index, nextDelay, Math.min(nextDelay * 2, LAST_RETRY_MILLIS));
        }
    }

    /** All filters or none: a session with some of them would be taken for complete when it is resumed. */
    private void subscribe(MqttConnection connection) throws MqttUnavailable {
        try {
            connection.subscribe(filters, qos);
        } catch (MqttUnavailable e) {
            if (!connection.resumedSession()) {
                connection.closeSession();
            }
            throw e;
        }
    }

    private synchronized void put(int index, MqttConnection connection) throws MqttUnavailable {
        if (closing || index >= connections.length) {
            connection.close();
            return;
        }
        connections[index] = connection;
        if (!connection.isConnected()) {
            connections[index] = null;
            throw new MqttUnavailable("lost again at once", null);
        }
    }

    /** Whether the connection was that client's, and now is no longer. */
    private synchronized boolean remove(int index, MqttConnection connection) {
        if (closing || index >= connections.length || connections[index] != connection) {
            return false;
        }
        connections[index] = null;
        return true;
    }

    /**
     * Drains and closes the sessions of clients beyond the configured number, once the others are connected: when the last
     * member of a shared subscription leaves it, a broker may throw away what is queued for all of them.
     */
    private void retireSessions(int first) {
        for (int index = first; index < MOST && !closing; index++) {
            try (MqttConnection old = new MqttConnection(settings, idOf(index), listener)) {
                if (!isReady()) {
                    retireLater(index);
                    return;
                }
                old.connect();
                if (old.resumedSession() && !drained(old, idOf(index))) {
                    return; // the broker keeps it, and the next start goes on
                }
                old.closeSession();
            } catch (MqttUnavailable e) {
                LOG.debug("MQTT {}: cannot close the old session {} ({})", name, idOf(index), e.getMessage());
                retireLater(index);
                return;
            }
        }
    }

    private synchronized void retireLater(int first) {
        if (keeper != null && !closing) {
            keeper.schedule(() -> retireSessions(first), LAST_RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Takes what a session holds; whether nothing is left of it that is not acknowledged. */
    private boolean drained(MqttConnection old, String id) throws MqttUnavailable {
        LOG.info("MQTT {}: draining the session of {}, which the configuration no longer names", name, id);
        if (shared) {
            old.unsubscribe(filters); // its share goes to the others; what was queued for it alone would go with it
        }
        lastArrival.set(System.nanoTime());
        long deadline = System.nanoTime() + LONGEST_DRAIN.toNanos();
        while (System.nanoTime() - lastArrival.get() < QUIET.toNanos() || isInFlight(old)) {
            if (closing || Thread.currentThread().isInterrupted() || System.nanoTime() > deadline) {
                return false;
            }
            pause(20);
        }
        return !closing && old.isConnected();
    }

    private boolean isInFlight(MqttConnection connection) {
        return deliveries.values().stream().anyMatch(delivery -> delivery.connection() == connection);
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Delivery(MqttConnection connection, Mqtt5Publish message) {}

    /** Hands messages to Camel under a number of our own: packet ids are the same on different connections. */
    private final class Listener implements MqttConnection.Listener {

        @Override
        public void arrived(MqttConnection connection, Mqtt5Publish message) {
            if (closing) {
                return; // not acknowledged: the broker sends it again to the next start
            }
            if (isRetired(connection)) {
                lastArrival.set(System.nanoTime());
            }
            int handle = handles.incrementAndGet();
            deliveries.put(handle, new Delivery(connection, message));
            MqttMessage camels = new MqttMessage(
                    message.getPayloadAsBytes(),
                    message.getQos().getCode(),
                    message.isRetain(),
                    TraceContext.of(message));
            camels.setId(handle);
            try {
                callback.messageArrived(message.getTopic().toString(), camels);
            } catch (Exception e) {
                LOG.error("MQTT {}: a message was not taken and comes again with the next connection", name, e);
            }
        }

        @Override
        public void lost(MqttConnection connection, String why) {
            deliveries.values().removeIf(delivery -> delivery.connection() == connection);
            for (int i = 0; i < count; i++) {
                if (remove(i, connection)) {
                    LOG.warn("MQTT {}: client {} lost its connection ({})", name, idOf(i), why);
                    connectLater(i, FIRST_RETRY_MILLIS, 2 * FIRST_RETRY_MILLIS);
                }
            }
        }

        private boolean isRetired(MqttConnection connection) {
            for (MqttConnection current : connections) {
                if (current == connection) {
                    return false;
                }
            }
            return true;
        }
    }
}
