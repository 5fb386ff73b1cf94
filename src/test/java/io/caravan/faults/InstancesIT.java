package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.ConsumerGroupState;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Instances join, leave, die and freeze under load; the others take over, and one that wakes finds its place again. */
@Tag("faults")
class InstancesIT {

    /** A session of this kit's applications lasts 6 s. */
    private static final Duration LONGER_THAN_A_SESSION = Duration.ofSeconds(15);

    /** How often an instance may say that its group has moved on: once for each consumer, and then again for luck. */
    private static final long MOST_DROPPED_BATCHES = 40;

    @Test
    void instancesThatComeAndGoLoseNothingAndStoreNothingTwice() throws Exception {
        try (World world = World.start("many-")) {
            World.Instance first = world.ready(Map.of());
            try (Load load = world.load(Options.seed(), Options.rate())) {
                world.awaitMoreStored(Options.rate());
                World.Instance second = world.ready(Map.of());
                World.Instance third = world.ready(Map.of());
                awaitMembers(world, 3);
                world.awaitMoreStored(Options.rate());

                freezePastItsSession(world, second, 2);
                second.thaw();
                awaitMembers(world, 3);
                second.awaitReady();
                world.awaitMoreStored(Options.rate());

                third.process().terminate();
                assertThat(third.process().exitCode()).isIn(0, 143);
                awaitMembers(world, 2);
                freezePastItsSession(world, first, 1);
                first.thaw();
                awaitMembers(world, 2);
                first.awaitReady();

                // what the instances that have gone had taken in is theirs until they come back
                third.start();
                third.awaitReady();
                awaitMembers(world, 3);
                world.awaitMoreStored(Options.rate());
                long dropped = dropped(first) + dropped(second);
                world.requireNothingImpossible();
                world.awaitMoreStored(5L * Options.rate());
                assertThat(dropped(first) + dropped(second))
                        .as("batches dropped since all have their place")
                        .isEqualTo(dropped);
                assertThat(dropped).isLessThan(MOST_DROPPED_BATCHES);
                load.stop();
                world.requireNothingWrong();
                world.tell(
                        "3 instances joined, one left, two were frozen for %d s: all of %d messages right,"
                                + " %d batches dropped",
                        LONGER_THAN_A_SESSION.toSeconds(),
                        world.journal().messages().size(),
                        dropped);
            }
        }
    }

    /** The others go on without it. */
    private static void freezePastItsSession(World world, World.Instance instance, int left) throws Exception {
        instance.freeze();
        long began = System.nanoTime();
        awaitMembers(world, left);
        world.awaitMoreStored(Options.rate());
        Duration rest = LONGER_THAN_A_SESSION.minusNanos(System.nanoTime() - began);
        Thread.sleep(Math.max(0, rest.toMillis()));
    }

    /** Every instance has as many consumers in a group. */
    private static void awaitMembers(World world, int instances) {
        Map<String, Integer> consumers = Map.of(
                "caravan-enrich",
                2,
                "caravan-store",
                4,
                "caravan-latest",
                1,
                "caravan-dead-letters",
                1,
                "caravan-window",
                1);
        await().pollInterval(Duration.ofMillis(500)).ignoreExceptions().untilAsserted(() -> {
            for (var each : consumers.entrySet()) {
                var group = world.kafka().group(each.getKey());
                assertThat(group.state()).isEqualTo(ConsumerGroupState.STABLE);
                assertThat(group.members()).as(each.getKey()).hasSize(instances * each.getValue());
            }
        });
    }

    private static long dropped(World.Instance instance) throws Exception {
        return instance.process()
                .output()
                .lines()
                .filter(line -> line.contains("the group has moved on"))
                .count();
    }
}
