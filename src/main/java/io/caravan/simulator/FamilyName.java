package io.caravan.simulator;

import java.time.ZoneId;
import java.util.random.RandomGenerator;

/** The families that can be simulated, by the names of the command line, with defaults that make a readable demo. */
public enum FamilyName {
    /** Circuit breakers that send nested JSON: telemetry, and with bursts also trends and status. */
    SMART_BREAKER("smart-breaker", 10, 0.2),
    /** Flat JSON of two readings, all devices on one topic. */
    BUILDING("building", 10, 0.5),
    /** Room sensors of 3 sites with 5 zones with 3 devices, now and then above a threshold. */
    ENVIRONMENT("environment", 45, 0.2),
    /** Packs of SenML, several readings of the last seconds in each. */
    SENML("senml", 5, 0.1),
    /** Pumps of a Sparkplug B edge node: births, data by alias, a will that is its death. */
    SPARKPLUG("sparkplug", 5, 0.2);

    private final String text;
    private final int devices;
    private final double rate;

    FamilyName(String text, int devices, double rate) {
        this.text = text;
        this.devices = devices;
        this.rate = rate;
    }

    /** How many devices there are where nobody says. */
    public int defaultDevices() {
        return devices;
    }

    /** Messages per second of each device where nobody says. */
    public double defaultRate() {
        return rate;
    }

    /**
     * A family of this name.
     *
     * @param burst whether its devices send in bursts; only smart breakers and SenML sensors can
     * @throws IllegalArgumentException when bursts are asked of devices that send none
     */
    public Family create(boolean burst, RandomGenerator random) {
        if (burst && !bursts()) {
            throw new IllegalArgumentException("only " + SMART_BREAKER + " and " + SENML + " devices send in bursts");
        }
        return switch (this) {
            case SMART_BREAKER -> new SmartBreakers(burst, random, ZoneId.systemDefault());
            case BUILDING -> new BuildingSensors(random);
            case ENVIRONMENT -> new EnvironmentSensors(random);
            case SPARKPLUG -> new SparkplugNode(random);
            case SENML -> new SenmlSensors(new SenmlSensors.Style(SenmlSensors.RECORDS, false, false, burst), random);
        };
    }

    /** Whether its devices can send in bursts. */
    public boolean bursts() {
        return this == SMART_BREAKER || this == SENML;
    }

    /** The name as the command line has it. */
    @Override
    public String toString() {
        return text;
    }
}
