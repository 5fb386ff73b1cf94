package io.caravan.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;

/** Whatever comes in becomes rows that the database can take, or a dead letter with a reason that is not a fault of ours. */
class FuzzTest {

    private static final List<String> SEEDS = List.of(
            """
            {"device_id":"breaker-001","device_type":"smart_breaker","timestamp":"2026-11-21T10:15:30.123456Z",\
            "event_type":"telemetry","measurements":{"voltage":{"phase_a":121.3,"phase_b":120.01,"unit":"V"},\
            "temperature":{"value":41.2,"unit":"°C"},"status":{"breaker":1},"protection":{"arc_fault_detected":false}}}""",
            """
            {"deviceId":"tenant-1-sensor-1","tenant_id":"tenant-1","timestamp":1795220356227,"temperature":24.5,\
            "humidity":"48.5 %"}""",
            """
            {"device_id":"b","event_type":"trends","timestamp":1795220356,"trends":[{"c":"temperature","t":1,"v":"24.1"}]}""",
            """
            {"device_id":"b","event_type":"status","timestamp":"2026-11-21 10:15:30.5","status":{"online":true,"v":"2.1.0"}}""",
            """
            {"device_id":"door-ö😀","event_id":"e-1","site_id":"s","zone_id":"z","door":"open","list":[1,null,{"value":2}]}""");

    private static final List<String> PARTS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u0000",
            "\\ud83d",
            "\\n",
            "null",
            "true",
            "1e999",
            "-0",
            "1e-400",
            "9007199254740993",
            "0.1",
            "NaN",
            "\u0000",
            "\ufeff",
            "😀",
            "°",
            "\"unit\":\"V\",",
            "\"value\":1,",
            "\"measurements\":",
            "\"measurements\":[1],",
            "\"trends\":",
            "\"status\":{},",
            "\"timestamp\":",
            "\"a\":1,",
            "\"device_id\":",
            "\"event_type\":\"x\",",
            "{\"x\":",
            "\"27.93 °C\"",
            "\"2.1.0\"",
            " ",
            "\n",
            "[[[[",
            "1",
            "\"\"");

    @Test
    void mutatedMessagesBecomeRowsOrOneDeadLetterEach() {
        EnrichStage stage = EnrichStage.open();
        Random random = new Random(20261121);
        int enriched = 0;
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            List<Message> batch = new ArrayList<>();
            List<byte[]> sent = new ArrayList<>();
            for (int j = 0; j < 100; j++) {
                byte[] payload = mutated(random);
                sent.add(payload);
                batch.add(
                        random.nextBoolean()
                                ? stage.building(payload)
                                : stage.raw("iot", "iot/t/d/raw", "t", "d", payload));
            }
            stage.run(batch);
            for (int j = 0; j < batch.size(); j++) {
                Message message = batch.get(j);
                try {
                    if (EnrichStage.reason(message) == null) {
                        requireStorable(stage, message);
                        enriched++;
                    } else {
                        assertThat(EnrichStage.reason(message)).isNotEqualTo(Reason.INTERNAL_ERROR.code());
                        assertThat((byte[]) message.getBody()).isSameAs(sent.get(j));
                        refused++;
                    }
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("sent: " + new String(sent.get(j), UTF_8), e);
                }
            }
        }
        assertThat(enriched).isGreaterThan(5_000);
        assertThat(refused).isGreaterThan(5_000);
    }

    private static void requireStorable(EnrichStage stage, Message message) {
        Map<String, Object> rows = stage.readings(message);
        var json = EnrichStage.json(message);
        String[] metrics = (String[]) rows.get("metrics");
        double[] values = (double[]) rows.get("values");
        String[] units = (String[]) rows.get("units");
        assertThat(metrics).hasSize(json.get("readings").size());
        for (int i = 0; i < metrics.length; i++) {
            var reading = json.get("readings").get(i);
            assertThat(metrics[i]).isEqualTo(reading.get("metric").asText());
            Double value = reading.get("value").isNull()
                    ? Double.NaN
                    : reading.get("value").doubleValue();
            assertThat((Double) values[i]).isEqualTo(value);
            assertThat(Double.isInfinite(values[i])).isFalse();
            requireText(metrics[i]);
            requireText(units[i]);
            requireText(((String[]) rows.get("tenants"))[i]);
            requireText(((String[]) rows.get("devices"))[i]);
        }
        Map<String, Object> events = stage.events(message);
        String[] bodies = (String[]) events.get("bodies");
        assertThat(metrics.length + bodies.length).as("rows").isPositive();
        IntStream.range(0, bodies.length).forEach(i -> {
            assertThat(bodies[i]).startsWith("{").endsWith("}");
            requireText(((String[]) events.get("kinds"))[i]);
        });
    }

    private static void requireText(String text) {
        if (!Text.isClean(text)) {
            assertThat(text).as("a text for PostgreSQL").isEmpty();
        }
    }

    private static byte[] mutated(Random random) {
        byte[] payload = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(UTF_8);
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(payload.length + 1);
            int to = Math.min(payload.length, at + random.nextInt(8));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            switch (random.nextInt(5)) {
                case 0 -> { // a part put in
                    out.write(payload, 0, at);
                    out.writeBytes(PARTS.get(random.nextInt(PARTS.size())).getBytes(UTF_8));
                    out.write(payload, at, payload.length - at);
                }
                case 1 -> { // a part left out
                    out.write(payload, 0, at);
                    out.write(payload, to, payload.length - to);
                }
                case 2 -> { // a part twice
                    out.write(payload, 0, to);
                    out.write(payload, at, payload.length - at);
                }
                case 3 -> { // another byte
                    out.writeBytes(payload);
                    byte[] changed = out.toByteArray();
                    if (changed.length > 0) {
                        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                    }
                    out.reset();
                    out.writeBytes(changed);
                }
                default -> { // a value replaced
                    String text = new String(payload, UTF_8);
                    int colon = text.indexOf(':', random.nextInt(Math.max(1, text.length())));
                    int end = colon < 0 ? -1 : text.indexOf(',', colon);
                    out.writeBytes((end < 0
                                    ? text
                                    : text.substring(0, colon + 1)
                                            + PARTS.get(random.nextInt(PARTS.size()))
                                            + text.substring(end))
                            .getBytes(UTF_8));
                }
            }
            payload = out.toByteArray();
        }
        return payload;
    }
}
