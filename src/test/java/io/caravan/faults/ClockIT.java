package io.caravan.faults;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The clock of the application's host is set, and those of the devices with it, while everything runs. */
@Tag("faults")
class ClockIT {

    /** Low, for a process asks its clock often, and one that can be set takes ten times as long to tell. */
    private static final int RATE = 100;

    @Test
    void aClockThatIsSetBackAnHourAndForwardAgainStopsNothing() throws Exception {
        Assumptions.assumeTrue(
                FakeClock.library().isPresent(), "libfaketime is not installed: apt-get install libfaketime");
        try (World world = World.startWithClock("clock-")) {
            world.ready(Map.of());
            try (Load load = world.load(Options.seed(), RATE)) {
                world.awaitMoreStored(5L * RATE);
                world.clock().set(Duration.ofHours(-1));
                world.awaitMoreStored(30L * RATE);
                world.server(Server.Kind.KAFKA).kill();
                world.server(Server.Kind.KAFKA).start();
                world.server(Server.Kind.MQTT).kill();
                world.server(Server.Kind.MQTT).start();
                world.awaitMoreStored(10L * RATE);
                world.clock().set(Duration.ZERO);
                world.awaitMoreStored(30L * RATE);
                load.stop();
            }
            world.requireNothingWrong();
            world.tell(
                    "clock set back an hour and forward again: all of %d messages right",
                    world.journal().messages().size());
        }
    }
}
