package io.caravan.simulator;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.UserError;
import io.reactivex.schedulers.Schedulers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * One MQTT 5 connection that publishes at QoS 1. Once it was up, a lost connection is taken up again with back-off (a
 * quarter of a second to ten seconds), for ever; what was not acknowledged is sent again within the same session.
 * Thread-safe.
 */
public final class MqttLink implements AutoCloseable {

    private static final long CONNECT_SECONDS = 10;
    private static final long SESSION_SECONDS = 600;
    private static final long LONGEST_DELAY_MILLIS = 10_000;

    private final Mqtt5AsyncClient client;
    private volatile boolean wasConnected;
    private volatile boolean closed;

    private MqttLink(URI url, String clientId) {
        Mqtt5ClientBuilder builder = MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost(url.getHost())
                .serverPort(port(url))
                .executorConfig()
                // Acknowledgements are told on the connection's own thread: a hop to another costs more than the rest.
                .applicationScheduler(Schedulers.trampoline())
                .applyExecutorConfig()
                .addConnectedListener(context -> leaveIfClosed())
                .addDisconnectedListener(this::reconnect);
        if (isTls(url)) {
            builder = builder.sslWithDefaultConfig();
        }
        if (url.getUserInfo() != null) {
            String[] login = url.getUserInfo().split(":", 2);
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
        URI uri = parse(url);
        MqttLink link = new MqttLink(uri, clientId);
        try {
            link.client
                    .connectWith()
                    .cleanStart(false)
                    .sessionExpiryInterval(SESSION_SECONDS)
                    .send()
                    .get(CONNECT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw unreachable(uri, e.getCause());
        } catch (TimeoutException e) {
            link.client.disconnect();
            throw unreachable(uri, new TimeoutException("no answer within " + CONNECT_SECONDS + " s"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(uri, e);
        }
        link.wasConnected = true;
        return link;
    }

    /** Whether the connection is up right now. */
    public boolean connected() {
        return client.getState().isConnected();
    }

    /**
     * Publishes at QoS 1.
     *
     * @param payload must not change any more
     * @param done told null when the broker has acknowledged it, else the reason; on a thread of the connection, so it must
     *     be quick
     */
    public void publish(MqttTopic topic, byte[] payload, Consumer<Throwable> done) {
        client.publish(Mqtt5Publish.builder()
                        .topic(topic)
                        .payload(payload)
                        .qos(MqttQos.AT_LEAST_ONCE)
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
            client.disconnectWith().sessionExpiryInterval(0).send().join();
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
            context.getReconnector().reconnect(true).delay(delay, TimeUnit.MILLISECONDS);
        }
    }

    private static URI parse(String url) {
        try {
            URI uri = URI.create(url);
            boolean known = uri.getScheme() != null && uri.getScheme().matches("tcp|mqtt|ssl|mqtts");
            if (known && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new UserError("The MQTT URL must look like tcp://127.0.0.1:1883, not '" + url + "'");
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return isTls(url) ? MqttClient.DEFAULT_SERVER_PORT_SSL : MqttClient.DEFAULT_SERVER_PORT;
    }

    private static boolean isTls(URI url) {
        return url.getScheme().matches("ssl|mqtts");
    }

    private static UserError unreachable(URI url, Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        String why = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new UserError(
                "Cannot connect to the MQTT broker at " + url.getHost() + ":" + port(url) + ": " + why, cause);
    }
}
