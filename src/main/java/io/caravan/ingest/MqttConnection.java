package io.caravan.ingest;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;

/**
 * One connection of one client to the broker, with a durable session and acknowledgement by hand. It is used once: after
 * a loss a new one resumes the session, and an acknowledgement meant for the old one can never reach a message of the new.
 */
final class MqttConnection implements AutoCloseable {

    /** Receives messages and the loss of the connection, on the client's own threads. */
    interface Listener {
        void arrived(MqttConnection connection, String topic, MqttMessage message) throws Exception;

        void lost(MqttConnection connection, String why);
    }

    private static final long ANSWER_MILLIS = 10_000;
    /** Retained messages come when the subscription is new, not with every reconnect (MQTT 5, 3.8.3.1). */
    private static final int RETAINED_ONCE = 1;

    private final MqttAsyncClient client;
    private final MqttSettings settings;
    private boolean resumed;

    MqttConnection(MqttSettings settings, String clientId, Listener listener) throws MqttException {
        this.settings = settings;
        this.client = new MqttAsyncClient(settings.url(), clientId, new MemoryPersistence());
        client.setManualAcks(true);
        client.setCallback(new MqttCallback() {
            @Override
            public void messageArrived(String topic, MqttMessage message) throws Exception {
                listener.arrived(MqttConnection.this, topic, message);
            }

            @Override
            public void disconnected(MqttDisconnectResponse response) {
                String reason = response.getReasonString();
                Throwable cause = response.getException();
                listener.lost(
                        MqttConnection.this,
                        reason != null
                                ? reason
                                : cause != null ? cause.getMessage() : "the broker closed the connection");
            }

            @Override
            public void mqttErrorOccurred(MqttException exception) {
                // followed by disconnected() where it matters
            }

            @Override
            public void deliveryComplete(IMqttToken token) {
                // nothing is published
            }

            @Override
            public void connectComplete(boolean reconnect, String serverUri) {
                // connect() waits for it
            }

            @Override
            public void authPacketArrived(int reasonCode, MqttProperties properties) {
                // no enhanced authentication
            }
        });
    }

    /** Connects; from here on messages of the session may arrive. */
    void connect() throws MqttException {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setCleanStart(false);
        options.setAutomaticReconnect(false);
        options.setSessionExpiryInterval(settings.sessionExpiry().toSeconds());
        options.setReceiveMaximum(settings.receiveMaximum());
        options.setConnectionTimeout((int) (ANSWER_MILLIS / 1_000));
        options.setKeepAliveInterval(30);
        if (settings.username() != null) {
            options.setUserName(settings.username());
        }
        if (settings.password() != null) {
            options.setPassword(settings.password().getBytes(StandardCharsets.UTF_8));
        }
        IMqttToken token = client.connect(options);
        token.waitForCompletion(ANSWER_MILLIS);
        resumed = token.getSessionPresent();
    }

    /** Whether the broker had a session of this client. */
    boolean resumedSession() {
        return resumed;
    }

    /** @throws MqttException also when the broker grants less than what is asked for */
    void subscribe(Iterable<String> filters, int qos) throws MqttException {
        for (String filter : filters) {
            MqttSubscription subscription = new MqttSubscription(filter, qos);
            if (!filter.startsWith("$share/")) {
                subscription.setRetainHandling(RETAINED_ONCE);
            }
            IMqttToken token = client.subscribe(subscription);
            token.waitForCompletion(ANSWER_MILLIS);
            for (int granted : token.getReasonCodes()) {
                if (granted != qos) {
                    throw new MqttException(granted);
                }
            }
        }
    }

    void unsubscribe(Iterable<String> filters) throws MqttException {
        for (String filter : filters) {
            client.unsubscribe(filter).waitForCompletion(ANSWER_MILLIS);
        }
    }

    void acknowledge(int packetId, int qos) throws MqttException {
        client.messageArrivedComplete(packetId, qos);
    }

    boolean isConnected() {
        return client.isConnected();
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
        try {
            if (client.isConnected()) {
                MqttProperties properties = new MqttProperties();
                properties.setSessionExpiryInterval(expiry.toSeconds());
                client.disconnect(0, null, null, MqttReturnCode.RETURN_CODE_SUCCESS, properties)
                        .waitForCompletion(ANSWER_MILLIS);
            }
        } catch (MqttException e) {
            // the broker is gone: so is the connection
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            // nothing left to free
        }
    }
}
