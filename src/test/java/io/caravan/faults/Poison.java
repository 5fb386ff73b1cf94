package io.caravan.faults;

import io.caravan.faults.Message.Event;
import io.caravan.faults.Message.Reading;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Everything that a broken or hostile device sends, each message with what must become of it. */
final class Poison {

    private static final int LARGEST = 1_048_576;

    /** What is put where a text is expected: into SQL, logs, patterns, expressions of Camel, HTML, paths. */
    private static final List<String> INJECTIONS = List.of(
            "x'); DROP TABLE readings; --",
            "x' OR '1'='1",
            "$$; SELECT pg_sleep(60); $$",
            ":?tenants ?1 $1 {{caravan.db.url}}",
            "${sys.user.home} ${exception} ${jndi:ldap://127.0.0.1/a}",
            "%n%s%x {} {0}",
            "<script>alert(1)</script>",
            "../../etc/passwd",
            "a\\\"b\\\\c/d",
            "\u202eright to left \u0416 \ud83d\ude00 e\u0301");

    private final String prefix;
    private final long millis;
    private final Random random;
    private final List<Message> messages = new ArrayList<>();
    private int number;

    private Poison(String prefix, long millis, long seed) {
        this.prefix = prefix + "poison-";
        this.millis = millis;
        this.random = new Random(seed);
    }

    /** All of it; the times of measurement lie around the given one. */
    static List<Message> all(String prefix, long millis, long seed) {
        Poison poison = new Poison(prefix, millis, seed);
        poison.noJson();
        poison.noMessage();
        poison.times();
        poison.ids();
        poison.values();
        poison.texts();
        return poison.messages;
    }

    private void noJson() {
        bad("malformed-json", "");
        bad("malformed-json", " ");
        bad("malformed-json", "{\"timestamp\":" + millis + ",\"measurements\":{\"voltage\":1}");
        bad("malformed-json", "{\"timestamp\":" + millis + ",\"measurements\":{\"voltage\":1}}}");
        bad("malformed-json", voltage("1") + voltage("2"));
        bad("malformed-json", voltage("1,"));
        bad("malformed-json", voltage("NaN"));
        bad("malformed-json", voltage("-Infinity"));
        bad("malformed-json", voltage("0x1F"));
        bad("malformed-json", voltage("01"));
        bad("malformed-json", voltage("1").replace('"', '\''));
        bad("malformed-json", voltage("\"a\u0000b\""));
        bad("malformed-json", voltage("\"a\nb\""));
        bad("malformed-json", voltage("1" + "0".repeat(100_000)));
        bad("malformed-json", voltage("1").getBytes(StandardCharsets.UTF_16));
        bad("malformed-json", voltage("1").getBytes(StandardCharsets.UTF_16LE));
        bad("malformed-json", noUtf8(0xC3, 0x28));
        bad("malformed-json", noUtf8(0xC0, 0x80)); // an overlong NUL
        bad("malformed-json", noUtf8(0xED, 0xA0, 0x80)); // a surrogate
        bad("malformed-json", noUtf8(0xF5, 0x80, 0x80, 0x80)); // beyond Unicode
        bad("malformed-json", noUtf8(0xE2, 0x82)); // cut off
        byte[] noise = new byte[LARGEST];
        random.nextBytes(noise);
        noise[0] = (byte) 0x80;
        bad("malformed-senml", noise); // begins like an array in CBOR
        byte[] tooLarge = new byte[LARGEST + 1];
        random.nextBytes(tooLarge);
        bad("too-large", tooLarge);
        bad("too-deep", voltage(nested("[", "1", "]", 32)));
        bad("too-deep", voltage(nested("{\"a\":", "1", "}", 100)));
        bad("not-an-object", nested("[", "", "]", LARGEST / 2));
        bad("too-deep", "{\"a\":".repeat(LARGEST / 5));
    }

    private void noMessage() {
        bad("empty-message", "[]");
        bad("empty-message", "[" + voltage("1") + "]");
        bad("not-an-object", "[1,2]");
        bad("malformed-senml", "[{\"n\":\"voltage\",\"v\":\"1\"}]");
        bad("not-an-object", "\"text\"");
        bad("not-an-object", "42");
        bad("not-an-object", "true");
        bad("not-an-object", "null");
        bad("empty-message", "{}");
        bad("empty-message", "{\"timestamp\":" + millis + "}");
        bad("empty-message", "{\"timestamp\":" + millis + ",\"measurements\":{}}");
        bad("empty-message", "{\"timestamp\":" + millis + ",\"measurements\":{\"note\":null}}");
    }

    private void times() {
        for (String time : List.of(
                "-1",
                "-1795256130",
                "9223372036854775808",
                "1e400",
                "1" + "0".repeat(300),
                "\"yesterday\"",
                "\"\"",
                "\"NaN\"",
                "\"1e9\"",
                "\"2026-02-29T00:00:00Z\"",
                "\"2026-13-01T00:00:00Z\"",
                "\"2026-01-01T25:00:00Z\"",
                "\"2026-01-01T00:00:00+19:00\"",
                "\"1969-12-31T23:59:59.999999Z\"",
                "\"1970-01-01T00:30:00+01:00\"",
                "\"10000-01-01T00:00:00Z\"",
                "\"\\u0000\"",
                "\"" + "9".repeat(10_000) + "\"",
                "true",
                "{}",
                "[1]")) {
            bad("invalid-timestamp", "{\"timestamp\":" + time + ",\"measurements\":{\"voltage\":1}}");
        }
        for (String time : List.of(
                Long.toString(millis / 1000 + 660),
                Long.toString(millis + 660_000),
                Long.toString((millis + 660_000) * 1000),
                "\"9999-12-31T23:59:59.999999Z\"",
                "99999999999",
                "99999999999999999")) {
            bad("timestamp-in-future", "{\"timestamp\":" + time + ",\"measurements\":{\"voltage\":1}}");
        }
        long seconds = millis / 1000;
        time(Long.toString(seconds), seconds * 1_000_000);
        time(seconds + ".5", seconds * 1_000_000 + 500_000);
        time("\"" + seconds + "\"", seconds * 1_000_000);
        time(Long.toString(millis), millis * 1_000);
        time(Long.toString(millis * 1_000 + 7), millis * 1_000 + 7);
        time(Long.toString((millis * 1_000 + 7) * 1_000), millis * 1_000 + 7);
        time("1e17", 100_000_000_000_000L);
    }

    private void time(String time, long micros) {
        String device = device();
        messages.add(Message.voltage(device, time, micros, 1));
    }

    private void ids() {
        for (String id : List.of(
                "",
                "   ",
                "\\u0000",
                "a\\u0000b",
                "a\\nINFO a line of its own",
                "a\\u001b[2Jb",
                "a\\u0085b",
                "\\ud800",
                "\\udc00\\ud800",
                "x".repeat(201),
                "x".repeat(10_000))) {
            bad("building/poison", "invalid-id", "{\"deviceId\":\"" + id + "\",\"timestamp\":" + millis + ",\"t\":1}");
            for (String field : List.of("tenant_id", "site_id", "zone_id")) {
                bad(
                        "building/poison",
                        "invalid-id",
                        "{\"deviceId\":\"" + device() + "\",\"" + field + "\":\"" + id + "\",\"timestamp\":" + millis
                                + ",\"t\":1}");
            }
        }
        for (String id : List.of("{}", "[\"a\"]", "true", "1.5")) {
            bad("building/poison", "invalid-id", "{\"deviceId\":" + id + ",\"timestamp\":" + millis + ",\"t\":1}");
        }
        bad("building/poison", "missing-device-id", "{\"timestamp\":" + millis + ",\"t\":1}");
        bad("building/poison", "missing-device-id", "{\"deviceId\":null,\"timestamp\":" + millis + ",\"t\":1}");
        for (String id : INJECTIONS) {
            String device = device() + id;
            good(
                    "building/poison",
                    "{\"deviceId\":\"" + device + "\",\"timestamp\":" + millis + ",\"t\":1}",
                    new Reading(unescaped(device), "t", millis * 1000, 1));
            for (String field : List.of("tenant_id", "site_id", "zone_id", "device_type", "event_id")) {
                String other = device();
                good(
                        "building/poison",
                        "{\"deviceId\":\"" + other + "\",\"" + field + "\":\"" + id + "\",\"timestamp\":" + millis
                                + ",\"t\":1}",
                        new Reading(other, "t", millis * 1000, 1));
            }
        }
        String twice = device();
        good(
                "building/poison",
                "{\"deviceId\":\"" + prefix + "first\",\"deviceId\":\"" + twice + "\",\"timestamp\":1,\"timestamp\":"
                        + millis + ",\"t\":1,\"t\":2}",
                new Reading(twice, "t", millis * 1000, 2));
        bad("iot/" + prefix + "x'--/raw", "malformed-json", "{'");
        bad("iot/" + prefix + "${jndi:ldap:}\n/raw", "invalid-id", voltage("1"));
        bad("iot/" + prefix + "x".repeat(300) + "/raw", "invalid-id", voltage("1"));
        for (String id : List.of("\"q'", "a.b", "a*b", "a>b", "$a&b%20", "a b", "\u00e4\ud83d\ude00", "-- DROP;")) {
            messages.add(Message.voltage(prefix + id, Long.toString(millis), millis * 1000, 1));
        }
    }

    private void values() {
        for (String value :
                List.of("-0.0", "4.9E-324", "1.7976931348623157E308", "-1e140", "0.1", "9007199254740993")) {
            String device = device();
            good(
                    topic(device),
                    voltage(value),
                    new Reading(device, "voltage", millis * 1000, Double.parseDouble(value)));
        }
        for (String value : List.of("1e999", "-1e999", "\"open\"", "\"27,5\"")) {
            String device = device();
            String payload = "{\"device_type\":\"smart_breaker\",\"timestamp\":" + millis
                    + ",\"measurements\":{\"voltage\":{\"phase_a\":" + value + ",\"phase_b\":120}}}";
            List<Reading> readings = List.of(
                    new Reading(device, "voltage.phase_a", millis * 1000, Double.NaN),
                    new Reading(device, "voltage.phase_b", millis * 1000, 120));
            messages.add(Message.good(topic(device), payload, readings));
        }
        for (String payload : List.of("\ufeff" + voltage("1"), voltage("1") + "\0\0")) {
            String device = device();
            good(topic(device), payload, new Reading(device, "voltage", millis * 1000, 1));
        }
        String list = device();
        good(
                topic(list),
                "{\"timestamp\":" + millis + ",\"measurements\":[1,true,null,[2]]}",
                new Reading(list, "measurements.0", millis * 1000, 1),
                new Reading(list, "measurements.1", millis * 1000, 1),
                new Reading(list, "measurements.3.0", millis * 1000, 2));
        String scalar = device();
        good(
                topic(scalar),
                "{\"timestamp\":" + millis + ",\"measurements\":5}",
                new Reading(scalar, "measurements", millis * 1000, 5));
        String deep = device();
        good(
                topic(deep),
                "{\"timestamp\":" + millis + ",\"measurements\":" + nested("{\"a\":", "1", "}", 31) + "}",
                new Reading(deep, "a" + ".a".repeat(30), millis * 1000, 1));
        String many = device();
        StringBuilder measurements = new StringBuilder();
        List<Reading> readings = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            measurements
                    .append(i == 0 ? "" : ",")
                    .append("\"m")
                    .append(i)
                    .append("\":")
                    .append(i);
            readings.add(new Reading(many, "m" + i, millis * 1000, i));
        }
        messages.add(Message.good(
                topic(many), "{\"timestamp\":" + millis + ",\"measurements\":{" + measurements + "}}", readings));
    }

    private void texts() {
        for (String name : List.of("", "a\\u0000b", "a\\nb", "\\ud800", "x".repeat(201), "x".repeat(10_000))) {
            bad("invalid-metric", "{\"timestamp\":" + millis + ",\"measurements\":{\"" + name + "\":1}}");
        }
        List<String> texts = new ArrayList<>(INJECTIONS);
        texts.addAll(List.of("a\\u0000b", "\\ud800", "\\udc00x", "a\\nb", "x".repeat(LARGEST - 1_000)));
        for (String text : texts) {
            String device = device();
            messages.add(event(
                    device,
                    "{\"timestamp\":" + millis + ",\"measurements\":{\"voltage\":1,\"door\":\"" + text + "\"}}",
                    List.of(new Reading(device, "voltage", millis * 1000, 1))));
            String united = device();
            good(
                    topic(united),
                    "{\"timestamp\":" + millis + ",\"measurements\":{\"voltage\":{\"value\":1,\"unit\":\"" + text
                            + "\"}}}",
                    new Reading(united, "voltage", millis * 1000, 1));
            String typed = device();
            good(
                    topic(typed),
                    "{\"device_type\":\"" + text + "\",\"timestamp\":" + millis + ",\"measurements\":{\"voltage\":1}}",
                    new Reading(typed, "voltage", millis * 1000, 1));
        }
        for (String name : INJECTIONS) {
            String device = device();
            good(
                    topic(device),
                    "{\"timestamp\":" + millis + ",\"measurements\":{\"" + name + "\":1}}",
                    new Reading(device, unescaped(name), millis * 1000, 1));
        }
    }

    private void bad(String reason, String payload) {
        bad(topic(device()), reason, payload);
    }

    private void bad(String topic, String reason, String payload) {
        messages.add(Message.bad(topic, payload, reason));
    }

    private void bad(String reason, byte[] payload) {
        messages.add(Message.bad(topic(device()), payload, reason));
    }

    private void good(String topic, String payload, Reading... readings) {
        messages.add(Message.good(topic, payload, List.of(readings)));
    }

    private Message event(String device, String payload, List<Reading> readings) {
        return Message.event(topic(device), payload, new Event(device, "telemetry", millis * 1000, payload), readings);
    }

    private String device() {
        number++;
        return prefix + number;
    }

    private static String topic(String device) {
        return "iot/" + device + "/raw";
    }

    private String voltage(String value) {
        return "{\"timestamp\":" + millis + ",\"measurements\":{\"voltage\":" + value + "}}";
    }

    private static String nested(String open, String inner, String close, int levels) {
        return open.repeat(levels) + inner + close.repeat(levels);
    }

    private byte[] noUtf8(int... bytes) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(voltage("\"a").replace("}}", "").getBytes(StandardCharsets.UTF_8));
        Arrays.stream(bytes).forEach(payload::write);
        payload.writeBytes("\"}}".getBytes(StandardCharsets.UTF_8));
        return payload.toByteArray();
    }

    /** What a JSON text with escaped quotes and backslashes stands for. */
    private static String unescaped(String json) {
        return json.replace("\\\"", "\"").replace("\\\\", "\\");
    }
}
