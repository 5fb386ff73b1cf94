package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Sensors that send packs of SenML (RFC 8428): temperature and humidity in turns, from the pack before until now, evenly; the
 * first pack of a device also names its firmware, a text. With bursts a device that was away catches up: a quarter of the
 * time it sends 3 to 6 packs 0.2 s apart, then it is silent for 3 to 8 s.
 */
public final class SenmlSensors implements Family {

    /** How many records a pack has where nobody says. */
    public static final int RECORDS = 10;

    private static final double ANOMALY_PROBABILITY = 0.02;
    private static final double BURST_PROBABILITY = 0.25;
    private static final Duration IN_BURST = Duration.ofMillis(200);

    /** How its devices send. */
    public record Style(int records, boolean cbor, boolean anomalies, boolean burst) {

        /** Small packs in JSON, one after the other. */
        public static final Style PLAIN = new Style(RECORDS, false, false, false);
    }

    private final RandomGenerator random;
    private final Style style;
    private final Map<Integer, Sensor> sensors = new HashMap<>();

    public SenmlSensors(Style style, RandomGenerator random) {
        this.style = style;
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return String.format(Locale.ROOT, "senml-%03d", device + 1);
    }

    @Override
    public Message next(int device, Instant time) {
        Sensor sensor = sensors.computeIfAbsent(device, number -> new Sensor());
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, time);
        ArrayNode pack = pack(device, sensor, now);
        sensor.last = now;
        return new Message(
                "iot/" + deviceId(device) + "/raw",
                style.cbor ? SenmlCborWriter.bytes(pack) : Json.bytes(pack),
                style.burst ? pause(sensor) : null,
                style.cbor ? "application/senml+cbor" : "application/senml+json");
    }

    private ArrayNode pack(int device, Sensor sensor, long now) {
        ArrayNode pack = Json.array();
        ObjectNode base = pack.addObject();
        base.put("bn", "urn:dev:x-sim:" + deviceId(device) + ":");
        base.put("bt", seconds(now));
        if (sensor.last == 0) {
            pack.addObject().put("n", "firmware").put("vs", "2.1.0");
        }
        long since = sensor.last == 0 ? now - style.records * 1_000_000L : sensor.last;
        int odd = random.nextDouble() < ANOMALY_PROBABILITY && style.anomalies ? random.nextInt(style.records) : -1;
        for (int i = 0; i < style.records; i++) {
            boolean warmth = i % 2 == 0;
            double value = warmth ? Json.uniform(random, 18, 26, 2) : Json.uniform(random, 30, 60, 1);
            ObjectNode record = pack.addObject();
            record.put("n", warmth ? "temperature" : "humidity");
            record.put("u", warmth ? "Cel" : "%RH");
            record.put("t", seconds((since - now) / style.records * (style.records - 1 - i)));
            record.put("v", i == odd ? value + 60 : value);
        }
        return pack;
    }

    private Duration pause(Sensor sensor) {
        if (sensor.left == 0 && random.nextDouble() < BURST_PROBABILITY) {
            sensor.left = random.nextInt(3, 7);
        }
        if (sensor.left > 0 && --sensor.left > 0) {
            return IN_BURST;
        }
        return Duration.ofMillis(random.nextLong(3_000, 8_000));
    }

    private static BigDecimal seconds(long micros) {
        return BigDecimal.valueOf(micros, 6);
    }

    /** What a device remembers: the time of its last pack in microseconds, and how many its burst still has. */
    private static final class Sensor {
        long last;
        int left;
    }
}
