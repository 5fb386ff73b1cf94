package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * F2 smart controllers. The first three have the sensors that the sample of parameters has, and send frames; then controllers
 * of doors and of alarms take turns. A controller goes through its components, one message each. Times have no zone.
 */
public final class F2Controllers implements Family {

    private static final String[] KNOWN = {
        "e4fd45f654be", "abc123def456", "123456abcdef", "ac1234567890", "al1111222233", "ac9876543210", "al4444555566"
    };
    private static final int SENSORS = 3;
    private static final String[] SENSOR_TOPICS = {"1/sensor-1", "2/sensor-2", "4/sensor-3"};
    private static final String[] DOOR = {
        "stat 1/strike-1", "stat 1/strike-2", "stat 1/door-sensors", "tele 1/reader-1", "stat 1/exit-buttons"
    };
    private static final String[] ALARM = {"stat 1/motion-sensor-1", "stat 1/motion-sensor-2", "stat 1/siren-1"};
    private static final int FRAME_BYTES = 16;
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    private static final double ANOMALY_PROBABILITY = 0.02;

    private final boolean anomalies;
    private final RandomGenerator random;
    private final DateTimeFormatter time;
    private final Map<Integer, Integer> turns = new HashMap<>();

    /**
     * @param anomalies whether one frame in fifty ends too early, or comes from a pin that nobody knows
     * @param zone of the times in the messages, which do not name it
     */
    public F2Controllers(boolean anomalies, RandomGenerator random, ZoneId zone) {
        this.anomalies = anomalies;
        this.random = random;
        this.time = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
                .withZone(zone);
    }

    @Override
    public String deviceId(int device) {
        return "f2-" + controller(device);
    }

    @Override
    public Message next(int device, Instant now) {
        ObjectNode json = Json.object();
        json.put("timestamp", time.format(now));
        if (device < SENSORS) {
            return frame(device, json);
        }
        boolean door = controller(device).startsWith("ac");
        String[] components = door ? DOOR : ALARM;
        int turn = turns.merge(device, 1, Integer::sum);
        String[] place = components[turn % components.length].split(" ");
        String name = place[1].substring(2).replaceAll("-\\d$", "");
        switch (name) {
            case "strike" -> strike(json);
            case "door-sensors" -> doorSensors(json);
            case "reader" -> reader(json);
            case "exit-buttons" ->
                json.put("button_pressed", random.nextBoolean()).put("button_id", 1 + random.nextInt(4));
            case "motion-sensor" -> motion(json);
            default -> siren(json);
        }
        String mode = door ? "/access-control-mode/" : "/alarm-mode/";
        return new Message(place[0] + "/" + deviceId(device) + mode + place[1], Json.bytes(json));
    }

    private Message frame(int device, ObjectNode json) {
        String data = HEX.formatHex(device == 1 ? powerMonitor() : environmentalSensor());
        String topic = "tele/" + deviceId(device) + "/sensor-mode/" + SENSOR_TOPICS[device];
        if (anomalies && random.nextDouble() < ANOMALY_PROBABILITY) {
            if (random.nextBoolean()) {
                data = data.substring(0, random.nextInt(data.length()));
            } else {
                topic += "9";
            }
        }
        json.put("data", data);
        return new Message(topic, Json.bytes(json));
    }

    private static String controller(int device) {
        return device < KNOWN.length
                ? KNOWN[device]
                : String.format(Locale.ROOT, "%s%010d", device % 2 == 1 ? "ac" : "al", device);
    }

    /** Temperature and humidity in hundredths, CO2 in ppm; what follows them nobody reads. */
    private byte[] environmentalSensor() {
        byte[] frame = new byte[FRAME_BYTES];
        random.nextBytes(frame);
        put(frame, 0, (int) Json.uniform(random, 1_800, 2_600, 0));
        put(frame, 2, (int) Json.uniform(random, 3_000, 6_000, 0));
        put(frame, 4, (int) Json.uniform(random, 400, 800, 0));
        return frame;
    }

    /** Voltage in tenths, current in thousandths, which may flow back. */
    private byte[] powerMonitor() {
        byte[] frame = new byte[FRAME_BYTES];
        random.nextBytes(frame);
        put(frame, 0, (int) Json.uniform(random, 2_250, 2_350, 0));
        put(frame, 2, (int) Json.uniform(random, -4_000, 16_000, 0));
        return frame;
    }

    private static void put(byte[] frame, int at, int number) {
        frame[at] = (byte) (number >> 8);
        frame[at + 1] = (byte) number;
    }

    private void strike(ObjectNode json) {
        json.put("state", either("locked", "unlocked"));
        json.put("voltage", Json.uniform(random, 11.5, 12.5, 1));
        json.put("current", Json.uniform(random, 0.1, 2, 2));
    }

    private void doorSensors(ObjectNode json) {
        json.put("door_1", either("open", "closed"));
        json.put("door_2", either("open", "closed"));
        json.put("tamper", random.nextInt(50) == 0);
    }

    private void reader(ObjectNode json) {
        json.put("card_id", String.format(Locale.ROOT, "%08X", random.nextInt()));
        json.put("read_type", either("qr", "nfc"));
        json.put("signal_strength", 50 + random.nextInt(51));
    }

    private void motion(ObjectNode json) {
        json.put("motion_detected", random.nextBoolean());
        json.put("sensitivity", 1 + random.nextInt(10));
        json.put("zone", "zone_" + (1 + random.nextInt(3)));
    }

    private void siren(ObjectNode json) {
        json.put("state", either("active", "inactive"));
        json.put("volume", 70 + random.nextInt(51));
        json.put("pattern", either("steady", "pulsing"));
    }

    private String either(String one, String other) {
        return random.nextBoolean() ? one : other;
    }
}
