package io.caravan.ingest;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a number of clients connected and subscribed to the same topics, in the background and for as long as it takes: a
 * lost connection is made again with back-off. Thread-safe; opened once and closed once.
 */
final class MqttSubscription implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MqttSubscription.class);
    private static final long FIRST_RETRY_MILLIS = 500;
    private static final long LAST_RETRY_MILLIS = 10_000;

    private final Sessions sessions;
    private final TopicFilters filters;
    private final int qos;
    private final MqttConnection.Listener listener;
    private final MqttConnection[] connections;
    private final ScheduledThreadPoolExecutor keeper;
    private final Retirement retirement;

    /**
     * @param sessions whose first sessions are used
     * @param count how many
     * @param receiver told of every message, those of one connection one after the other
     */
    MqttSubscription(Sessions sessions, int count, TopicFilters filters, int qos, Consumer<Delivery> receiver) {
        this.sessions = sessions;
        this.filters = filters;
        this.qos = qos;
        this.listener = new Listener(receiver);
        this.connections = new MqttConnection[count];
        this.keeper = new ScheduledThreadPoolExecutor(
                1, task -> daemon(task, sessions.name()), new ThreadPoolExecutor.DiscardPolicy());
        keeper.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.retirement = new Retirement(keeper, () -> fault().isEmpty(), listener);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, "mqtt-keeper-" + name);
        thread.setDaemon(true);
        return thread;
    }

    void open() {
        LOG.info(
                "MQTT {}: {} client(s) read {} at {}",
                sessions.name(),
                connections.length,
                filters.all(),
                sessions.url());
        for (int i = 0; i < connections.length; i++) {
            connectLater(i, 0, FIRST_RETRY_MILLIS);
        }
        retire(new OldSessions(sessions, filters, connections.length, MqttClients.MOST));
    }

    /** Takes in what old sessions hold, and closes them, as soon as the others are connected and for as long as this is open. */
    void retire(OldSessions old) {
        retirement.take(old);
    }

    /** In one line, why not every client is connected and subscribed; empty where every one is. */
    synchronized Optional<String> fault() {
        long connected = Arrays.stream(connections)
                .filter(connection -> connection != null && connection.isConnected())
                .count();
        return connected == connections.length
                ? Optional.empty()
                : Optional.of(sessions.name() + ": " + connected + " of " + connections.length
                        + " clients are connected and subscribed");
    }

    /** The first client that is connected. */
    synchronized Optional<MqttConnection> connection() {
        return Arrays.stream(connections)
                .filter(connection -> connection != null && connection.isConnected())
                .findFirst();
    }

    /** Leaves; the broker keeps the sessions, and no connection takes one up any more. */
    @Override
    public void close() {
        endKeeping();
        leave();
    }

    /** Makes no connection any more; an old session that is about to end is waited for. */
    void endKeeping() {
        keeper.shutdown();
        try {
            retirement.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        keeper.shutdownNow();
    }

    private synchronized void leave() {
        SideBySide.run(Stream.of(connections).filter(Objects::nonNull).map(connection -> connection::close));
    }

    private boolean isClosed() {
        return keeper.isShutdown();
    }

    private void connectLater(int index, long delay, long nextDelay) {
        keeper.schedule(() -> connect(index, nextDelay), delay, TimeUnit.MILLISECONDS);
    }

    /** A client counts as connected when it is subscribed as well: one that is deaf must not look ready. */
    private void connect(int index, long nextDelay) {
        if (sessions.inFlight().isFull()) {
            connectLater(index, FIRST_RETRY_MILLIS, nextDelay); // what would come now had to wait at the broker anyway
            return;
        }
        try {
            connect(index);
        } catch (MqttUnavailable | RuntimeException e) {
            if (!isClosed()) {
                LOG.warn(
                        "MQTT {}: {} does not answer ({}), trying again",
                        sessions.name(),
                        sessions.url(),
                        e.getMessage());
                connectLater(index, nextDelay, Math.min(nextDelay * 2, LAST_RETRY_MILLIS));
            }
        }
    }

    private void connect(int index) throws MqttUnavailable {
        MqttConnection connection = sessions.connection(index, listener);
        try {
            connection.connect();
            if (!connection.resumedSession() || sessions.isToBeSubscribed(index)) {
                subscribe(connection);
                sessions.renewed(index);
            }
            connection.announce();
            put(index, connection);
            LOG.info("MQTT {}: client {} is connected", sessions.name(), sessions.clientId(index));
        } catch (MqttUnavailable | RuntimeException e) {
            connection.close();
            throw e;
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
        if (isClosed()) {
            connection.close();
        } else if (connection.isConnected()) {
            connections[index] = connection;
        } else {
            throw new MqttUnavailable("lost again at once", null);
        }
    }

    private final class Listener implements MqttConnection.Listener {

        private final Consumer<Delivery> receiver;

        Listener(Consumer<Delivery> receiver) {
            this.receiver = receiver;
        }

        @Override
        public void arrived(Delivery delivery) {
            receiver.accept(delivery);
        }

        @Override
        public void lost(MqttConnection connection, String why) {
            if (isClosed()) {
                return; // whoever closes holds the lock, and may wait for the thread that this is called on
            }
            synchronized (MqttSubscription.this) {
                for (int i = 0; i < connections.length && !isClosed(); i++) {
                    if (connections[i] == connection) {
                        connections[i] = null;
                        LOG.warn(
                                "MQTT {}: client {} lost its connection ({})",
                                sessions.name(),
                                sessions.clientId(i),
                                why);
                        connectLater(i, FIRST_RETRY_MILLIS, 2 * FIRST_RETRY_MILLIS);
                    }
                }
            }
        }
    }
}
