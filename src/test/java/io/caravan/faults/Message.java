package io.caravan.faults;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a device sends, and what must become of it: readings, or a dead letter. Two of the same topic and payload are the
 * same message, however often it is sent.
 *
 * @param readings what must be stored; empty where it must become a dead letter
 * @param reason the reason code of the dead letter, null where it must be stored
 */
record Message(String topic, String payload, List<Reading> readings, String reason) {

    /**
     * A reading as the database must hold it.
     *
     * @param micros microseconds since the epoch
     */
    record Reading(String device, String metric, long micros, double value) {}

    static Message good(String topic, String payload, List<Reading> readings) {
        return new Message(topic, payload, readings, null);
    }

    static Message bad(String topic, String payload, String reason) {
        return new Message(topic, payload, List.of(), reason);
    }

    /** A building sensor's reading of temperature and humidity. */
    static Message building(String device, long millis, double temperature, double humidity) {
        return good(
                "building/room1/data",
                "{\"deviceId\":\"" + device + "\",\"tenant_id\":\"default\",\"timestamp\":" + millis
                        + ",\"temperature\":" + temperature + ",\"humidity\":" + humidity + "}",
                List.of(
                        new Reading(device, "temperature", millis * 1000, temperature),
                        new Reading(device, "humidity", millis * 1000, humidity)));
    }

    /** A smart breaker's telemetry, with a voltage of two phases. */
    static Message breaker(String device, long millis, double phaseA, double phaseB) {
        return good(
                "iot/" + device + "/raw",
                "{\"device_type\":\"smart_breaker\",\"timestamp\":" + millis + ",\"event_type\":\"telemetry\","
                        + "\"measurements\":{\"voltage\":{\"phase_a\":" + phaseA + ",\"phase_b\":" + phaseB
                        + ",\"unit\":\"V\"}}}",
                List.of(
                        new Reading(device, "voltage.phase_a", millis * 1000, phaseA),
                        new Reading(device, "voltage.phase_b", millis * 1000, phaseB)));
    }

    byte[] bytes() {
        return payload.getBytes(StandardCharsets.UTF_8);
    }
}
