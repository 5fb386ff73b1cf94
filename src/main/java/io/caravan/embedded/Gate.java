package io.caravan.embedded;

import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.util.function.BooleanSupplier;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTInterceptor;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Lets in nobody but a few clients at first, as if the broker were not there: a broker acknowledges what is published before
 * anybody has subscribed to it, and keeps it for nobody. It is no protection, for a client's id is what the client says it is.
 * Thread-safe.
 */
final class Gate implements MQTTInterceptor {

    private final String first;
    private volatile BooleanSupplier ready = () -> false;
    private volatile boolean open;

    /** @param first what the ids of the clients begin with that may come at once; null where all may */
    Gate(String first) {
        this.first = first;
        this.open = first == null;
    }

    /** Opens it for all and for good, with the first CONNECT that finds this true. */
    void openWhen(BooleanSupplier ready) {
        this.ready = ready;
    }

    /** A CONNECT that is not let through ends its connection. */
    @Override
    public boolean intercept(MqttMessage packet, RemotingConnection connection) {
        if (open || !(packet instanceof MqttConnectMessage connect)) {
            return true;
        }
        if (ready.getAsBoolean()) {
            open = true;
            return true;
        }
        String id = connect.payload().clientIdentifier();
        return id != null && id.startsWith(first);
    }
}
