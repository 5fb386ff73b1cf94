package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Climate sensors, door contacts and plugs in turn, as Zigbee2MQTT publishes them with {@code last_seen} in ISO 8601. They are
 * said to be available first. Source: Zigbee2MQTT's documentation, MQTT Topics and Messages.
 */
public final class ZigbeeDevices implements Family {

    private static final String[] KINDS = {"climate", "door", "plug"};

    private final boolean anomalies;
    private final RandomGenerator random;
    private final Set<Integer> known = new HashSet<>();

    /** @param anomalies whether one message in fifty has a value out of its range */
    public ZigbeeDevices(boolean anomalies, RandomGenerator random) {
        this.anomalies = anomalies;
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return "room-" + (device / KINDS.length + 1) + '/' + KINDS[device % KINDS.length];
    }

    @Override
    public Message next(int device, Instant time) {
        String topic = "zigbee2mqtt/" + deviceId(device);
        if (known.add(device)) {
            return new Message(topic + "/availability", Json.bytes(Json.object().put("state", "online")));
        }
        boolean odd = Anomaly.in(random, anomalies);
        ObjectNode message = Json.object();
        switch (device % KINDS.length) {
            case 0 ->
                message.put("temperature", odd ? 120 : Json.uniform(random, 18, 26, 2))
                        .put("humidity", Json.uniform(random, 35, 65, 2))
                        .put("battery", 100 - device % 30)
                        .put("voltage", 3_005);
            case 1 ->
                message.put("contact", random.nextBoolean())
                        .put("battery", odd ? 255 : 97)
                        .put("voltage", 2_995);
            default ->
                message.put("state", "ON")
                        .put("power", odd ? 50_000 : Json.uniform(random, 2, 60, 1))
                        .put("voltage", 229)
                        .put("current", Json.uniform(random, 0.01, 0.3, 2));
        }
        message.put("linkquality", 60 + random.nextInt(190));
        message.put("last_seen", time.truncatedTo(ChronoUnit.MILLIS).toString());
        return new Message(topic, Json.bytes(message));
    }
}
