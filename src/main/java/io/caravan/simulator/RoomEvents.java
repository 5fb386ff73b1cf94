package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Room sensors that send an event for each value, of one sensor in turn: 45 devices are 3 sites of 5 zones of 3 devices. Values
 * are normal (CO2 400..800 ppm, temperature 18..26 °C, humidity 30..60 %RH, occupancy 0..20 persons); where anomalies are
 * asked for, one event in fifty is above its alert threshold (CO2 1000, temperature 30, humidity 80). In bursts a device sends
 * 3 to 6 events 0.2 s apart and then pauses for 3 to 8 s.
 */
public final class RoomEvents implements Family {

    /** Where Caravan takes events in by default; for HTTP it means nothing. */
    public static final String TOPIC = "telemetry.events";

    private static final double ANOMALY_PROBABILITY = 0.02;
    /** UTC without saying so, as the original writes it. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

    private final boolean burst;
    private final boolean anomalies;
    private final RandomGenerator random;
    /** How many messages of its burst a device has still to send. */
    private final Map<Integer, Integer> left = new HashMap<>();

    public RoomEvents(boolean burst, boolean anomalies, RandomGenerator random) {
        this.burst = burst;
        this.anomalies = anomalies;
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return EnvironmentSensors.idOf(device);
    }

    @Override
    public Message next(int device, Instant time) {
        ObjectNode event = Json.object();
        event.put("event_id", uuid().toString());
        event.put("device_id", deviceId(device));
        event.put("site_id", EnvironmentSensors.siteId(device));
        event.put("zone_id", EnvironmentSensors.zoneId(device));
        boolean above = anomalies && random.nextDouble() < ANOMALY_PROBABILITY;
        switch (random.nextInt(above ? 3 : 4)) {
            case 0 -> put(event, "co2", above ? uniform(1050, 1600, 2) : uniform(400, 800, 2));
            case 1 -> put(event, "temperature", above ? uniform(30.5, 36, 1) : uniform(18, 26, 1));
            case 2 -> put(event, "humidity", above ? uniform(80.5, 95, 1) : uniform(30, 60, 1));
            default -> put(event, "occupancy", random.nextInt(21));
        }
        event.put("ts_event", TIME.format(time));
        return new Message(TOPIC, Json.bytes(event), burst ? pause(device) : null);
    }

    private Duration pause(int device) {
        int rest = left.getOrDefault(device, 3 + random.nextInt(4)) - 1;
        if (rest > 0) {
            left.put(device, rest);
            return Duration.ofMillis(200);
        }
        left.remove(device);
        return Duration.ofMillis(3_000 + random.nextInt(5_001));
    }

    private static void put(ObjectNode event, String sensor, double value) {
        event.put("sensor_type", sensor).put("value", value);
    }

    private double uniform(double min, double max, int decimals) {
        return Json.uniform(random, min, max, decimals);
    }

    /** A random UUID (RFC 9562, section 5.4) from the family's own source. */
    private UUID uuid() {
        return new UUID(
                random.nextLong() & 0xFFFFFFFFFFFF0FFFL | 0x4000L, random.nextLong() >>> 2 | 0x8000000000000000L);
    }
}
