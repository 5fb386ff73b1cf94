package io.caravan.simulator;

import java.time.Duration;

/**
 * One MQTT message of a simulated device.
 *
 * @param topic where it goes
 * @param payload its bytes; the receiver of the record may keep them
 * @param pause how long the device is silent after it, null where the rate of the simulator decides
 * @param contentType what it says that the payload is, null where it does not
 */
public record Message(String topic, byte[] payload, Duration pause, String contentType) {

    /** A message that does not say what its payload is. */
    public Message(String topic, byte[] payload, Duration pause) {
        this(topic, payload, pause, null);
    }

    /** A message after which the device waits as long as the simulator's rate says. */
    public Message(String topic, byte[] payload) {
        this(topic, payload, null);
    }
}
