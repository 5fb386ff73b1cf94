package io.caravan.ingest;

import com.hivemq.client.internal.mqtt.MqttClientConnectionConfig;
import com.hivemq.client.internal.mqtt.message.publish.MqttPublish;
import com.hivemq.client.mqtt.MqttClientConfig;
import com.hivemq.client.mqtt.lifecycle.MqttClientConnectedContext;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What HiveMQ's client has and does not offer: all that may break with another version of it. */
final class HiveMqInternals {

    private static final int MOST_TOGETHER = 256;

    private HiveMqInternals() {}

    /** What a client is told when its connection stands. */
    static void connected(MqttClientConnectedContext context) {
        connection(context.getClientConfig()).ifPresent(connection -> {
            forgetsAtLoss(connection);
            acknowledgesTogether(connection);
        });
    }

    /**
     * Has HiveMQ's client end its own side of the session with the connection. It would keep all of it, messages and listeners,
     * until the broker's side expires, for a reconnect of the same client; here a new one takes the session over.
     */
    private static void forgetsAtLoss(MqttClientConnectionConfig connection) {
        connection.setSessionExpiryInterval(0);
    }

    /**
     * Has acknowledgements that are ready at the same time leave with one call of the operating system. HiveMQ's client makes a
     * call for each, which under load was a fiftieth of all processor time. Nothing waits for others to come.
     */
    private static void acknowledgesTogether(MqttClientConnectionConfig connection) {
        connection.getChannel().pipeline().addFirst(new FlushConsolidationHandler(MOST_TOGETHER, true));
    }

    /** Whether a client reads from its socket. */
    static void setReads(MqttClientConfig client, boolean reads) {
        connection(client)
                .ifPresent(connection -> connection.getChannel().config().setAutoRead(reads));
    }

    /** A message's payload, not to be changed. The client would copy it, and keeps its own as long as we keep ours. */
    static byte[] payload(Mqtt5Publish message) {
        ByteBuffer raw = ((MqttPublish) message).getRawPayload();
        return raw != null && raw.hasArray() && raw.arrayOffset() == 0 && raw.array().length == raw.limit()
                ? raw.array()
                : message.getPayloadAsBytes();
    }

    private static Optional<MqttClientConnectionConfig> connection(MqttClientConfig client) {
        return client.getConnectionConfig().map(MqttClientConnectionConfig.class::cast);
    }
}
