package io.caravan.faults;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The application is killed again and again under load. */
@Tag("faults")
class KillIT {

    private static final int LONGEST_LIFE_MILLIS = 4_000;

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
                load.stop();
            }
            world.requireNothingWrong();
            world.tell(
                    "%d times kill -9 of the application: all of %d messages right",
                    Options.kills(), world.journal().messages().size());
        }
    }
}
