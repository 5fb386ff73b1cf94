package io.caravan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Decoded;
import io.caravan.decode.F2Decoder;
import io.caravan.decode.MappedDecoder;
import io.caravan.decode.Measured;
import io.caravan.decode.RawMessage;
import io.caravan.decode.SenmlDecoder;
import io.caravan.f2.Parameters;
import io.caravan.f2.SampleParameters;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import io.caravan.registry.DeviceTypes;
import io.caravan.settings.UserError;
import io.caravan.simulator.BuildingSensors;
import io.caravan.simulator.EnvironmentSensors;
import io.caravan.simulator.F2Controllers;
import io.caravan.simulator.Family;
import io.caravan.simulator.FamilyName;
import io.caravan.simulator.RoomEvents;
import io.caravan.simulator.SmartBreakers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class TemplateTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123456Z");

    @ParameterizedTest
    @EnumSource(
            value = FamilyName.class,
            names = {"BUILDING", "SMART_BREAKER", "ENVIRONMENT", "EVENTS"})
    void aPatchedMessageParsesToWhatTheOracleExpects(FamilyName family) throws IOException {
        Workload workload = new Workload(family, "r1", 1000);
        Template template = workload.template();
        for (int n = 0; n < 500; n++) {
            int device = n * 7 % 1000;
            JsonNode json = MAPPER.readTree(template.render(device, n, micros(NOON)));
            JsonNode values = json.has("measurements")
                    ? json.get("measurements")
                    : json.has("sensor_type")
                            ? MAPPER.createObjectNode()
                                    .set(json.get("sensor_type").textValue(), json.get("value"))
                            : json;
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
            names = {"BUILDING", "SMART_BREAKER", "ENVIRONMENT", "EVENTS", "F2"})
    void aMessageHasTheFieldsOfTheSimulatedFamily(FamilyName name) throws IOException {
        Family family =
                switch (name) {
                    case BUILDING -> new BuildingSensors(new SplittableRandom(1));
                    case SMART_BREAKER -> new SmartBreakers(false, new SplittableRandom(1), ZoneId.of("UTC"));
                    case ENVIRONMENT -> new EnvironmentSensors(new SplittableRandom(1));
                    case EVENTS -> new RoomEvents(false, false, new SplittableRandom(1));
                    case F2 -> new F2Controllers(false, new SplittableRandom(1), ZoneId.of("UTC"));
                    default -> throw new AssertionError(name);
                };
        JsonNode original = MAPPER.readTree(family.next(0, NOON).payload());
        JsonNode json = MAPPER.readTree(new Workload(name, "r1", 10).template().render(3, 4, micros(NOON)));
        List<String> paths = paths("", json);
        if (name == FamilyName.EVENTS) {
            paths.remove("/tenant_id"); // tells the run's devices from others
        }
        assertThat(paths).isEqualTo(paths("", original));
        if (name != FamilyName.F2) { // whose own times have no zone
            assertThat(json.get("timestamp")).isEqualTo(original.get("timestamp"));
        }
    }

    @Test
    void aFrameIsDecodedToWhatTheOracleExpects() throws Exception {
        Workload workload = new Workload(FamilyName.F2, "r1", 1000);
        Template template = workload.template();
        Parameters parameters = new SampleParameters()
                .pin(workload.deviceId(7).substring(3), 1, 1, "env")
                .point("env", "Temperature", "Int16", "big", 0, 2, "1", "", " °C")
                .point("env", "Humidity", "Uint16", "big", 2, 2, "1", "", " %")
                .point("env", "CO2", "Uint16", "big", 4, 0, "1", "", " ppm")
                .parameters();
        F2Decoder decoder = new F2Decoder(parameters, ZoneId.of("UTC"));
        for (int n = 0; n < 500; n++) {
            Decoded decoded = decoder.decode(new RawMessage(
                    "f2", workload.topic(7).toString(), null, null, 0, template.render(7, n, micros(NOON))));
            assertThat(decoded.device()).isEqualTo(workload.deviceId(7)).startsWith(workload.prefix());
            assertThat(decoded.timestamp()).isEqualTo(micros(NOON));
            for (int i = 0; i < 3; i++) {
                assertThat(decoded.measured().get(i))
                        .isEqualTo(new Measured(
                                template.fields().get(i).metric(),
                                template.value(i, 7, n),
                                template.fields().get(i).unit(),
                                Measured.Form.NUMBER));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FamilyName.class,
            names = {"TASMOTA", "SHELLY", "ZIGBEE2MQTT", "TTN"})
    void aMessageOfADialectOfTheRegistryIsReadAsTheOracleExpects(FamilyName family) throws Exception {
        Workload workload = new Workload(family, "r1", 1000);
        Template template = workload.template();
        DeviceTypes types = new DeviceRegistry(Path.of("config/device-registry.json")).types();
        MappedDecoder decoder = types.dialects().get(family.toString()).decoder();
        long time = micros(NOON) / template.resolution() * template.resolution();
        for (int n = 0; n < 500; n++) {
            Decoded decoded = decoder.decode(decoder.addressed(new RawMessage(
                    family.toString(), workload.topic(7).toString(), null, null, 0, template.render(7, n, time))));
            assertThat(decoded.device()).isEqualTo(workload.deviceId(7)).startsWith(workload.prefix());
            assertThat(decoded.timestamp()).isEqualTo(time);
            assertThat(decoded.measured()).hasSize(workload.readings());
            DeviceType type = types.find(decoded.deviceType());
            for (int i = 0; i < workload.readings(); i++) {
                Measured measured = decoded.measured().get(i);
                Template.Field field = template.fields().get(i);
                assertThat(measured.metric()).isEqualTo(field.metric());
                assertThat(measured.value()).isEqualTo(template.value(i, 7, n));
                if (field.unit() != null) {
                    assertThat(type.measurement(field.metric()).unitOf(measured.unit()))
                            .isEqualTo(field.unit());
                }
            }
        }
    }

    @Test
    void aMessageOfRowsIsReadAsTheOracleExpects() throws Exception {
        Workload workload = new Workload(FamilyName.THINGSBOARD, "r1", 1000);
        MappedDecoder decoder = new DeviceRegistry(Path.of("config/device-registry.json"))
                .types()
                .dialects()
                .get("thingsboard")
                .decoder();
        long time = micros(NOON) / 1_000_000 * 1_000_000;
        for (int n = 0; n < 100; n++) {
            String topic = workload.topic(7).toString();
            byte[] message = workload.template().render(7, n, time);
            List<byte[]> rows = decoder.parts(
                            decoder.addressed(new RawMessage("thingsboard", topic, null, null, 0, message)))
                    .payloads();
            assertThat(rows).hasSize(10);
            int reading = 0;
            for (byte[] row : rows) {
                Decoded decoded = decoder.decode(new RawMessage("thingsboard", topic, null, null, 0, row));
                assertThat(decoded.device()).isEqualTo(workload.deviceId(7));
                assertThat(workload.messageTime(decoded.timestamp())).isEqualTo(time);
                for (Measured measured : decoded.measured()) {
                    byte[] name = measured.metric().getBytes(java.nio.charset.StandardCharsets.UTF_8);
                    int metric = workload.metricNumber(name, 0, name.length);
                    assertThat(workload.readingNumber(metric, decoded.timestamp() - time))
                            .isEqualTo(reading);
                    assertThat(measured.value()).isEqualTo(workload.template().value(reading++, 7, n));
                }
            }
            assertThat(reading).isEqualTo(workload.readings()).isEqualTo(20);
        }
        assertThat(workload.span()).isZero();
    }

    @Test
    void theHelpListsTheFamiliesThatThereIsALoadOf() {
        for (FamilyName family : FamilyName.values()) {
            if (Workload.FAMILIES.contains(family)) {
                assertThat(new Workload(family, "r1", 1).readings()).isPositive();
            } else {
                assertThatThrownBy(() -> new Workload(family, "r1", 1)).isInstanceOf(UserError.class);
            }
        }
        assertThat(new CommandLine(new BenchCommand()).getUsageMessage().replaceAll("\\s+", " "))
                .contains("tasmota, shelly, zigbee2mqtt, ttn, thingsboard")
                .doesNotContain("sparkplug");
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
                assertThat(workload.readingNumber(metric, reading.timestamp() - time))
                        .isEqualTo(i);
                assertThat(reading.value()).isEqualTo(workload.template().value(i, device, n));
                assertThat(workload.unitIs(metric, unit, 0, unit.length)).isTrue();
            }
        }
        assertThat(workload.readingNumber(0, -1)).isEqualTo(-1);
        assertThat(workload.readingNumber(0, 4_000)).isEqualTo(-1);
        assertThat(workload.readingNumber(0, -1_000_000)).isEqualTo(-1);
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
    void everyEventHasAnIdOfItsOwn() throws IOException {
        Template template = new Workload(FamilyName.EVENTS, "r1", 10).template();
        Set<String> ids = new HashSet<>();
        for (int n = 0; n < 10_000; n++) {
            String id = MAPPER.readTree(template.render(n % 10, n / 10, micros(NOON)))
                    .get("event_id")
                    .textValue();
            assertThat(UUID.fromString(id)).hasToString(id).satisfies(uuid -> {
                assertThat(uuid.version()).isEqualTo(4);
                assertThat(uuid.variant()).isEqualTo(2);
            });
            ids.add(id);
        }
        assertThat(ids).hasSize(10_000);
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
