package io.caravan.faults;

import java.time.Duration;
import java.util.List;

/** A well-behaved device that measures how long its messages take until they are stored. Used by one thread. */
final class Probe implements AutoCloseable {

    private static final long EVERY_MILLIS = 20;

    private final World world;
    private final Publisher publisher;
    private final String device;

    Probe(World world, String device) {
        this.world = world;
        this.publisher = world.publisher();
        this.device = device;
    }

    /** Publishes for some time, waits until all of it is stored, and tells median and 99th percentile in words. */
    String run(Duration duration) throws Exception {
        long begin = System.currentTimeMillis();
        for (long millis = begin; millis < begin + duration.toMillis(); millis += EVERY_MILLIS) {
            Thread.sleep(Math.max(0, millis - System.currentTimeMillis()));
            publisher.publish(Message.breaker(device, System.currentTimeMillis(), millis - begin, 1));
        }
        publisher.awaitAcknowledged();
        world.requireNothingWrong();
        // the database keeps the time of each commit
        List<String> quantiles = world.rows()
                .list("SELECT format('%s stored, p50 %s ms, p99 %s ms', count(*),"
                        + " round(1000 * percentile_disc(0.5) WITHIN GROUP (ORDER BY delay)),"
                        + " round(1000 * percentile_disc(0.99) WITHIN GROUP (ORDER BY delay)))"
                        + " FROM (SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - ts) AS delay FROM readings"
                        + " WHERE device_id = '" + device + "' AND metric = 'voltage.phase_a'"
                        + " AND ts >= to_timestamp(" + begin + " / 1000.0)) AS delays");
        return quantiles.get(0);
    }

    @Override
    public void close() {
        publisher.close();
    }
}
