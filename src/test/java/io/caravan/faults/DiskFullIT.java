package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The disk of the database is full for a while, under load. Needs root, to make a small one. */
@Tag("faults")
class DiskFullIT {

    private static final int MEGABYTES = 300;
    private static final Duration RECOVERY = Duration.ofSeconds(20);

    @Test
    void whatADatabaseWithoutRoomDoesNotTakeIsStoredOnceThereIsRoom() throws Exception {
        assumeTrue(SmallDisk.isPossible(), "only root can make a small disk");
        try (World world = World.startOnSmallDisk("full-", MEGABYTES)) {
            World.Instance caravan = world.ready(Map.of());
            try (Load load = world.load(Options.seed(), Options.rate())) {
                world.awaitMoreStored(Options.rate());
                world.disk().fill();
                long full = world.stored();
                long before = world.kafka().records("iot.enriched");
                long waiting = 20L * Options.rate();
                world.awaitUntil(() -> world.kafka().records("iot.enriched") >= before + waiting);
                caravan.requireAlive();
                long meanwhile = storedOr(world, full) - full;
                assertThat(meanwhile)
                        .as("readings stored on a full disk, of more than %d", waiting)
                        .isLessThan(waiting / 2);

                world.disk().free();
                boolean byItself = answersAgain(world);
                if (!byItself) {
                    world.server(Server.Kind.POSTGRES).kill();
                    world.server(Server.Kind.POSTGRES).start();
                }
                world.awaitMoreStored(waiting);
                load.stop();
                world.requireNothingWrong();
                world.tell(
                        "disk full for %d messages, of which %d readings were stored; PostgreSQL came back %s:"
                                + " all of %d messages right",
                        waiting,
                        meanwhile,
                        byItself ? "by itself" : "when it was started again",
                        world.journal().messages().size());
            }
        }
    }

    private static long storedOr(World world, long otherwise) {
        try {
            return world.stored();
        } catch (SQLException e) {
            return otherwise;
        }
    }

    private static boolean answersAgain(World world) throws InterruptedException {
        long deadline = System.nanoTime() + RECOVERY.toNanos();
        while (System.nanoTime() < deadline) {
            try (Connection connection = world.rows().connect()) {
                return connection.isValid(10);
            } catch (SQLException e) {
                Thread.sleep(500);
            }
        }
        return false;
    }
}
