package io.caravan.faults;

import static org.awaitility.Awaitility.await;

import io.caravan.faults.KillPoint.Moment;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The application dies at the worst moments. */
class KillPointIT {

    @ParameterizedTest
    @CsvSource({
        "ENTERING, to-kafka-raw, 300",
        "CALLED, to-kafka-raw, 300",
        "LEAVING, to-kafka-raw, 300",
        "LEAVING, store-batch, 20",
        "DURING, settle-closed-windows, 4",
    })
    void dyingLosesNothingAndStoresNothingTwice(Moment moment, String step, int pass) throws Exception {
        try (World world = World.start("point-")) {
            World.Instance caravan = world.ready(KillPoint.settings(moment, step, pass));
            try (Load load = world.load(pass, 300)) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> !caravan.process().isAlive());
                KillPoint.settings(moment, step, pass).keySet().forEach(caravan::unset);
                caravan.start();
                caravan.awaitReady();
                Thread.sleep(2_000);
                load.stop();
            }
            world.requireNothingWrong();
        }
    }
}
