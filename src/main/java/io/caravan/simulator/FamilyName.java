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
    /** The same rooms, an event for each value: to Kafka or over HTTP, not to the MQTT broker. */
    EVENTS("events", 45, 0.2),
    /** F2 controllers: three with sensors, as the sample of parameters has them, two of doors, two of alarms. */
    F2("f2", 7, 0.5),
    /** Pumps of a Sparkplug B edge node: births, data by alias, a will that is its death. */
    SPARKPLUG("sparkplug", 5, 0.2),
    /** Plugs and climate sensors with Tasmota. */
    TASMOTA("tasmota", 4, 0.1),
    /** Switches of Shelly's second generation. */
    SHELLY("shelly", 3, 0.1),
    /** Climate sensors, door contacts and plugs, as Zigbee2MQTT publishes them. */
    ZIGBEE2MQTT("zigbee2mqtt", 6, 0.1),
    /** LoRaWAN sensors, as The Things Stack publishes them. */
    TTN("ttn", 4, 0.1),
    /** Sensors behind a gateway, which tells several times of one of them in a message. */
    THINGSBOARD("thingsboard", 4, 0.1);

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
     * @param burst whether its devices send in bursts; only those of which {@link #bursts} says so can
     * @throws IllegalArgumentException when bursts are asked of devices that send none
     */
    public Family create(boolean burst, RandomGenerator random) {
        if (burst && !bursts()) {
            throw new IllegalArgumentException(this + " devices do not send in bursts");
        }
        return switch (this) {
            case SMART_BREAKER -> new SmartBreakers(burst, random, ZoneId.systemDefault());
            case BUILDING -> new BuildingSensors(random);
            case ENVIRONMENT -> new EnvironmentSensors(random);
            case EVENTS -> new RoomEvents(burst, true, random);
            case TASMOTA, SHELLY, ZIGBEE2MQTT, TTN, THINGSBOARD -> mapped(burst, false, random);
            case SPARKPLUG -> new SparkplugNode(random);
            case SENML -> new SenmlSensors(new SenmlSensors.Style(SenmlSensors.RECORDS, false, false, burst), random);
            case F2 -> new F2Controllers(false, random, ZoneId.systemDefault());
        };
    }

    /** Devices whose dialect the device registry declares. */
    Family mapped(boolean burst, boolean anomalies, RandomGenerator random) {
        Family family =
                switch (this) {
                    case TASMOTA -> new TasmotaPlugs(anomalies, random, ZoneId.systemDefault());
                    case SHELLY -> new ShellySwitches(anomalies, random);
                    case ZIGBEE2MQTT -> new ZigbeeDevices(anomalies, random);
                    case THINGSBOARD -> new GatewaySensors(anomalies, random);
                    default -> new TtnSensors(anomalies, random);
                };
        return burst ? new Bursts(family, random) : family;
    }

    /** Whether the device registry declares their dialect. */
    boolean isMapped() {
        return this == TASMOTA || this == SHELLY || this == ZIGBEE2MQTT || this == TTN || this == THINGSBOARD;
    }

    /** Whether its devices can send in bursts. */
    public boolean bursts() {
        return this == SMART_BREAKER || this == SENML || this == EVENTS || isMapped();
    }

    /** The name as the command line has it. */
    @Override
    public String toString() {
        return text;
    }
}
