package io.caravan.ingest;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has arrived on one connection and is not done with, in order. Acknowledgements leave in this order (MQTT 5, 4.6), and
 * the client keeps what waits for its turn: so does the count of the bytes. Thread-safe.
 */
final class Arrivals {

    private final InFlightBytes inFlight;
    private final Deque<Delivery> deliveries = new ArrayDeque<>();
    private long arrived;

    Arrivals(InFlightBytes inFlight) {
        this.inFlight = inFlight;
    }

    synchronized void add(Delivery delivery) {
        arrived++;
        deliveries.add(delivery);
    }

    /** A delivery counts until all that arrived before it is done with as well. */
    synchronized void settle(Delivery delivery) {
        delivery.settled = true;
        while (!deliveries.isEmpty() && deliveries.peek().settled) {
            inFlight.give(deliveries.remove().charge());
        }
    }

    /** The connection has gone: what is done with needs to wait for nothing any more. */
    synchronized void forgetSettled() {
        deliveries.removeIf(delivery -> {
            if (delivery.settled) {
                inFlight.give(delivery.charge());
            }
            return delivery.settled;
        });
    }

    /** How much has arrived in all. */
    synchronized long arrived() {
        return arrived;
    }

    /** How much has arrived that is not done with, or waits for what arrived before. */
    synchronized int size() {
        return deliveries.size();
    }

    /** How much of it is done with: what arrived first. */
    synchronized long done() {
        return arrived - deliveries.size();
    }
}
