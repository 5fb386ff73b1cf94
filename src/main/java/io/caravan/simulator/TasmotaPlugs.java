package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Plugs and climate sensors with Tasmota in turn. They say that they are online, then send SENSOR, and STATE after each
 * fifth, with local times of whole seconds. Source: Tasmota's documentation, MQTT and JSON Status Responses.
 */
public final class TasmotaPlugs implements Family {

    private static final int STATE_EVERY = 5;

    private final boolean anomalies;
    private final RandomGenerator random;
    private final ZoneId zone;
    private final Map<Integer, Integer> sent = new HashMap<>();
    private final Map<Integer, Double> energy = new HashMap<>();

    /** @param anomalies whether one message in fifty has a value out of its range */
    public TasmotaPlugs(boolean anomalies, RandomGenerator random, ZoneId zone) {
        this.anomalies = anomalies;
        this.random = random;
        this.zone = zone;
    }

    @Override
    public String deviceId(int device) {
        return String.format(Locale.ROOT, "tasmota_%06X", 0x2A0000 + device);
    }

    @Override
    public Message next(int device, Instant time) {
        int number = sent.merge(device, 1, Integer::sum) - 1;
        if (number == 0) {
            return new Message(topic(device, "LWT"), Json.text("Online"));
        }
        ObjectNode message = Json.object();
        message.put(
                "Time",
                LocalDateTime.ofInstant(time, zone)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString());
        if (number % STATE_EVERY == 0) {
            return state(device, number, message);
        }
        if (device % 2 == 0) {
            energy(device, message.putObject("ENERGY"));
        } else {
            ObjectNode climate = message.putObject("AM2301");
            climate.put("Temperature", Anomaly.in(random, anomalies) ? 150.0 : Json.uniform(random, 18, 26, 1));
            climate.put("Humidity", Json.uniform(random, 35, 65, 1));
            climate.put("DewPoint", Json.uniform(random, 5, 12, 1));
            message.put("TempUnit", "C");
        }
        return new Message(topic(device, "SENSOR"), Json.bytes(message));
    }

    private void energy(int device, ObjectNode node) {
        double power = Anomaly.in(random, anomalies) ? 9_999 : Json.uniform(random, 40, 2_000, 0);
        double voltage = Json.uniform(random, 225, 237, 0);
        double total = energy.merge(device, power / 3_600_000 * STATE_EVERY, Double::sum);
        node.put("TotalStartTime", "2026-01-01T00:00:00");
        node.put("Total", Math.rint(total * 1000) / 1000);
        node.put("Power", (long) power);
        node.put("ApparentPower", (long) (power * 1.02));
        node.put("ReactivePower", (long) (power * 0.2));
        node.put("Factor", 0.98);
        node.put("Voltage", (long) voltage);
        node.put("Current", Math.rint(power / voltage * 1000) / 1000);
    }

    private Message state(int device, int number, ObjectNode message) {
        message.put("Uptime", "0T00:00:10");
        message.put("UptimeSec", number * STATE_EVERY);
        message.put("LoadAvg", 19);
        message.put("POWER", random.nextInt(10) == 0 ? "OFF" : "ON");
        message.putObject("Wifi")
                .put("SSId", "home")
                .put("RSSI", 60 + random.nextInt(40))
                .put("Signal", -50 - random.nextInt(30));
        return new Message(topic(device, "STATE"), Json.bytes(message));
    }

    private String topic(int device, String kind) {
        return "tele/" + deviceId(device) + '/' + kind;
    }
}
