package io.caravan;

import io.caravan.simulator.FamilyName;
import io.caravan.simulator.Simulator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A few simulated devices of every family. Not thread-safe. */
final class DemoDevices implements AutoCloseable {

    private static final int SMART_BREAKERS = 5;

    private final List<Simulator> simulators = new ArrayList<>();

    void start(String mqttUrl) {
        for (FamilyName family : FamilyName.values()) {
            boolean burst = family == FamilyName.SMART_BREAKER;
            Simulator simulator =
                    new Simulator(family.create(burst, new SplittableRandom()), countOf(family), family.defaultRate());
            simulators.add(simulator);
            simulator.start(mqttUrl);
        }
    }

    private static int countOf(FamilyName family) {
        return family == FamilyName.SMART_BREAKER ? SMART_BREAKERS : family.defaultDevices();
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
