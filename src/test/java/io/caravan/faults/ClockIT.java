package io.caravan.faults;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The clock of the host is set, and with it that of its devices, while everything runs. */
@Tag("faults")
class ClockIT {

    @Test
    void aClockThatIsSetBackAnHourAndForwardAgainStopsNothing() throws Exception {
        Assumptions.assumeTrue(
                FakeClock.library().isPresent(), "libfaketime is not installed: apt-get install libfaketime");
        try (World world = World.startWithClock("clock-")) {
            world.ready(Map.of());
            try (Load load = world.load(Options.seed(), Options.rate())) {
                world.awaitMoreStored(5L * Options.rate());
                world.clock().set(Duration.ofHours(-1));
                world.awaitMoreStored(30L * Options.rate());
                world.server(Server.Kind.KAFKA).kill();
                world.server(Server.Kind.KAFKA).start();
                world.server(Server.Kind.MQTT).kill();
                world.server(Server.Kind.MQTT).start();
                world.awaitMoreStored(10L * Options.rate());
                world.clock().set(Duration.ZERO);
                world.awaitMoreStored(30L * Options.rate());
                load.stop();
            }
            world.requireNothingWrong();
            world.tell(
                    "clock set back an hour and forward again: all of %d messages right",
                    world.journal().messages().size());
        }
    }
}
