package io.caravan.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Devices of two families that report in time, late, twice, and now and then nonsense, at a steady rate until it is stopped.
 * The messages depend on the seed and on the time of day alone.
 */
final class Load implements AutoCloseable {

    private static final int DEVICES = 20;
    private static final int REMEMBERED = 1_000;

    private final Publisher publisher;
    private final String prefix;
    private final Random random;
    private final Thread thread;
    private final List<Message> earlier = new ArrayList<>();
    private volatile boolean stopped;
    private volatile Throwable failure;
    private long number;

    /**
     * Starts to publish.
     *
     * @param prefix what the ids of the devices begin with
     * @param rate messages per second
     */
    Load(String mqttUrl, Journal journal, String prefix, long seed, int rate) {
        this.publisher = new Publisher(mqttUrl, journal);
        this.prefix = prefix;
        this.random = new Random(seed);
        this.thread = new Thread(() -> run(rate), "load");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(int rate) {
        long start = System.nanoTime();
        try {
            for (long sent = 0; !stopped; sent++) {
                long ahead = sent * 1_000_000_000L / rate - (System.nanoTime() - start);
                if (ahead > 1_000_000) {
                    Thread.sleep(ahead / 1_000_000);
                }
                publisher.publish(next());
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            failure = e;
        }
    }

    private Message next() {
        int kind = random.nextInt(100);
        if (kind < 5 && !earlier.isEmpty()) {
            return earlier.get(random.nextInt(earlier.size()));
        }
        number++;
        String device = prefix + number % DEVICES;
        if (kind < 7) {
            return Message.bad("iot/" + device + "/raw", "{broken " + number, "malformed-json");
        }
        // one in five is late: by milliseconds, seconds, minutes or weeks
        long late = random.nextInt(5) > 0 ? 0 : (long) Math.pow(random.nextInt(200), random.nextInt(4) + 1);
        long time = System.currentTimeMillis() - late;
        Message message = number % 2 == 0
                ? Message.building(device, time, number / 7.0, random.nextGaussian())
                : Message.breaker(device, time, number / 3.0, random.nextGaussian() * 1e6);
        if (earlier.size() < REMEMBERED) {
            earlier.add(message);
        } else {
            earlier.set(random.nextInt(REMEMBERED), message);
        }
        return message;
    }

    /** Stops, and returns when all that was sent is acknowledged. */
    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
        if (failure != null) {
            throw new AssertionError("The load ended early", failure);
        }
        publisher.awaitAcknowledged();
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
        publisher.close();
    }
}
