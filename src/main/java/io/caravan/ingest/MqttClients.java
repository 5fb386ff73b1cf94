package io.caravan.ingest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several connections of one dialect that look to Camel's MQTT consumer like one client. It promises:
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
        super(settings.url(), settings.clientId() + '-' + name, new MemoryPersistence());
        this.settings = settings;
        this.name = name;
        this.count = count;
        this.shared = shared;
    }

    /** Connects all clients; called when the route starts, and again whenever it is started anew. */
    @Override
    public synchronized void setCallback(MqttCallback callback) {
        disconnectAll();
        this.callback = callback;
        closing = false;
        MqttConnection[] fresh = new MqttConnection[count];
        connections = fresh;
        try {
            for (int i = 0; i < count; i++) {
                fresh[i] = connected(i);
            }
        } catch (MqttException e) {
            disconnectAll();
            throw new BrokerUnavailable(settings.url(), e);
        }
    }

    @Override
    public synchronized org.eclipse.paho.mqttv5.client.IMqttToken subscribe(String topics, int qos)
            throws MqttException {
        List<String> wanted = new ArrayList<>();
        for (String filter : topics.split(",")) {
            wanted.add(shared ? "$share/" + settings.shareGroup() + '/' + filter.strip() : filter.strip());
        }
        filters = wanted;
        this.qos = qos;
        for (MqttConnection connection : connections) {
            if (settings.resubscribe() || !connection.resumedSession()) {
                connection.subscribe(filters, qos);
            }
        }
        keeper = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "mqtt-keeper-" + name);
            thread.setDaemon(true);
            return thread;
        });
        keeper.execute(this::retireSessions);
        LOG.info("MQTT {}: {} client(s) read {} at {}", name, count, filters, settings.url());
        return null;
    }

    @Override
    public void messageArrivedComplete(int handle, int qos) throws MqttException {
        Delivery delivery = deliveries.remove(handle);
        if (delivery != null && qos > 0) {
            delivery.connection().acknowledge(delivery.packetId(), qos);
        }
    }

    /** Whether every client is connected and subscribed. */
    public boolean isReady() {
        MqttConnection[] current = connections;
        if (filters.isEmpty() || current.length == 0) {
            return false;
        }
        for (MqttConnection connection : current) {
            if (connection == null || !connection.isConnected()) {
                return false;
            }
        }
        return true;
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

    private MqttConnection connected(int index) throws MqttException {
        MqttConnection connection = new MqttConnection(settings, idOf(index), listener);
        try {
            connection.connect();
        } catch (MqttException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    private String idOf(int index) {
        return getClientId() + '-' + (index + 1);
    }

    private synchronized void retryLater(int index, long delay) {
        if (keeper != null) {
            keeper.schedule(() -> reconnect(index, delay), delay, TimeUnit.MILLISECONDS);
        }
    }

    private void reconnect(int index, long delay) {
        if (closing) {
            return;
        }
        MqttConnection connection = connections[index];
        if (connection.isConnected()) {
            return; // a loss and the failure that followed from it were both reported
        }
        try {
            connection = connected(index);
            connections[index] = connection;
            if (settings.resubscribe() || !connection.resumedSession()) {
                connection.subscribe(filters, qos);
            }
            LOG.info("MQTT {}: client {} is connected again", name, idOf(index));
        } catch (MqttException | RuntimeException e) {
            LOG.warn("MQTT {}: {} does not answer ({}), trying again", name, settings.url(), e.getMessage());
            connection.close(); // connected but not subscribed, it would be deaf
            retryLater(index, Math.min(delay * 2, LAST_RETRY_MILLIS));
        }
    }

    /** Drains and closes the sessions of clients beyond the configured number. */
    private void retireSessions() {
        for (int index = count; index < MOST && !closing; index++) {
            try (MqttConnection old = new MqttConnection(settings, idOf(index), listener)) {
                old.connect();
                if (old.resumedSession() && !drained(old, idOf(index))) {
                    return; // the broker keeps it, and the next start goes on
                }
                old.closeSession();
            } catch (MqttException e) {
                if (!closing) {
                    LOG.warn("MQTT {}: cannot close the old session {} ({})", name, idOf(index), e.getMessage());
                }
                return;
            }
        }
    }

    /** Takes what a session holds; whether nothing is left of it that is not acknowledged. */
    private boolean drained(MqttConnection old, String id) throws MqttException {
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

    private record Delivery(MqttConnection connection, int packetId) {}

    /** Hands messages to Camel under a number of our own: packet ids are the same on different connections. */
    private final class Listener implements MqttConnection.Listener {

        @Override
        public void arrived(MqttConnection connection, String topic, MqttMessage message) throws Exception {
            if (closing) {
                return; // not acknowledged: the broker sends it again to the next start
            }
            if (isRetired(connection)) {
                lastArrival.set(System.nanoTime());
            }
            int handle = handles.incrementAndGet();
            deliveries.put(handle, new Delivery(connection, message.getId()));
            message.setId(handle);
            callback.messageArrived(topic, message);
        }

        @Override
        public void lost(MqttConnection connection, String why) {
            deliveries.values().removeIf(delivery -> delivery.connection() == connection);
            MqttConnection[] current = connections;
            for (int i = 0; i < current.length; i++) {
                if (current[i] == connection && !closing) {
                    LOG.warn("MQTT {}: client {} lost its connection ({})", name, idOf(i), why);
                    retryLater(i, FIRST_RETRY_MILLIS);
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
