package io.caravan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Measured;
import io.caravan.decode.RawMessage;
import io.caravan.decode.SenmlDecoder;
import io.caravan.simulator.BuildingSensors;
import io.caravan.simulator.EnvironmentSensors;
import io.caravan.simulator.Family;
import io.caravan.simulator.FamilyName;
import io.caravan.simulator.SmartBreakers;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TemplateTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123456Z");

    @ParameterizedTest
    @EnumSource(
            value = FamilyName.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SENML", "SPARKPLUG"})
    void aPatchedMessageParsesToWhatTheOracleExpects(FamilyName family) throws IOException {
        Workload workload = new Workload(family, "r1", 1000);
        Template template = workload.template();
        for (int n = 0; n < 500; n++) {
            int device = n * 7 % 1000;
            JsonNode json = MAPPER.readTree(template.render(device, n, micros(NOON)));
            JsonNode values = json.has("measurements") ? json.get("measurements") : json;
            for (int i = 0; i < template.fields().size(); i++) {
                Template.Field field = template.fields().get(i);
                JsonNode node = values.at("/" + field.metric().replace('.', '/'));
                JsonNode number = node.isObject() ? node.get("value") : node;
                double sent = number.isBoolean() ? (number.booleanValue() ? 1 : 0) : number.doubleValue();
                assertThat(sent).as(field.metric()).isEqualTo(template.value(i, device, n));
                if (node.isObject()) {
                    assertThat(node.get("unit").textValue()).isEqualTo(field.unit());
                }
            }
            String id = json.has("deviceId") ? "deviceId" : "device_id";
            assertThat(json.get(id).textValue()).isEqualTo(workload.deviceId(device));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FamilyName.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SENML", "SPARKPLUG"})
    void aMessageHasTheFieldsOfTheSimulatedFamily(FamilyName name) throws IOException {
        Family family =
                switch (name) {
                    case BUILDING -> new BuildingSensors(new SplittableRandom(1));
                    case SMART_BREAKER -> new SmartBreakers(false, new SplittableRandom(1), ZoneId.of("UTC"));
                    case ENVIRONMENT -> new EnvironmentSensors(new SplittableRandom(1));
                    default -> throw new AssertionError(name);
                };
        JsonNode original = MAPPER.readTree(family.next(0, NOON).payload());
        JsonNode json = MAPPER.readTree(new Workload(name, "r1", 10).template().render(3, 4, micros(NOON)));
        assertThat(paths("", json)).isEqualTo(paths("", original));
        assertThat(json.get("timestamp")).isEqualTo(original.get("timestamp"));
    }

    @Test
    void aPackIsReadAsTheOracleExpects() throws Exception {
        Workload workload = new Workload(FamilyName.SENML, "r1", 1000);
        long time = micros(NOON) / 1_000_000 * 1_000_000;
        SenmlDecoder decoder = new SenmlDecoder(raw -> null);
        for (int n = 0; n < 3; n++) {
            int device = n * 7 % 1000;
            String id = workload.deviceId(device);
            byte[] pack = workload.template().render(device, n, time);
            List<Measured> readings = decoder.decode(
                            new RawMessage("iot", "iot/bench/" + id + "/raw", "bench", id, time, pack))
                    .measured();
            assertThat(readings).hasSize(1000).hasSize(workload.readings());
            for (int i = 0; i < readings.size(); i++) {
                Measured reading = readings.get(i);
                byte[] name = reading.metric().getBytes(java.nio.charset.StandardCharsets.UTF_8);
                byte[] unit = reading.unit().getBytes(java.nio.charset.StandardCharsets.UTF_8);
                int metric = workload.metricNumber(name, 0, name.length);
                assertThat(workload.messageTime(reading.timestamp())).isEqualTo(time);
                assertThat(workload.readingNumber(metric, time - reading.timestamp()))
                        .isEqualTo(i);
                assertThat(reading.value()).isEqualTo(workload.template().value(i, device, n));
                assertThat(workload.unitIs(metric, unit, 0, unit.length)).isTrue();
            }
        }
        assertThat(workload.readingNumber(0, 1)).isEqualTo(-1);
        assertThat(workload.span()).isEqualTo(996_000);
    }

    @Test
    void buildingMessagesAreThreeHundredBytesByBlanksInsideTheObject() {
        byte[] message =
                new Workload(FamilyName.BUILDING, "r1", 1000).template().render(0, 0, micros(NOON));
        assertThat(message).hasSize(300);
        assertThat(new String(message, java.nio.charset.StandardCharsets.UTF_8)).endsWith("  }");
    }

    @Test
    void valuesDifferByDeviceMessageAndRun() {
        Template template = new Workload(FamilyName.SMART_BREAKER, "r1", 10).template();
        Template other = new Workload(FamilyName.SMART_BREAKER, "r2", 10).template();
        assertThat(template.value(6, 1, 1))
                .isEqualTo(template.value(6, 1, 1))
                .isNotEqualTo(template.value(6, 2, 1))
                .isNotEqualTo(template.value(6, 1, 2))
                .isNotEqualTo(other.value(6, 1, 1));
    }

    @Test
    void timestampsAreWrittenAndReadLikeJavaTime() {
        SplittableRandom random = new SplittableRandom(5);
        byte[] text = new byte[Rfc3339.LENGTH + 4];
        for (int i = 0; i < 20_000; i++) {
            long micros = random.nextLong(9_000_000_000_000_000L);
            Rfc3339.write(text, 2, micros);
            String written = new String(text, 2, Rfc3339.LENGTH, java.nio.charset.StandardCharsets.US_ASCII);
            assertThat(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(written)))
                    .isEqualTo(micros);
            assertThat(Rfc3339.read(text, 2)).isEqualTo(micros);
        }
        text[8] = 'x';
        assertThat(Rfc3339.read(text, 2)).isEqualTo(-1);
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    private static List<String> paths(String prefix, JsonNode node) {
        List<String> paths = new ArrayList<>();
        node.properties().forEach(entry -> {
            String path = prefix + "/" + entry.getKey();
            paths.add(path);
            paths.addAll(paths(path, entry.getValue()));
        });
        return paths;
    }
}
