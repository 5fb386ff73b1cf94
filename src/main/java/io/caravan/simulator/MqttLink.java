package io.caravan.simulator;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.lifecycle.Mqtt5ClientReconnector;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.settings.MqttAddress;
import io.caravan.settings.UserError;
import io.reactivex.schedulers.Schedulers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One MQTT 5 connection that publishes at QoS 1. Once it was up, a lost connection is taken up again with back-off (a
 * quarter of a second to ten seconds), for ever; what was not acknowledged is sent again, also when the broker has lost the
 * session. Thread-safe.
 */
public final class MqttLink implements Link {

    private static final long CONNECT_SECONDS = 10;
    private static final long SESSION_SECONDS = 600;
    private static final long LONGEST_DELAY_MILLIS = 10_000;

    private final Mqtt5AsyncClient client;
    private volatile boolean wasConnected;
    private volatile boolean closed;

    private final Attended devices;

    private MqttLink(MqttAddress broker, String clientId, Attended devices) {
        this.devices = devices;
        Mqtt5ClientBuilder builder = MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost(broker.host())
                .serverPort(broker.port())
                .executorConfig()
                // Acknowledgements are told on the connection's own thread: a hop to another costs more than the rest.
                .applicationScheduler(Schedulers.trampoline())
                .applyExecutorConfig()
                .addConnectedListener(context -> {
                    leaveIfClosed();
                    if (devices != null) {
                        devices.connected();
                    }
                })
                .addDisconnectedListener(this::reconnect);
        if (broker.tls()) {
            builder = builder.sslWithDefaultConfig();
        }
        if (broker.userInfo() != null) {
            String[] login = broker.userInfo().split(":", 2);
            builder = builder.simpleAuth()
                    .username(login[0])
                    .password((login.length > 1 ? login[1] : "").getBytes(StandardCharsets.UTF_8))
                    .applySimpleAuth();
        }
        client = builder.buildAsync();
    }

    /**
     * Connects.
     *
     * @param url {@code tcp://host:port}, also with {@code mqtt:}, {@code ssl:} or {@code mqtts:}, and {@code user:password@}
     * @throws UserError when the URL is none, or the broker cannot be reached or refuses
     */
    public static MqttLink connect(String url, String clientId) {
        return connect(url, clientId, null);
    }

    /**
     * Connects.
     *
     * @param devices are told of the connection, and leave their will; or null
     * @throws UserError as {@link #connect(String, String)}
     */
    static MqttLink connect(String url, String clientId, Attended devices) {
        MqttAddress broker = parse(url);
        MqttLink link = new MqttLink(broker, clientId, devices);
        try {
            (devices == null
                            ? link.client.connectWith()
                            : link.client.connectWith().willPublish(link.will()))
                    .cleanStart(false)
                    .sessionExpiryInterval(SESSION_SECONDS)
                    .send()
                    .get(CONNECT_SECONDS, TimeUnit.SECONDS);
            link.hearCommands();
        } catch (ExecutionException e) {
            throw unreachable(broker, e.getCause());
        } catch (TimeoutException e) {
            link.client.disconnect();
            throw unreachable(broker, new TimeoutException("no answer within " + CONNECT_SECONDS + " s"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(broker, e);
        }
        link.wasConnected = true;
        return link;
    }

    private Mqtt5Publish will() {
        Message will = devices.will();
        return Mqtt5Publish.builder()
                .topic(will.topic())
                .payload(will.payload())
                .qos(MqttQos.AT_LEAST_ONCE)
                .build();
    }

    private void hearCommands() throws InterruptedException, ExecutionException, TimeoutException {
        if (devices != null) {
            client.subscribeWith()
                    .topicFilter(devices.commands())
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .callback(command -> devices.command(command.getPayloadAsBytes()))
                    .send()
                    .get(CONNECT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Whether the connection is up right now. */
    @Override
    public boolean connected() {
        return client.getState().isConnected();
    }

    /** Publishes at QoS 1 to the topic that the message names. */
    @Override
    public void publish(String device, Message message, Consumer<Throwable> done) {
        publish(MqttTopic.of(message.topic()), message.payload(), message.contentType(), done);
    }

    /**
     * Publishes at QoS 1.
     *
     * @param payload must not change any more
     * @param done told null when the broker has acknowledged it, else the reason; on a thread of the connection, so it must
     *     be quick
     */
    public void publish(MqttTopic topic, byte[] payload, Consumer<Throwable> done) {
        publish(topic, payload, null, done);
    }

    /**
     * As {@link #publish(MqttTopic, byte[], Consumer)}.
     *
     * @param contentType what the payload is, or null
     */
    public void publish(MqttTopic topic, byte[] payload, String contentType, Consumer<Throwable> done) {
        client.publish(Mqtt5Publish.builder()
                        .topic(topic)
                        .payload(payload)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .contentType(contentType)
                        .build())
                .whenComplete((result, failure) -> done.accept(
                        failure != null ? failure : result.getError().orElse(null)));
    }

    /** Disconnects and lets the broker forget the session. */
    @Override
    public void close() {
        closed = true;
        if (!connected()) {
            return;
        }
        try {
            client.disconnectWith()
                    .reasonCode(
                            devices == null
                                    ? Mqtt5DisconnectReasonCode.NORMAL_DISCONNECTION
                                    : Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                    .sessionExpiryInterval(0)
                    .send()
                    .join();
        } catch (CompletionException e) {
            // The connection went down just now: there is nothing left to close.
        }
    }

    /** A reconnect that was on its way when the link was closed must not bring it back to life. */
    private void leaveIfClosed() {
        if (closed) {
            client.disconnectWith().sessionExpiryInterval(0).send();
        }
    }

    private void reconnect(MqttClientDisconnectedContext context) {
        if (wasConnected && !closed) {
            int attempts = Math.min(context.getReconnector().getAttempts(), 6);
            long delay = Math.min(LONGEST_DELAY_MILLIS, 250L << attempts);
            context.getReconnector()
                    .reconnect(true)
                    .republishIfSessionExpired(true)
                    .delay(delay, TimeUnit.MILLISECONDS);
            if (devices != null) {
                ((Mqtt5ClientReconnector) context.getReconnector())
                        .connectWith()
                        .cleanStart(false)
                        .sessionExpiryInterval(SESSION_SECONDS)
                        .willPublish(will())
                        .applyConnect();
            }
        }
    }

    private static MqttAddress parse(String url) {
        try {
            return MqttAddress.of(url);
        } catch (IllegalArgumentException e) {
            throw new UserError("The MQTT URL must look like tcp://127.0.0.1:1883, not '" + url + "'");
        }
    }

    private static UserError unreachable(MqttAddress broker, Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        String why = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new UserError(
                "Cannot connect to the MQTT broker at " + broker.host() + ":" + broker.port() + ": " + why, cause);
    }
}
