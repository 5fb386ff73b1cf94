package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clock of the application's host is put back by an hour, and forward, under load, while those of the devices are right. What
 * they send meanwhile seems to come from the future and is a dead letter, until it is replayed by the right clock.
 */
@Tag("faults")
class ClockIT {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final String FUTURE = "SELECT count(*) FROM dead_letters WHERE reason = 'timestamp-in-future'";

    @TempDir
    private Path folder;

    @Test
    void aClockThatIsWrongForAWhileCostsNothing() throws Exception {
        assumeTrue(HostClock.isPossible(), "needs a C compiler");
        HostClock clock = HostClock.make(folder);
        try (World world = World.start("clock-")) {
            World.Instance caravan = world.ready(clock.settings());
            try (Load load = world.load(Options.seed(), Options.rate())) {
                world.awaitMoreStored(Options.rate());
                clock.jump(HOUR.negated());
                awaitMore(world);
                // whatever connects again does so while the clock shows what it has shown before
                for (Server.Kind kind : Server.Kind.values()) {
                    world.server(kind).kill();
                    world.server(kind).start();
                    awaitMore(world);
                }
                assertThat(world.rows().count(FUTURE)).isPositive();

                clock.jump(Duration.ZERO);
                world.awaitMoreStored(5L * Options.rate());
                clock.jump(HOUR);
                world.awaitMoreStored(5L * Options.rate());
                clock.jump(Duration.ZERO);
                awaitMore(world);
                load.stop();
            }
            awaitAll(world);
            long letters = world.rows().count(FUTURE);
            // a request takes some of the letters
            world.awaitUntil(() -> {
                caravan.api().post("/api/dead-letters/replay?reason=timestamp-in-future", "");
                return world.rows()
                                .count(
                                        FUTURE
                                                + " AND dead_letter_state(replays, failed_replay, resolved_replay) <> 'resolved'")
                        == 0;
            });
            world.requireNothingWrong();
            assertThat(world.rows().count("SELECT count(*) FROM presence WHERE last_seen > now()"))
                    .as("devices that will have been seen")
                    .isZero();
            world.tell(
                    "the clock an hour behind, each server killed meanwhile, and an hour ahead: all of %d messages right,"
                            + " %d of them by replay",
                    world.journal().messages().size(), letters);
        }
    }

    private static void awaitMore(World world) throws Exception {
        world.awaitMoreAcknowledged(3L * Options.rate());
        awaitAll(world);
    }

    /** Waits until all that is on iot.raw by now has gone through enrich and store, whatever becomes of it. */
    private static void awaitAll(World world) throws Exception {
        long raw = world.kafka().records("iot.raw");
        world.awaitUntil(() -> world.kafka().read("caravan-enrich", "iot.raw") >= raw);
        long enriched = world.kafka().records("iot.enriched");
        long letters = world.kafka().records("iot.dlq");
        world.awaitUntil(() -> world.kafka().read("caravan-store", "iot.enriched") >= enriched
                && world.kafka().read("caravan-dead-letters", "iot.dlq") >= letters);
    }
}
