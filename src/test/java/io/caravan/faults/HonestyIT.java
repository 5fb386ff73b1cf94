package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The suite sees it when the product is broken, and finds nothing wrong by the same means when it is not. */
@Tag("faults")
class HonestyIT {

    @ParameterizedTest
    @CsvSource({
        "ACKS_BEFORE_KAFKA, KILLED_WHILE_KAFKA_IS_AWAY",
        "OFFSETS_BEFORE_DATABASE, KILLED_WITH_A_BATCH_IN_ITS_HANDS",
        "NO_LATE_MARK, LATE_READINGS",
    })
    void aBrokenProductIsCaught(Sabotage sabotage, Scenario scenario) throws Exception {
        try (World world = World.start("broken-", sabotage)) {
            scenario.run(world, world.ready(Map.of()));
            Verdict verdict = world.verdictAtRest();
            assertThat(verdict.count(sabotage.fault()))
                    .as("%s, of the verdict: %s", sabotage.fault(), verdict)
                    .isPositive();
            world.tell("caught: %s %d", sabotage.fault(), verdict.count(sabotage.fault()));
        }
    }

    /** With {@code -Dfaults.sabotage=...} this fails, as the other tests do that the sabotage concerns. */
    @Test
    void theProductAsItIsPasses() throws Exception {
        try (World world = World.start("honest-")) {
            World.Instance caravan = world.ready(Map.of());
            for (Scenario scenario : Scenario.values()) {
                scenario.run(world, caravan);
            }
            world.requireNothingWrong();
            world.tell(
                    "%s: all of %d messages right",
                    List.of(Scenario.values()), world.journal().messages().size());
        }
    }
}
