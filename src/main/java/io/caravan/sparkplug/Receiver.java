package io.caravan.sparkplug;

import io.caravan.decode.RawMessage;

/**
 * One edge node as one MQTT client of ours hears it. Two clients hear the same, but each in its own time: what one missed while
 * it was away, or hears late, must not change how the messages of the other are read. Immutable.
 *
 * @param client the id of the MQTT client, empty where nobody noted it
 */
record Receiver(String client, String tenant, String node) {

    static Receiver of(RawMessage.Place place, Topic topic) {
        return new Receiver(place.receivedBy(), topic.group(), topic.node());
    }
}
