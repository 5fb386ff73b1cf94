package io.caravan;

import io.caravan.kafka.KafkaAccess;
import io.caravan.simulator.Family;
import io.caravan.simulator.FamilyName;
import io.caravan.simulator.KafkaLink;
import io.caravan.simulator.RoomEvents;
import io.caravan.simulator.Simulator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A few simulated devices of every family. Not thread-safe. */
final class DemoDevices implements AutoCloseable {

    private static final int SMART_BREAKERS = 5;
    private static final int ROOMS = 15;

    private final List<Simulator> simulators = new ArrayList<>();

    /** @param mqttUrls the broker's address for each family */
    void start(Function<FamilyName, String> mqttUrls, String kafkaBrokers) {
        for (FamilyName family : FamilyName.values()) {
            boolean burst = family == FamilyName.SMART_BREAKER;
            Simulator simulator =
                    new Simulator(family.create(burst, new SplittableRandom()), countOf(family), family.defaultRate());
            simulators.add(simulator);
            if (family == FamilyName.EVENTS) {
                simulator.start(KafkaLink.connect(KafkaAccess.open(kafkaBrokers), RoomEvents.TOPIC));
            } else {
                simulator.start(mqttUrls.apply(family));
            }
        }
    }

    /** The ids of the devices of a family. */
    static List<String> idsOf(FamilyName family) {
        Family devices = family.create(false, new SplittableRandom());
        return IntStream.range(0, countOf(family)).mapToObj(devices::deviceId).toList();
    }

    private static int countOf(FamilyName family) {
        return switch (family) {
            case SMART_BREAKER -> SMART_BREAKERS;
            case EVENTS -> ROOMS;
            default -> family.defaultDevices();
        };
    }

    @Override
    public void close() {
        simulators.forEach(Simulator::close);
    }

    /** Such as "5 smart-breaker, 10 building, 45 environment". */
    @Override
    public String toString() {
        List<String> families = new ArrayList<>();
        for (FamilyName family : FamilyName.values()) {
            families.add(countOf(family) + " " + family);
        }
        return String.join(", ", families);
    }
}
