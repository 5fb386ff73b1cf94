package io.caravan.ingest;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import io.caravan.UserError;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One connection of one client to the broker, with a durable session and acknowledgement by hand. It is used once: after
 * a loss a new one resumes the session, and an acknowledgement meant for the old one can never reach a message of the new.
 */
final class MqttConnection implements AutoCloseable {

    /** Receives messages, one after the other, and the loss of the connection. */
    interface Listener {
        void arrived(MqttConnection connection, Mqtt5Publish message);

        void lost(MqttConnection connection, String why);
    }

    /**
     * Where messages are handed on, those of one connection one after the other. Never shut down: the client reports the end
     * of a session to it some time after the connection has been closed. Idle threads end by themselves.
     */
    private static final ExecutorService WORKERS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "mqtt-messages");
        thread.setDaemon(true);
        return thread;
    });

    private static final long ANSWER_SECONDS = 10;
    private static final int KEEP_ALIVE_SECONDS = 30;

    private final Mqtt5AsyncClient client;
    private final MqttSettings settings;
    private volatile boolean leaving;
    private volatile boolean lost;
    private boolean resumed;

    MqttConnection(MqttSettings settings, String clientId, Listener listener) {
        this.settings = settings;
        URI url = URI.create(settings.url());
        if (url.getHost() == null) {
            throw new UserError(
                    "caravan.mqtt.url must be tcp://host:port or ssl://host:port, not '" + settings.url() + "'");
        }
        boolean tls = "ssl".equals(url.getScheme()) || "mqtts".equals(url.getScheme());
        Mqtt5ClientBuilder builder = Mqtt5Client.builder()
                .identifier(clientId)
                .serverHost(url.getHost())
                .serverPort(url.getPort() > 0 ? url.getPort() : tls ? 8883 : 1883)
                .addDisconnectedListener(context -> {
                    lost = true;
                    if (!leaving) {
                        listener.lost(this, reason(context.getCause()));
                    }
                });
        if (tls) {
            builder = builder.sslConfig(MqttClientSslConfig.builder().build());
        }
        if (settings.username() != null) {
            var auth = builder.simpleAuth().username(settings.username());
            builder = settings.password() == null
                    ? auth.applySimpleAuth()
                    : auth.password(settings.password().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                            .applySimpleAuth();
        }
        this.client = builder.buildAsync();
        // Before the connection stands, so that nothing that the broker kept for the session is dropped.
        client.publishes(MqttGlobalPublishFilter.ALL, message -> listener.arrived(this, message), WORKERS, true);
    }

    /** Connects; from here on messages of the session may arrive. */
    void connect() throws MqttUnavailable {
        resumed = answer(client.connectWith()
                        .cleanStart(false)
                        .sessionExpiryInterval(settings.sessionExpiry().toSeconds())
                        .keepAlive(KEEP_ALIVE_SECONDS)
                        .restrictions()
                        .receiveMaximum(settings.receiveMaximum())
                        .applyRestrictions()
                        .send())
                .isSessionPresent();
    }

    /** Whether the broker had a session of this client. */
    boolean resumedSession() {
        return resumed;
    }

    /**
     * Subscribes all filters with one packet, so that a session has all of them or none. Retained messages come when a
     * subscription is new, not with every reconnect (MQTT 5, 3.8.3.1).
     */
    void subscribe(Collection<String> filters, int qos) throws MqttUnavailable {
        List<Mqtt5Subscription> subscriptions = new ArrayList<>();
        for (String filter : filters) {
            boolean shared = filter.startsWith("$share/");
            subscriptions.add(Mqtt5Subscription.builder()
                    .topicFilter(filter)
                    .qos(MqttQos.fromCode(qos))
                    .retainHandling(
                            shared
                                    ? Mqtt5RetainHandling.DO_NOT_SEND
                                    : Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST)
                    .build());
        }
        answer(client.subscribe(
                Mqtt5Subscribe.builder().addSubscriptions(subscriptions).build()));
    }

    void unsubscribe(Iterable<String> filters) throws MqttUnavailable {
        for (String filter : filters) {
            answer(client.unsubscribe(
                    Mqtt5Unsubscribe.builder().topicFilter(filter).build()));
        }
    }

    boolean isConnected() {
        return !lost && client.getState().isConnected();
    }

    /** Leaves; the broker keeps the session. */
    @Override
    public void close() {
        disconnect(settings.sessionExpiry());
    }

    /** Leaves, and the broker forgets the session. */
    void closeSession() {
        disconnect(Duration.ZERO);
    }

    private void disconnect(Duration expiry) {
        leaving = true;
        try {
            if (client.getState().isConnected()) {
                answer(client.disconnectWith()
                        .sessionExpiryInterval(expiry.toSeconds())
                        .send());
            }
        } catch (MqttUnavailable e) {
            // the broker is gone: so is the connection
        }
    }

    private static <T> T answer(CompletableFuture<T> future) throws MqttUnavailable {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new MqttUnavailable(reason(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new MqttUnavailable("no answer within " + ANSWER_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttUnavailable("interrupted", e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
