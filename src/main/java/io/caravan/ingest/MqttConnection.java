package io.caravan.ingest;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One connection of one client to the broker, with a durable session and acknowledgement by hand. It is used once: after
 * a loss a new one resumes the session, and an acknowledgement meant for the old one can never reach a message of the new.
 * While the process holds as many bytes as it may, nothing is read from the socket. A broker that is not heard for longer
 * than the keep-alive time counts as lost; connecting again waits for room.
 */
final class MqttConnection implements AutoCloseable, InFlightBytes.Valve {

    /** Receives messages, one after the other, and the loss of the connection. */
    interface Listener {
        void arrived(Delivery delivery);

        void lost(MqttConnection connection, String why);
    }

    private static final long FAREWELL_SECONDS = 2;
    private static final long LONGEST_TAKING_SECONDS = 1;
    /** One that no session has, of which the broker says so. */
    private static final String NO_FILTER = "caravan/leaves";

    private static final int KEEP_ALIVE_SECONDS = 30;
    private static final int IDLE_SECONDS = 10;

    private final Mqtt5AsyncClient client;
    private final MqttSettings settings;
    private final InFlightBytes inFlight;
    private final ReceiveMaximum receiveMaximum;
    private final Listener listener;
    private final Runnable begun;
    private final HostState state;

    private final Arrivals arrivals;

    /** Where messages are handed on, one after the other: what takes them may block, the thread that reads them must not. */
    private final ThreadPoolExecutor worker;

    private volatile boolean leaving;
    private volatile boolean lost;
    private boolean resumed;
    private int mostAtOnce;

    MqttConnection(
            MqttSettings settings,
            InFlightBytes inFlight,
            ReceiveMaximum receiveMaximum,
            String clientId,
            Listener listener,
            Runnable begun,
            HostState state) {
        this.begun = begun;
        this.state = state;
        this.settings = settings;
        this.inFlight = inFlight;
        this.arrivals = new Arrivals(inFlight);
        this.receiveMaximum = receiveMaximum;
        this.listener = listener;
        this.worker = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> daemon(task, clientId));
        worker.allowCoreThreadTimeOut(true);
        this.client = settings.client(clientId)
                .addConnectedListener(HiveMqInternals::connected)
                .addDisconnectedListener(context -> ended(context.getCause()))
                .buildAsync();
        // Before the connection stands, so that nothing that the broker kept for the session is dropped;
        // and on the thread that reads the socket, so that it stops reading in time.
        client.publishes(MqttGlobalPublishFilter.ALL, this::received, Runnable::run, true);
    }

    private void ended(Throwable cause) {
        lost = true;
        over();
        receiveMaximum.ended(cause);
        if (!leaving) {
            listener.lost(this, Answers.reason(cause));
        }
    }

    private static Thread daemon(Runnable task, String clientId) {
        Thread thread = new Thread(task, "mqtt-" + clientId);
        thread.setDaemon(true);
        return thread;
    }

    private void received(Mqtt5Publish message) {
        if (state != null && state.isOurs(message)) {
            message.acknowledge();
            if (state.isDenied(message) && !leaving) {
                client.publish(state.birth());
            }
            return;
        }
        Delivery delivery = new Delivery(this, message, inFlight);
        arrivals.add(delivery);
        handOn(delivery);
    }

    /** Tells the listener, after all that arrived before; not when the connection has gone: then it comes again. */
    void handOn(Delivery delivery) {
        worker.execute(() -> {
            if (isConnected()) {
                listener.arrived(delivery);
            } else {
                delivery.drop();
            }
        });
    }

    /** A delivery is done with: it is acknowledged, or comes again. */
    void settle(Delivery delivery) {
        arrivals.settle(delivery);
        if (lost) {
            over();
        }
    }

    /** Nothing is acknowledged any more: what is done with needs to wait for nothing, and the rest ends with its exchange. */
    private void over() {
        inFlight.leave(this);
        arrivals.forgetSettled();
    }

    Arrivals arrivals() {
        return arrivals;
    }

    /** Whether the broker may have more for this client than it may send at once: half of that is here and not done with. */
    boolean mayBeHeldBack() {
        return 2 * arrivals.size() >= mostAtOnce || inFlight.isFull();
    }

    @Override
    public void open(boolean open) {
        HiveMqInternals.setReads(client.getConfig(), open);
    }

    /** Connects; from here on messages of the session may arrive. */
    void connect() throws MqttUnavailable {
        mostAtOnce = receiveMaximum.value();
        var connect = client.connectWith();
        CompletableFuture<Mqtt5ConnAck> connected = (state == null ? connect : connect.willPublish(state.will()))
                .cleanStart(false)
                .sessionExpiryInterval(settings.sessionExpiry().toSeconds())
                .keepAlive(KEEP_ALIVE_SECONDS)
                .restrictions()
                .receiveMaximum(mostAtOnce)
                .applyRestrictions()
                .send()
                .thenApply(this::answered);
        try {
            resumed = Answers.await(connected).isSessionPresent();
        } catch (MqttUnavailable e) {
            connected.thenAccept(this::leaveUnread);
            throw e;
        }
        inFlight.join(this);
    }

    private Mqtt5ConnAck answered(Mqtt5ConnAck answer) {
        if (!answer.isSessionPresent()) {
            begun.run();
        }
        return answer;
    }

    /** Nobody reads it: it must not stay. Nor must a session without a subscription, which would be taken for one that has it. */
    private void leaveUnread(Mqtt5ConnAck answer) {
        if (answer.isSessionPresent()) {
            client.disconnect();
        } else {
            client.disconnectWith().sessionExpiryInterval(0).send();
        }
    }

    /** Whether the broker had a session of this client. */
    boolean resumedSession() {
        return resumed;
    }

    void subscribe(TopicFilters filters, int qos) throws MqttUnavailable {
        Answers.await(client.subscribe(filters.subscribe(qos)));
    }

    /** Says of this host application that it is online, where that is wanted; its own topic is to be subscribed. */
    void announce() throws MqttUnavailable {
        if (state != null) {
            subscribe(new TopicFilters(List.of(state.topic())), 1);
            publish(state.birth());
        }
    }

    /** Publishes a message, and waits until the broker has it. */
    void publish(Mqtt5Publish message) throws MqttUnavailable {
        Mqtt5PublishResult result = Answers.await(client.publish(message));
        if (result.getError().isPresent()) {
            throw new MqttUnavailable(
                    Answers.reason(result.getError().get()), result.getError().get());
        }
    }

    void unsubscribe(TopicFilters filters) throws MqttUnavailable {
        for (String filter : filters.all()) {
            Answers.await(unsubscribe(filter));
        }
    }

    private CompletableFuture<?> unsubscribe(String filter) {
        return client.unsubscribeWith().topicFilter(filter).send();
    }

    boolean isConnected() {
        return !lost && client.getState().isConnected();
    }

    /**
     * Leaves, when the broker has taken in what was acknowledged; it keeps the session for as long as was agreed when it was
     * connected.
     */
    @Override
    public void close() {
        if (isConnected()) {
            // The broker handles packets one after the other, and answers this one. The end of a connection may
            // overtake
            // acknowledgements (Artemis 2.55), and then what they are for comes again.
            awaitFarewell(unsubscribe(NO_FILTER), LONGEST_TAKING_SECONDS);
        }
        leave(client.disconnectWith());
    }

    /** Leaves, and the broker forgets the session. */
    void closeSession() {
        leave(client.disconnectWith().sessionExpiryInterval(0));
    }

    private void leave(Mqtt5DisconnectBuilder.Send<CompletableFuture<Void>> disconnect) {
        leaving = true;
        if (isConnected()) {
            if (state != null) {
                awaitFarewell(client.publish(state.death()), FAREWELL_SECONDS);
            }
            awaitFarewell(disconnect.send(), FAREWELL_SECONDS);
        }
        lost = true;
        over();
    }

    private static void awaitFarewell(CompletableFuture<?> word, long seconds) {
        try {
            Answers.await(word, seconds);
        } catch (MqttUnavailable e) {
            // the broker is gone, or does not listen: so is the connection
        }
    }
}
