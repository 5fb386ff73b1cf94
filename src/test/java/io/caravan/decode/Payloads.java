package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.caravan.simulator.Family;
import io.caravan.simulator.FamilyName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Payloads that devices send, and such as they should not: where a fuzzer begins. */
public final class Payloads {

    private Payloads() {}

    public static List<byte[]> all() {
        List<byte[]> payloads = new ArrayList<>();
        for (FamilyName name : FamilyName.values()) {
            Family family = name.create(name == FamilyName.SMART_BREAKER, new Random(4));
            for (int i = 0; i < 8; i++) {
                payloads.add(family.next(i % 2, Instant.ofEpochSecond(1_795_220_356L + i))
                        .payload());
            }
        }
        for (String text : List.of(
                """
                {"device_id":"breaker-001","device_type":"smart_breaker","timestamp":"2026-11-21T10:15:30.123456Z",\
                "event_type":"telemetry","measurements":{"voltage":{"phase_a":121.3,"phase_b":120.01,"unit":"V"},\
                "temperature":{"value":41.2,"unit":"°C"},"status":{"breaker":1},"protection":{"arc_fault_detected":false}}}""",
                """
                {"deviceId":"tenant-1-sensor-1","tenant_id":"tenant-1","ts":1795220356227,"temperature":24.5,"humidity":"48.5 %"}""",
                """
                {"device_id":"b","event_type":"trends","timestamp":1795220356,"trends":[{"c":"temperature","t":1,"v":"24.1"},\
                {"c":7,"t":1.795220356e9,"avg":1e999,"min":-0.0,"max":"1 V"},[{}],null]}""",
                """
                {"device_id":"b","event_type":"status","timestamp":"2026-11-21 10:15:30.5","status":{"online":true,"v":"2.1.0"}}""",
                """
                {"status":" Offline ","connected":0.0,"state":false}""",
                """
                {"device_id":"door-ö😀","event_id":"e-1","site_id":"s","zone_id":"z","door":"open","list":[1,null,{"value":2}]}""",
                """
                {"a":1,"measurements":[1],"measurements":{"a":{"value":{"unit":"x"},"unit":7}},"measurements":{},"a":2,"ts":null}""",
                """
                {"deviceId":"\\ud83d","a\\u0000":1e400,"b":-1E-999,"c":"\\ud83d\\ude00","":0,"unit":"V","value":NaN}""",
                """
                {"ts":-1,"sequence":99999999999999999999,"x":1}""",
                """
                {"ts":99999999999999999,"sequence":-7,"x":1.0e5}""",
                "[1,2]",
                "\ufeff{}",
                "{\"a\":1} {\"a\":2}",
                "{\"a\":" + "[".repeat(40) + "]".repeat(40) + "}",
                "{\"a\":" + "{\"a\":".repeat(30) + "1" + "}".repeat(31),
                "{\"deviceId\":\"" + "x".repeat(10_000) + "\",\"a\":1}",
                "{\"a\":" + "9".repeat(500) + "}",
                "")) {
            payloads.add(text.getBytes(UTF_8));
        }
        payloads.add("{\"deviceId\":\"d\",\"a\":1}".getBytes(UTF_16LE));
        payloads.add(
                new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xc0, (byte) 0x80, (byte) 0xed, (byte) 0xa0, '"', '}'
                });
        return payloads;
    }
}
