package io.caravan.faults;

import io.caravan.faults.KillPoint.Moment;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The application dies at the worst moments, and dies again at the next when it is started again. */
class KillPointIT {

    /** Which pass of a step kills, at most; batches come several times a second, settling and publishing once. */
    private static final int MOST_MESSAGES = 500;

    private static final int MOST_BATCHES = 20;
    private static final int MOST_SECONDS = 4;

    private static World world;
    private static World.Instance caravan;

    @BeforeAll
    static void start() throws IOException {
        world = World.start("point-");
        caravan = world.ready(Map.of());
    }

    @AfterAll
    static void stop() throws IOException {
        if (world != null) {
            world.close();
        }
    }

    /** A few of those below, for the normal suite. */
    @Tag("short")
    @Test
    void theWorstMomentsCostNothing() throws Exception {
        dieAt("CALLED to-kafka-raw, LEAVING to-kafka-raw, LEAVING store-batch, LEAVING settle-closed-windows");
    }

    @Tag("faults")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ENTERING to-kafka-raw, CALLED to-kafka-raw, LEAVING to-kafka-raw,"
                        + " ENTERING to-kafka-enriched, DURING to-kafka-enriched, LEAVING to-kafka-enriched,"
                        + " LEAVING note-raw-totals, LEAVING commit-raw-batch",
                "ENTERING store-batch, DURING store-batch, LEAVING store-batch, LEAVING commit-enriched-batch,"
                        + " LEAVING upsert-latest, LEAVING upsert-presence, ENTERING insert-dead-letters,"
                        + " LEAVING insert-dead-letters",
                "LEAVING close-windows, DURING settle-closed-windows, LEAVING settle-closed-windows,"
                        + " DURING settle-marked-windows, LEAVING settle-marked-windows,"
                        + " ENTERING to-kafka-aggregates, LEAVING to-kafka-aggregates, LEAVING note-published-windows",
            })
    void dyingLosesNothingAndStoresNothingTwice(String points) throws Exception {
        dieAt(points);
    }

    private static void dieAt(String points) throws Exception {
        Random random = new Random(Options.seed());
        try (Load load = world.load(Options.seed(), Options.rate())) {
            world.awaitMoreStored(Options.rate());
            caravan.kill();
            for (String point : points.split(", ")) {
                String[] words = point.split(" ");
                caravan.startToDie(Moment.valueOf(words[0]), words[1], 1 + random.nextInt(mostPasses(words[1])));
                caravan.awaitEnd();
            }
            caravan.start();
            caravan.awaitReady();
            world.requireNothingImpossible();
            world.awaitMoreStored(Options.rate());
            load.stop();
        }
        world.requireNothingWrong();
        world.tell(
                "killed at %s: all of %d messages right",
                points, world.journal().messages().size());
    }

    private static int mostPasses(String step) {
        return switch (step) {
            case "to-kafka-raw" -> MOST_MESSAGES;
            case "to-kafka-enriched", "note-raw-totals", "commit-raw-batch", "store-batch", "commit-enriched-batch" ->
                MOST_BATCHES;
            default -> MOST_SECONDS;
        };
    }
}
