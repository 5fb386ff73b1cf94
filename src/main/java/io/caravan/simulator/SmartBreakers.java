package io.caravan.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Smart circuit breakers on {@code iot/breaker-001/raw|trends|status}. Without bursts a device sends telemetry only, at the
 * simulator's rate. With bursts it lives in cycles of its own: one telemetry message, or with a probability of a quarter 3
 * to 6 of them 0.2 s apart and then trends and status; then 3 to 8 s of silence.
 */
public final class SmartBreakers implements Family {

    private static final double BURST_PROBABILITY = 0.25;
    private static final Duration WITHIN_BURST = Duration.ofMillis(200);
    private static final DateTimeFormatter MICROSECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS");

    private final boolean burst;
    private final RandomGenerator random;
    private final ZoneId zone;
    private final List<Breaker> breakers = new ArrayList<>();

    /**
     * @param burst whether the devices send in bursts
     * @param zone the devices' time zone: their status messages carry local time without naming it
     */
    public SmartBreakers(boolean burst, RandomGenerator random, ZoneId zone) {
        this.burst = burst;
        this.random = random;
        this.zone = zone;
    }

    @Override
    public String deviceId(int device) {
        return String.format(Locale.ROOT, "breaker-%03d", device + 1);
    }

    @Override
    public Message next(int device, Instant time) {
        while (breakers.size() <= device) {
            breakers.add(new Breaker(deviceId(breakers.size())));
        }
        Breaker breaker = breakers.get(device);
        breaker.messages++;
        return burst ? breaker.nextOfCycle(time) : breaker.telemetry(time, null);
    }

    private double uniform(double min, double max, int decimals) {
        return Json.uniform(random, min, max, decimals);
    }

    private enum Step {
        CYCLE,
        TELEMETRY,
        TRENDS,
        STATUS
    }

    /** One device and where it is in its cycle. */
    private final class Breaker {

        private final String id;
        private Step step = Step.CYCLE;
        private int telemetryLeft;
        private long messages;
        private Instant started;
        private Instant lastTelemetry;

        Breaker(String id) {
            this.id = id;
        }

        Message nextOfCycle(Instant time) {
            if (step == Step.CYCLE) {
                if (random.nextDouble() >= BURST_PROBABILITY) {
                    return telemetry(time, silence());
                }
                telemetryLeft = 3 + random.nextInt(4);
                step = Step.TELEMETRY;
            }
            return switch (step) {
                case TELEMETRY -> {
                    telemetryLeft--;
                    step = telemetryLeft > 0 ? Step.TELEMETRY : Step.TRENDS;
                    yield telemetry(time, telemetryLeft > 0 ? WITHIN_BURST : Duration.ZERO);
                }
                case TRENDS -> {
                    step = Step.STATUS;
                    yield trends(time);
                }
                default -> {
                    step = Step.CYCLE;
                    yield status(time);
                }
            };
        }

        private Duration silence() {
            return Duration.ofMillis((long) uniform(3000, 8000, 0));
        }

        Message telemetry(Instant time, Duration pause) {
            lastTelemetry = time;
            ObjectNode message = envelope("telemetry", time, ZoneId.of("UTC"), "Z");
            ObjectNode measurements = message.putObject("measurements");
            measurements
                    .putObject("voltage")
                    .put("phase_a", uniform(110, 130, 2))
                    .put("phase_b", uniform(110, 130, 2))
                    .put("phase_c", uniform(110, 130, 2))
                    .put("unit", "V");
            measurements
                    .putObject("current")
                    .put("phase_a", uniform(0, 100, 2))
                    .put("phase_b", uniform(0, 100, 2))
                    .put("phase_c", uniform(0, 100, 2))
                    .put("unit", "A");
            measurements
                    .putObject("power")
                    .put("active", uniform(5000, 12000, 2))
                    .put("reactive", uniform(1000, 3000, 2))
                    .put("apparent", uniform(5000, 13000, 2))
                    .put("factor", uniform(0.85, 0.98, 3))
                    .put("unit", "W");
            measurements
                    .putObject("frequency")
                    .put("value", uniform(59.5, 60.5, 2))
                    .put("unit", "Hz");
            measurements
                    .putObject("temperature")
                    .put("value", uniform(20, 80, 2))
                    .put("unit", "°C");
            measurements
                    .putObject("status")
                    .put("breaker", random.nextInt(2))
                    .put("position", random.nextInt(2))
                    .put("communication", 1);
            measurements
                    .putObject("protection")
                    .put("trip_count", random.nextInt(11))
                    .put("ground_fault_current", uniform(0, 5, 2))
                    .put("arc_fault_detected", random.nextBoolean());
            measurements
                    .putObject("operational")
                    .put("load_percentage", uniform(20, 90, 1))
                    .put("operating_hours", 100 + random.nextInt(901))
                    .put("maintenance_due", random.nextBoolean());
            return new Message("iot/" + id + "/raw", Json.bytes(message), pause);
        }

        private Message trends(Instant time) {
            ObjectNode message = envelope("trends", time, ZoneId.of("UTC"), "Z");
            ArrayNode trends = message.putArray("trends");
            long seconds = time.getEpochSecond();
            for (String channel : List.of("voltage_phase_a", "current_phase_a", "power_active", "temperature")) {
                double value = uniform(100, 120, 2);
                trends.addObject()
                        .put("c", channel)
                        .put("t", String.valueOf(seconds))
                        .put("v", text(value))
                        .put("avg", text(value * uniform(0.95, 1.05, 4)))
                        .put("min", text(value * uniform(0.90, 0.98, 4)))
                        .put("max", text(value * uniform(1.02, 1.10, 4)));
                seconds -= 60;
            }
            return new Message("iot/" + id + "/trends", Json.bytes(message), Duration.ZERO);
        }

        private Message status(Instant time) {
            ObjectNode message = envelope("status", time, zone, "");
            message.putObject("status")
                    .put("online", true)
                    .put("last_telemetry", lastTelemetry.getEpochSecond())
                    .put("message_count", messages)
                    .put("uptime_hours", Duration.between(started, time).toHours())
                    .put("firmware_version", "2.1.0")
                    .put("hardware_revision", "A");
            return new Message("iot/" + id + "/status", Json.bytes(message), silence());
        }

        private ObjectNode envelope(String kind, Instant time, ZoneId timeZone, String suffix) {
            if (started == null) {
                started = time;
            }
            return Json.object()
                    .put("device_id", id)
                    .put("device_type", "smart_breaker")
                    .put("timestamp", LocalDateTime.ofInstant(time, timeZone).format(MICROSECONDS) + suffix)
                    .put("event_type", kind);
        }

        private static String text(double value) {
            return String.format(Locale.ROOT, "%.2f", value);
        }
    }
}
