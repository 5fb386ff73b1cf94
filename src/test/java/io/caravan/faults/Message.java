package io.caravan.faults;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a device sends, and what must become of it: readings, an event, or a dead letter. Two of the same topic and payload
 * are the same message, however often it is sent.
 *
 * @param octets the payload, a character for each byte
 * @param readings what must be stored as readings
 * @param event what must be stored as an event, null for none
 * @param reason the reason code of the dead letter, null where it must be stored
 */
record Message(String topic, String octets, List<Reading> readings, Event event, String reason) {

    /** The reason of a message that decodes well and whose rows the database refuses. */
    static final String REFUSED = "refused-by-database";

    /**
     * A reading as the database must hold it.
     *
     * @param micros microseconds since the epoch
     * @param value NaN where there must be none
     */
    record Reading(String device, String metric, long micros, double value) {}

    /**
     * An event as the database must hold it.
     *
     * @param micros microseconds since the epoch
     * @param body the payload, to the byte
     */
    record Event(String device, String kind, long micros, String body) {}

    static Message good(String topic, String payload, List<Reading> readings) {
        return new Message(topic, octets(utf8(payload)), readings, null, null);
    }

    /** One that is kept whole, as an event, beside its readings. */
    static Message event(String topic, String payload, Event event, List<Reading> readings) {
        return new Message(topic, octets(utf8(payload)), readings, event, null);
    }

    static Message bad(String topic, String payload, String reason) {
        return bad(topic, utf8(payload), reason);
    }

    static Message bad(String topic, byte[] payload, String reason) {
        return new Message(topic, octets(payload), List.of(), null, reason);
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

    /** One voltage at a time that is written in the device's own way. */
    static Message voltage(String device, String timestamp, long micros, double volts) {
        return good(
                "iot/" + device + "/raw",
                "{\"timestamp\":" + timestamp + ",\"measurements\":{\"voltage\":" + volts + "}}",
                List.of(new Reading(device, "voltage", micros, volts)));
    }

    /** This message, whose rows the database is going to refuse. */
    Message refused() {
        return new Message(topic, octets, List.of(), null, REFUSED);
    }

    byte[] bytes() {
        return octets.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String octets(byte[] payload) {
        return new String(payload, StandardCharsets.ISO_8859_1);
    }
}
