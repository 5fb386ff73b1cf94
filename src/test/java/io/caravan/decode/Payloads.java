package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.caravan.simulator.Family;
import io.caravan.simulator.FamilyName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
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
                """
                [{"bn":"urn:dev:ow:d:","bt":1.276020076001e+09,"bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},\
                {"n":"current","t":-5,"v":1.2},{"n":"open","vb":false,"bv":0.1,"s":2,"ut":60},{"n":"label","vs":"Machine Room"},\
                {"n":"nfv-reader","vd":"aGkgCg","must":[{}]}]""",
                """
                [{"n":"d","v":1e999,"bver":11},{"bver":10.0,"x_":1},{"bt":1e300,"t":-1.5e9},{"n":"é","v":null,"v":1}]""",
                "\ufeff{}",
                "{\"a\":1} {\"a\":2}",
                "{\"a\":" + "[".repeat(40) + "]".repeat(40) + "}",
                "{\"a\":" + "{\"a\":".repeat(30) + "1" + "}".repeat(31),
                "{\"deviceId\":\"" + "x".repeat(10_000) + "\",\"a\":1}",
                "{\"a\":" + "9".repeat(500) + "}",
                "")) {
            payloads.add(text.getBytes(UTF_8));
        }
        payloads.add(
                HexFormat.of()
                        .parseHex(
                                "9fa721676465763a6f773a22fb41d303a15b0010622361412005006776766f6c7461676501615602fb405e066666666666"
                                        + "bf626273f93e006273620661730161300503c11a514b67b0ffa300626f7504f402c48221196ab3a10348686920af086100ff"));
        payloads.add("{\"deviceId\":\"d\",\"a\":1}".getBytes(UTF_16LE));
        payloads.add(
                new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xc0, (byte) 0x80, (byte) 0xed, (byte) 0xa0, '"', '}'
                });
        return payloads;
    }
}
