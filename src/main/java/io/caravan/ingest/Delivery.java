package io.caravan.ingest;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.ByteBuffer;

/** A message that has arrived on a connection and is not acknowledged yet. Thread-safe. */
final class Delivery {

    private final MqttConnection connection;
    private final Mqtt5Publish message;
    private final long charge;

    /** Guarded by {@link Arrivals}. */
    boolean settled;

    Delivery(MqttConnection connection, Mqtt5Publish message, InFlightBytes inFlight) {
        this.connection = connection;
        this.message = message;
        this.charge =
                inFlight.take(message.getPayload().map(ByteBuffer::remaining).orElse(0));
    }

    MqttConnection connection() {
        return connection;
    }

    Mqtt5Publish message() {
        return message;
    }

    /** What is given back to {@link InFlightBytes}. */
    long charge() {
        return charge;
    }

    /** The payload's bytes, not to be changed. */
    byte[] payload() {
        return HiveMqInternals.payload(message);
    }

    /** Tells the broker that it has arrived, unless its connection has gone meanwhile: then it comes again on the next. */
    void acknowledge() {
        if (connection.isConnected()) {
            message.acknowledge();
        }
        connection.settle(this);
    }

    /** Forgets it without a word to the broker, which sends it again when its connection has gone. */
    void drop() {
        connection.settle(this);
    }
}
