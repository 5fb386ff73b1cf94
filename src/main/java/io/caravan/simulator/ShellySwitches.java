package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Shelly Plus 1PM switches with "Generic status update over MQTT". They say that they are online, then send the status of
 * their switch, which has no time. Source: Shelly's documentation of the second generation, MQTT and Switch.
 */
public final class ShellySwitches implements Family {

    private final boolean anomalies;
    private final RandomGenerator random;
    private final Map<Integer, Double> energy = new HashMap<>();

    /** @param anomalies whether one message in fifty has a value out of its range */
    public ShellySwitches(boolean anomalies, RandomGenerator random) {
        this.anomalies = anomalies;
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return String.format(Locale.ROOT, "shellyplus1pm-a8032a%06x", device + 1);
    }

    @Override
    public Message next(int device, Instant time) {
        if (!energy.containsKey(device)) {
            energy.put(device, 0.0);
            return new Message(deviceId(device) + "/online", Json.text("true"));
        }
        double power = Anomaly.in(random, anomalies) ? 99_999 : Json.uniform(random, 5, 1_800, 1);
        double voltage = Json.uniform(random, 225, 237, 1);
        double celsius = Json.uniform(random, 35, 55, 1);
        ObjectNode status = Json.object();
        status.put("id", 0).put("source", "mqtt").put("output", true);
        status.put("apower", power).put("voltage", voltage).put("current", Math.rint(power / voltage * 1000) / 1000);
        ObjectNode counter = status.putObject("aenergy");
        counter.put("total", Math.rint(energy.merge(device, power / 3_600, Double::sum) * 1000) / 1000);
        counter.putArray("by_minute").add(power / 60).add(power / 60).add(power / 60);
        counter.put("minute_ts", time.getEpochSecond() / 60 * 60);
        status.putObject("temperature").put("tC", celsius).put("tF", Math.rint((celsius * 1.8 + 32) * 10) / 10);
        return new Message(deviceId(device) + "/status/switch:0", Json.bytes(status));
    }
}
