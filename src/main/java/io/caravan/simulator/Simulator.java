package io.caravan.simulator;

import io.caravan.settings.UserError;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Devices of a family that publish through one link, over MQTT at QoS 1, each at its own rate and from a schedule that does
 * not drift. Survives the loss of its broker: it keeps up to {@link #WINDOW} messages waiting, drops what its devices
 * measure beyond that, and goes on when the broker is back. The counters may be read from any thread.
 */
public final class Simulator implements AutoCloseable {

    /** How many messages may wait for their acknowledgement. */
    static final int WINDOW = 10_000;

    private static final long CLOSE_NANOS = 5_000_000_000L;
    private static final long LONGEST_SLEEP_NANOS = 50_000_000L;

    private final Family family;
    private final long periodNanos;
    private final Schedule schedule;
    private final Clock clock;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile long sent;
    private volatile long dropped;
    private volatile boolean stopping;
    private Link link;
    private Thread thread;

    /**
     * @param devices how many, 1 or more
     * @param rate messages per second of each device, more than 0; a family that keeps pauses of its own overrules it
     */
    public Simulator(Family family, int devices, double rate) {
        this(family, devices, rate, Clock.systemUTC());
    }

    Simulator(Family family, int devices, double rate, Clock clock) {
        this.family = family;
        this.periodNanos = (long) (1e9 / rate);
        this.schedule = new Schedule(devices, periodNanos);
        this.clock = clock;
    }

    /**
     * Connects and begins to publish. Can be called once.
     *
     * @param mqttUrl as {@link MqttLink#connect}
     * @throws UserError when the broker cannot be reached
     */
    public void start(String mqttUrl) {
        start(MqttLink.connect(
                mqttUrl,
                "caravan-simulator-" + UUID.randomUUID(),
                family instanceof Attended attended ? attended : null));
    }

    /** Begins to publish over a link, which ends with the simulator. Can be called once. */
    public void start(Link to) {
        link = to;
        thread = new Thread(this::run, "simulator");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many messages were handed to the connection. */
    public long sent() {
        return sent;
    }

    /** How many messages the broker has acknowledged. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** How many messages the broker refused. */
    public long failed() {
        return failed.get();
    }

    /** How many messages were dropped because the broker was away for too long. */
    public long dropped() {
        return dropped;
    }

    /** Whether the connection is up right now. */
    public boolean connected() {
        return link != null && link.connected();
    }

    /** Stops publishing, waits up to 5 s for outstanding acknowledgements and disconnects. */
    @Override
    public void close() {
        if (thread == null) {
            return;
        }
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        long deadline = System.nanoTime() + CLOSE_NANOS;
        while (!interrupted && outstanding() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000L);
            interrupted = Thread.interrupted();
        }
        link.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private long outstanding() {
        return sent - acknowledged.get() - failed.get();
    }

    private void run() {
        long start = System.nanoTime();
        while (!stopping) {
            long wait = schedule.due() - (System.nanoTime() - start);
            if (wait > 0) {
                LockSupport.parkNanos(Math.min(wait, LONGEST_SLEEP_NANOS));
            } else {
                int device = schedule.device();
                Message message = family.next(device, Instant.now(clock));
                publish(family.deviceId(device), message);
                long pause =
                        message.pause() == null ? periodNanos : message.pause().toNanos();
                schedule.advance(pause, System.nanoTime() - start);
            }
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // written by this thread only
    private void publish(String device, Message message) {
        if (outstanding() >= WINDOW) {
            dropped++;
            return;
        }
        sent++;
        link.publish(device, message, failure -> (failure == null ? acknowledged : failed).incrementAndGet());
    }
}
