package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * Temperature and humidity sensors of one tenant. All of them publish flat JSON to one topic; tenant and device stand in
 * the payload only, the time is in epoch milliseconds.
 */
public final class BuildingSensors implements Family {

    private static final String TENANT = "tenant-1";
    private static final String TOPIC = "building/room1/data";

    private final RandomGenerator random;

    public BuildingSensors(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return TENANT + "-sensor-" + (device + 1);
    }

    @Override
    public Message next(int device, Instant time) {
        ObjectNode reading = Json.object();
        reading.put("deviceId", deviceId(device));
        reading.put("tenant_id", TENANT);
        reading.put("timestamp", time.toEpochMilli());
        putAsJavaScript(reading, "temperature", Json.uniform(random, 20, 30, 1));
        putAsJavaScript(reading, "humidity", Json.uniform(random, 40, 60, 1));
        return new Message(TOPIC, Json.bytes(reading));
    }

    /** The original devices run JavaScript, which writes 24 and not 24.0: decoders must take either for a number. */
    private static void putAsJavaScript(ObjectNode node, String field, double value) {
        if (value == Math.rint(value)) {
            node.put(field, (long) value);
        } else {
            node.put(field, value);
        }
    }
}
