package io.caravan.ingest;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many messages the broker may send to one client before the first of them is acknowledged. Some brokers send more to a
 * client that takes up a session again (mosquitto before 2.0.13, Artemis 2.55). The client then has to leave (MQTT 5, 3.3.4), and every
 * connection would end as the one before; so from the first time on the broker may send as many as the protocol knows, and
 * memory is bounded by {@link InFlightBytes} alone. Thread-safe.
 */
final class ReceiveMaximum {

    private static final Logger LOG = LoggerFactory.getLogger(ReceiveMaximum.class);
    private static final int MOST = 65_535;

    private volatile int value;

    ReceiveMaximum(int configured) {
        this.value = configured;
    }

    /** What the next connection tells the broker. */
    int value() {
        return value;
    }

    /** Takes note of why a connection has ended: the broker may have sent more. */
    void ended(Throwable cause) {
        if (cause instanceof Mqtt5DisconnectException left
                && left.getMqttMessage().getReasonCode() == Mqtt5DisconnectReasonCode.RECEIVE_MAXIMUM_EXCEEDED) {
            exceeded();
        }
    }

    private synchronized void exceeded() {
        if (value < MOST) {
            LOG.warn(
                    "The MQTT broker sends more messages at once than caravan.mqtt.receive-maximum={} allows: it may",
                    value);
            value = MOST;
        }
    }
}
