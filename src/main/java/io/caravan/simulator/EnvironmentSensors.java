package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Room sensors of a site with 5 zones with 3 devices each: 45 devices are 3 sites, more devices are more sites. Values are
 * normal (CO2 400..800 ppm, temperature 18..26 °C, humidity 30..60 %RH, occupancy 0..20 persons), but one message in fifty
 * has one value above its alert threshold (CO2 1000, temperature 30, humidity 80).
 */
public final class EnvironmentSensors implements Family {

    private static final double ANOMALY_PROBABILITY = 0.02;
    private static final int ZONES_PER_SITE = 5;
    private static final int DEVICES_PER_ZONE = 3;

    private final RandomGenerator random;

    public EnvironmentSensors(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public String deviceId(int device) {
        return idOf(device);
    }

    @Override
    public Message next(int device, Instant time) {
        double co2 = Json.uniform(random, 400, 800, 2);
        double temperature = Json.uniform(random, 18, 26, 1);
        double humidity = Json.uniform(random, 30, 60, 1);
        if (random.nextDouble() < ANOMALY_PROBABILITY) {
            switch (random.nextInt(3)) {
                case 0 -> co2 = Json.uniform(random, 1050, 1600, 2);
                case 1 -> temperature = Json.uniform(random, 30.5, 36, 1);
                default -> humidity = Json.uniform(random, 80.5, 95, 1);
            }
        }
        ObjectNode message = Json.object();
        message.put("device_id", deviceId(device));
        message.put("device_type", "environmental_sensor");
        message.put("site_id", siteId(device));
        message.put("zone_id", zoneId(device));
        message.put("timestamp", time.truncatedTo(ChronoUnit.MICROS).toString());
        message.put("event_type", "telemetry");
        ObjectNode measurements = message.putObject("measurements");
        measurements.putObject("co2").put("value", co2).put("unit", "ppm");
        measurements.putObject("temperature").put("value", temperature).put("unit", "°C");
        measurements.putObject("humidity").put("value", humidity).put("unit", "%RH");
        measurements.putObject("occupancy").put("value", random.nextInt(21)).put("unit", "persons");
        return new Message("iot/" + deviceId(device) + "/raw", Json.bytes(message));
    }

    static String idOf(int device) {
        return String.format(
                Locale.ROOT, "%s-%s-dev-%02d", siteId(device), zoneId(device), device % DEVICES_PER_ZONE + 1);
    }

    static String siteId(int device) {
        return String.format(Locale.ROOT, "site-%02d", device / (ZONES_PER_SITE * DEVICES_PER_ZONE) + 1);
    }

    static String zoneId(int device) {
        return String.format(Locale.ROOT, "zone-%02d", device / DEVICES_PER_ZONE % ZONES_PER_SITE + 1);
    }
}
