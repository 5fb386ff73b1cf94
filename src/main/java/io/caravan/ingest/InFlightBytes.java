package io.caravan.ingest;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of messages this process may hold between their receipt over MQTT and Kafka's acknowledgement. Where there
 * are as many, or more by one message of each connection, the connections stop reading until half of it has gone: what they
 * do not read stays at the broker. Thread-safe.
 */
public final class InFlightBytes {

    /** What a connection does about it. */
    interface Valve {
        void open(boolean open);
    }

    /** What a message takes beside its payload, on its way through a route. */
    private static final int PER_MESSAGE = 2_048;

    private final long limit;
    private final AtomicLong bytes = new AtomicLong();
    private final Set<Valve> valves = ConcurrentHashMap.newKeySet();
    private volatile boolean full;

    /** @param limit in bytes */
    public InFlightBytes(long limit, MeterRegistry meters) {
        this.limit = limit;
        Gauge.builder("caravan.mqtt.in.flight.bytes", bytes, AtomicLong::get)
                .description("Bytes of messages that have arrived over MQTT and that Kafka has not acknowledged")
                .baseUnit("bytes")
                .register(meters);
    }

    /** Counts a message in; the answer is to be given back. */
    long take(int payload) {
        long charge = payload + PER_MESSAGE;
        if (bytes.addAndGet(charge) >= limit && !full) {
            turn();
        }
        return charge;
    }

    void give(long charge) {
        if (bytes.addAndGet(-charge) <= limit / 2 && full) {
            turn();
        }
    }

    boolean isFull() {
        return full;
    }

    /** Has a valve closed whenever there is no room, from now on. */
    synchronized void join(Valve valve) {
        valves.add(valve);
        valve.open(!full);
    }

    void leave(Valve valve) {
        valves.remove(valve);
    }

    private synchronized void turn() {
        boolean now = full ? bytes.get() > limit / 2 : bytes.get() >= limit;
        if (now != full) {
            full = now;
            valves.forEach(valve -> valve.open(!now));
        }
    }
}
