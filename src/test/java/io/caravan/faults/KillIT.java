package io.caravan.faults;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The application is killed again and again under load. */
class KillIT {

    private static final int KILLS = Integer.getInteger("faults.kills", 2);

    @Test
    void killingTheApplicationAtRandomMomentsLosesNothing() throws Exception {
        try (World world = World.start("kill-")) {
            World.Instance caravan = world.ready(Map.of());
            try (Load load = world.load(1, 300)) {
                java.util.Random random = new java.util.Random(1);
                for (int kill = 0; kill < KILLS; kill++) {
                    Thread.sleep(500 + random.nextInt(4_000));
                    caravan.kill();
                    caravan.start();
                    caravan.awaitReady();
                }
                load.stop();
            }
            world.requireNothingWrong();
        }
    }
}
