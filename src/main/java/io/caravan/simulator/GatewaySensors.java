package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Sensors of temperature and humidity behind a gateway, which tells several times of one of them in each message. Source:
 * ThingsBoard's documentation, MQTT Gateway API, telemetry upload.
 */
public final class GatewaySensors implements Family {

    private static final int SAMPLES = 3;
    private static final long APART_MILLIS = 3_000;

    private final boolean anomalies;
    private final RandomGenerator random;

    /** @param anomalies whether one sample in fifty has a value out of its range */
    public GatewaySensors(boolean anomalies, RandomGenerator random) {
        this.anomalies = anomalies;
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return String.format(Locale.ROOT, "remote-%03d", device + 1);
    }

    @Override
    public Message next(int device, Instant time) {
        ObjectNode message = Json.object();
        ArrayNode samples = message.putArray(deviceId(device));
        for (int sample = SAMPLES - 1; sample >= 0; sample--) {
            ObjectNode row = samples.addObject();
            row.put("ts", time.toEpochMilli() - sample * APART_MILLIS);
            row.putObject("values")
                    .put("temperature", Anomaly.in(random, anomalies) ? 200 : Json.uniform(random, 4, 24, 1))
                    .put("humidity", Json.uniform(random, 40, 95, 0));
        }
        return new Message("v1/gateway/telemetry", Json.bytes(message));
    }
}
