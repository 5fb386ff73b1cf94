package io.caravan.faults;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The application is killed again and again under load. */
@Tag("faults")
class KillIT {

    private static final int LONGEST_LIFE_MILLIS = 4_000;
    /** There are more. */
    private static final int MIGRATIONS = 20;

    /** Each start gets further with the migrations than the one before, and dies in the next. */
    @Test
    void killingItWhileItMakesItsTablesLeavesNothingInTheWayOfTheNextStart() throws Exception {
        Random random = new Random(Options.seed());
        try (World world = World.start("tables-")) {
            int made = 0;
            World.Instance caravan = world.instance(Map.of());
            while (made < MIGRATIONS) {
                made = Math.min(MIGRATIONS, made + 1 + random.nextInt(MIGRATIONS / 3));
                awaitMigrations(world, caravan, made);
                Thread.sleep(0, random.nextInt(1_000_000));
                if (made % 2 == 0) {
                    world.server(Server.Kind.POSTGRES).kill();
                    world.server(Server.Kind.POSTGRES).start();
                }
                caravan.kill();
                caravan.start();
            }
            caravan.awaitReady();
            try (Load load = world.load(Options.seed(), Options.rate())) {
                world.awaitMoreStored(5L * Options.rate());
                load.stop();
            }
            world.requireNothingWrong();
            world.tell(
                    "killed while it made its tables: all of %d messages right",
                    world.journal().messages().size());
        }
    }

    private static void awaitMigrations(World world, World.Instance caravan, int count) {
        try {
            await().pollInterval(Duration.ofMillis(2))
                    .pollDelay(Duration.ZERO)
                    .ignoreExceptions()
                    .failFast(caravan::requireAlive)
                    .until(() ->
                            world.rows().count("SELECT count(*) FROM flyway_schema_history WHERE success") >= count);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("There are no " + count + " migrations" + world.outputs(), e);
        }
    }

    @Test
    void killingTheApplicationAtRandomMomentsLosesNothing() throws Exception {
        Random random = new Random(Options.seed());
        try (World world = World.start("kill-")) {
            World.Instance caravan = world.ready(Map.of());
            try (Load load = world.load(Options.seed(), Options.rate())) {
                for (int kill = 0; kill < Options.kills(); kill++) {
                    // also before it is ready, now and then
                    if (kill % 3 < 2) {
                        caravan.awaitReady();
                    }
                    Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
                    caravan.kill();
                    caravan.start();
                }
                caravan.awaitReady();
                world.awaitMoreStored(Options.rate());
                killEverything(world, caravan);
                caravan.awaitReady();
                world.awaitMoreStored(Options.rate());
                load.stop();
            }
            world.requireNothingWrong();
            world.tell(
                    "%d times kill -9 of the application, once of everything: all of %d messages right",
                    Options.kills(), world.journal().messages().size());
        }
    }

    /** As when the operating system of their host dies. */
    private static void killEverything(World world, World.Instance caravan) throws Exception {
        for (Server.Kind kind : Server.Kind.values()) {
            world.server(kind).freeze();
        }
        caravan.kill();
        for (Server.Kind kind : Server.Kind.values()) {
            world.server(kind).kill();
        }
        caravan.start();
        for (Server.Kind kind : Server.Kind.values()) {
            world.server(kind).start();
        }
    }
}
