package io.caravan.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Decoded;
import io.caravan.decode.F2Decoder;
import io.caravan.decode.Measured;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.SenmlDecoder;
import io.caravan.decode.Undecodable;
import io.caravan.f2.SampleParameters;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FamilyTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123456789Z");
    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

    @Test
    void buildingSensorsSendTheFlatMessageOfTheOriginal() throws IOException {
        Family family = new BuildingSensors(new SplittableRandom(1));
        for (int i = 0; i < 500; i++) {
            Message message = family.next(i % 3, NOON);
            JsonNode json = MAPPER.readTree(message.payload());
            assertThat(message.topic()).isEqualTo("building/room1/data");
            assertThat(names(json)).containsExactly("deviceId", "tenant_id", "timestamp", "temperature", "humidity");
            assertThat(json.get("deviceId").textValue()).isEqualTo("tenant-1-sensor-" + (i % 3 + 1));
            assertThat(json.get("tenant_id").textValue()).isEqualTo("tenant-1");
            assertThat(json.get("timestamp").longValue()).isEqualTo(NOON.toEpochMilli());
            assertNumber(json.get("temperature"), 20, 30, 1);
            assertNumber(json.get("humidity"), 40, 60, 1);
        }
    }

    @Test
    void f2ControllersSendWhatTheirDecoderReadsByTheSample() throws Exception {
        Family family = new F2Controllers(false, new SplittableRandom(1), TOKYO);
        F2Decoder decoder = new F2Decoder(SampleParameters.shipped().parameters(), TOKYO);
        Set<String> kinds = new HashSet<>();
        for (int i = 0; i < 900; i++) {
            Decoded decoded = decoder.decode(f2(family.next(i % 9, NOON), family.deviceId(i % 9)));
            assertThat(decoded.device()).isEqualTo(family.deviceId(i % 9)).hasSize(15);
            assertThat(decoded.timestamp()).isEqualTo(ChronoUnit.MICROS.between(Instant.EPOCH, NOON));
            assertThat(decoded.measured()).allMatch(value -> value.form() != Measured.Form.CUT_OFF);
            if (i % 9 == 2) {
                assertThat(decoded.measured().get(0).metric()).isEqualTo("4.3.temperature");
                assertThat(decoded.measured().get(0).value()).isBetween(18.0, 26.0);
            }
            kinds.add(decoded.eventType());
        }
        assertThat(kinds)
                .containsExactlyInAnyOrder(
                        "telemetry", "f2.strike", "f2.door", "f2.reader", "f2.exit-button", "f2.motion", "f2.siren");
    }

    @Test
    void someFramesOfF2ControllersAreAnomaliesWhereThatIsWanted() {
        Family family = new F2Controllers(true, new SplittableRandom(1), TOKYO);
        F2Decoder decoder = new F2Decoder(SampleParameters.shipped().parameters(), TOKYO);
        Set<Reason> reasons = new HashSet<>();
        for (int i = 0; i < 3_000; i++) {
            try {
                decoder.decode(f2(family.next(i % 3, NOON), family.deviceId(i % 3)));
            } catch (Undecodable e) {
                reasons.add(e.reason());
            }
        }
        assertThat(reasons).containsExactlyInAnyOrder(Reason.MALFORMED_FRAME, Reason.UNKNOWN_PIN);
    }

    private static RawMessage f2(Message message, String device) {
        return new RawMessage("f2", message.topic(), null, device, 0, message.payload());
    }

    @Test
    void senmlSensorsSendTheSameInJsonAndInCbor() throws Exception {
        Family inJson = senml(new SenmlSensors.Style(10, false, true, false));
        Family inCbor = senml(new SenmlSensors.Style(10, true, true, false));
        SenmlDecoder decoder = new SenmlDecoder(raw -> null);
        List<Double> temperatures = new ArrayList<>();
        long last = 0;
        for (int i = 0; i < 500; i++) {
            Instant time = NOON.plusSeconds(10L * i);
            Message json = inJson.next(0, time);
            Message cbor = inCbor.next(0, time);
            assertThat(json.topic()).isEqualTo("iot/senml-001/raw").isEqualTo(cbor.topic());
            assertThat(json.contentType()).isEqualTo("application/senml+json");
            assertThat(cbor.contentType()).isEqualTo("application/senml+cbor");
            assertThat(cbor.payload()).hasSizeLessThan(json.payload().length * 3 / 4);
            Decoded said = decoder.decode(received(json));
            assertThat(decoder.decode(received(cbor)).measured()).isEqualTo(said.measured());
            assertThat(said.timestamp()).isEqualTo(ChronoUnit.MICROS.between(Instant.EPOCH, time));
            List<Measured> numbers = said.measured().stream()
                    .filter(reading -> reading.form() == Measured.Form.NUMBER)
                    .toList();
            assertThat(numbers).hasSize(10).extracting(Measured::metric).containsOnly("temperature", "humidity");
            assertThat(said.measured()).hasSize(i == 0 ? 11 : 10);
            for (Measured reading : numbers) {
                assertThat(reading.timestamp()).isGreaterThan(last);
                last = reading.timestamp();
                if (reading.metric().equals("temperature")) {
                    temperatures.add(reading.value());
                }
            }
        }
        assertThat(temperatures).anyMatch(value -> value >= 78).allMatch(value -> value >= 18 && value <= 86);
    }

    @Test
    void senmlSensorsCatchUpInBursts() {
        Family family = senml(new SenmlSensors.Style(2, false, false, true));
        List<Duration> pauses = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            pauses.add(family.next(0, NOON.plusSeconds(i)).pause());
        }
        assertThat(pauses)
                .contains(Duration.ofMillis(200))
                .allMatch(pause -> pause.toMillis() == 200 || pause.toMillis() >= 3_000 && pause.toMillis() < 8_000);
    }

    private static Family senml(SenmlSensors.Style style) {
        return new SenmlSensors(style, new SplittableRandom(1));
    }

    private static RawMessage received(Message message) {
        return new RawMessage(
                "iot",
                message.topic(),
                null,
                "senml-001",
                ChronoUnit.MICROS.between(Instant.EPOCH, NOON),
                message.contentType(),
                message.payload());
    }

    @Test
    void smartBreakersSendTheFullTelemetryOfTheOriginal() throws IOException {
        Family family = new SmartBreakers(false, new SplittableRandom(1), TOKYO);
        for (int i = 0; i < 500; i++) {
            Message message = family.next(0, NOON);
            JsonNode json = MAPPER.readTree(message.payload());
            assertThat(message.topic()).isEqualTo("iot/breaker-001/raw");
            assertThat(message.pause()).isNull();
            assertThat(names(json))
                    .containsExactly("device_id", "device_type", "timestamp", "event_type", "measurements");
            assertThat(json.get("device_id").textValue()).isEqualTo("breaker-001");
            assertThat(json.get("device_type").textValue()).isEqualTo("smart_breaker");
            assertThat(json.get("timestamp").textValue()).isEqualTo("2026-11-21T12:00:00.123456Z");
            assertThat(json.get("event_type").textValue()).isEqualTo("telemetry");

            JsonNode measurements = json.get("measurements");
            assertThat(names(measurements))
                    .containsExactly(
                            "voltage",
                            "current",
                            "power",
                            "frequency",
                            "temperature",
                            "status",
                            "protection",
                            "operational");
            for (String phase : List.of("phase_a", "phase_b", "phase_c")) {
                assertNumber(measurements.at("/voltage/" + phase), 110, 130, 2);
                assertNumber(measurements.at("/current/" + phase), 0, 100, 2);
            }
            assertNumber(measurements.at("/power/active"), 5000, 12000, 2);
            assertNumber(measurements.at("/power/reactive"), 1000, 3000, 2);
            assertNumber(measurements.at("/power/apparent"), 5000, 13000, 2);
            assertNumber(measurements.at("/power/factor"), 0.85, 0.98, 3);
            assertNumber(measurements.at("/frequency/value"), 59.5, 60.5, 2);
            assertNumber(measurements.at("/temperature/value"), 20, 80, 2);
            assertNumber(measurements.at("/status/breaker"), 0, 1, 0);
            assertNumber(measurements.at("/status/position"), 0, 1, 0);
            assertNumber(measurements.at("/status/communication"), 1, 1, 0);
            assertNumber(measurements.at("/protection/trip_count"), 0, 10, 0);
            assertNumber(measurements.at("/protection/ground_fault_current"), 0, 5, 2);
            assertThat(measurements.at("/protection/arc_fault_detected").isBoolean())
                    .isTrue();
            assertNumber(measurements.at("/operational/load_percentage"), 20, 90, 1);
            assertNumber(measurements.at("/operational/operating_hours"), 100, 1000, 0);
            assertThat(measurements.at("/operational/maintenance_due").isBoolean())
                    .isTrue();
            assertThat(List.of("voltage", "current", "power", "frequency", "temperature"))
                    .extracting(name -> measurements.get(name).get("unit").textValue())
                    .containsExactly("V", "A", "W", "Hz", "°C");
        }
    }

    @Test
    void aBurstIsThreeToSixTelemetryMessagesThenTrendsThenStatus() {
        Family family = new SmartBreakers(true, new SplittableRandom(42), TOKYO);
        Instant time = NOON;
        int cycles = 0;
        Set<Integer> burstLengths = new HashSet<>();
        List<String> cycle = new ArrayList<>();
        Duration silences = Duration.ZERO;
        while (cycles < 4000) {
            Message message = family.next(0, time);
            cycle.add(message.topic().substring("iot/breaker-001/".length()));
            if (message.pause().compareTo(Duration.ofSeconds(1)) > 0) {
                assertThat(message.pause()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(8));
                silences = silences.plus(message.pause());
                cycles++;
                if (cycle.size() > 1) {
                    int telemetry = cycle.size() - 2;
                    burstLengths.add(telemetry);
                    assertThat(cycle.subList(0, telemetry)).containsOnly("raw");
                    assertThat(cycle.subList(telemetry, cycle.size())).containsExactly("trends", "status");
                } else {
                    assertThat(cycle).containsExactly("raw");
                    burstLengths.add(-1);
                }
                cycle.clear();
            } else if (cycle.size() > 1 || message.pause().toMillis() == 200) {
                assertThat(message.pause().toMillis()).isIn(0L, 200L);
            }
            time = time.plus(message.pause());
        }
        assertThat(burstLengths).containsExactlyInAnyOrder(-1, 3, 4, 5, 6);
        assertThat(silences.toMillis() / 4000.0).isBetween(5300.0, 5700.0);
    }

    @Test
    void aQuarterOfTheCyclesAreBursts() {
        Family family = new SmartBreakers(true, new SplittableRandom(7), TOKYO);
        int cycles = 0;
        int bursts = 0;
        while (cycles < 4000) {
            Message message = family.next(0, NOON);
            if (message.pause().toMillis() >= 3000) {
                cycles++;
                bursts += message.topic().endsWith("/status") ? 1 : 0;
            }
        }
        assertThat(bursts / 4000.0).isBetween(0.22, 0.28);
    }

    @Test
    void trendsAreStringsStaggeredByAMinute() throws IOException {
        JsonNode json = burstMessage("trends");
        assertThat(names(json)).containsExactly("device_id", "device_type", "timestamp", "event_type", "trends");
        assertThat(json.get("event_type").textValue()).isEqualTo("trends");
        assertThat(json.get("trends")).hasSize(4);
        assertThat(json.get("trends").findValuesAsText("c"))
                .containsExactly("voltage_phase_a", "current_phase_a", "power_active", "temperature");
        for (int i = 0; i < 4; i++) {
            JsonNode trend = json.get("trends").get(i);
            assertThat(names(trend)).containsExactly("c", "t", "v", "avg", "min", "max");
            assertThat(trend).allMatch(JsonNode::isTextual);
            assertThat(trend.get("t").textValue()).isEqualTo(String.valueOf(NOON.getEpochSecond() - 60L * i));
            double value = trend.get("v").asDouble();
            assertThat(value).isBetween(100.0, 120.0);
            assertThat(trend.get("avg").asDouble()).isBetween(value * 0.949, value * 1.051);
            assertThat(trend.get("min").asDouble()).isBetween(value * 0.899, value * 0.981);
            assertThat(trend.get("max").asDouble()).isBetween(value * 1.019, value * 1.101);
        }
    }

    @Test
    void statusCarriesLocalTimeWithoutAZone() throws IOException {
        JsonNode json = burstMessage("status");
        assertThat(names(json)).containsExactly("device_id", "device_type", "timestamp", "event_type", "status");
        assertThat(json.get("timestamp").textValue()).isEqualTo("2026-11-21T21:00:00.123456");
        JsonNode status = json.get("status");
        assertThat(names(status))
                .containsExactly(
                        "online",
                        "last_telemetry",
                        "message_count",
                        "uptime_hours",
                        "firmware_version",
                        "hardware_revision");
        assertThat(status.get("online").booleanValue()).isTrue();
        assertThat(status.get("last_telemetry").longValue()).isEqualTo(NOON.getEpochSecond());
        assertThat(status.get("firmware_version").textValue()).isEqualTo("2.1.0");
        assertThat(status.get("hardware_revision").textValue()).isEqualTo("A");
    }

    @Test
    void environmentIsThreeSitesOfFiveZonesOfThreeDevices() {
        Family family = new EnvironmentSensors(new SplittableRandom(1));
        assertThat(family.deviceId(0)).isEqualTo("site-01-zone-01-dev-01");
        assertThat(family.deviceId(3)).isEqualTo("site-01-zone-02-dev-01");
        assertThat(family.deviceId(44)).isEqualTo("site-03-zone-05-dev-03");
        Set<String> ids = new HashSet<>();
        for (int device = 0; device < FamilyName.ENVIRONMENT.defaultDevices(); device++) {
            ids.add(family.deviceId(device));
        }
        assertThat(ids).hasSize(45);
    }

    @Test
    void environmentValuesAreNormalAndNowAndThenAboveOneThreshold() throws IOException {
        Family family = new EnvironmentSensors(new SplittableRandom(1));
        Set<String> above = new HashSet<>();
        int anomalies = 0;
        for (int i = 0; i < 5000; i++) {
            Message message = family.next(16, NOON);
            assertThat(message.topic()).isEqualTo("iot/site-02-zone-01-dev-02/raw");
            JsonNode json = MAPPER.readTree(message.payload());
            assertThat(names(json))
                    .containsExactly(
                            "device_id",
                            "device_type",
                            "site_id",
                            "zone_id",
                            "timestamp",
                            "event_type",
                            "measurements");
            assertThat(json.get("device_type").textValue()).isEqualTo("environmental_sensor");
            assertThat(json.get("site_id").textValue()).isEqualTo("site-02");
            assertThat(json.get("zone_id").textValue()).isEqualTo("zone-01");
            assertThat(json.get("timestamp").textValue()).isEqualTo("2026-11-21T12:00:00.123456Z");
            JsonNode measurements = json.get("measurements");
            assertThat(names(measurements)).containsExactly("co2", "temperature", "humidity", "occupancy");
            assertThat(measurements.findValuesAsText("unit")).containsExactly("ppm", "°C", "%RH", "persons");
            assertNumber(measurements.at("/co2/value"), 400, 1600, 2);
            assertNumber(measurements.at("/temperature/value"), 18, 36, 1);
            assertNumber(measurements.at("/humidity/value"), 30, 95, 1);
            assertNumber(measurements.at("/occupancy/value"), 0, 20, 0);
            int before = anomalies;
            anomalies += note(above, "co2", measurements.at("/co2/value").doubleValue(), 800, 1000);
            anomalies += note(
                    above, "temperature", measurements.at("/temperature/value").doubleValue(), 26, 30);
            anomalies +=
                    note(above, "humidity", measurements.at("/humidity/value").doubleValue(), 60, 80);
            assertThat(anomalies - before).isLessThanOrEqualTo(1);
        }
        assertThat(above).containsExactlyInAnyOrder("co2", "temperature", "humidity");
        assertThat(anomalies / 5000.0).isBetween(0.01, 0.03);
    }

    @Test
    void roomsSendAnEventForEachValueAsTheOriginalDoes() throws IOException {
        Family family = new RoomEvents(false, true, new SplittableRandom(1));
        Set<String> ids = new HashSet<>();
        Set<String> above = new HashSet<>();
        for (int i = 0; i < 5000; i++) {
            Message message = family.next(i % 45, NOON);
            assertThat(message.topic()).isEqualTo("telemetry.events");
            assertThat(message.pause()).isNull();
            JsonNode json = MAPPER.readTree(message.payload());
            assertThat(names(json))
                    .containsExactly("event_id", "device_id", "site_id", "zone_id", "sensor_type", "value", "ts_event");
            assertThat(json.get("ts_event").textValue()).isEqualTo("2026-11-21T12:00:00.123456");
            assertThat(json.get("device_id").textValue()).isEqualTo(family.deviceId(i % 45));
            assertThat(java.util
                            .UUID
                            .fromString(json.get("event_id").textValue())
                            .version())
                    .isEqualTo(4);
            ids.add(json.get("event_id").textValue());
            double value = json.get("value").doubleValue();
            switch (json.get("sensor_type").textValue()) {
                case "co2" -> note(above, "co2", value, 800, 1000);
                case "temperature" -> note(above, "temperature", value, 26, 30);
                case "humidity" -> note(above, "humidity", value, 60, 80);
                default -> assertNumber(json.get("value"), 0, 20, 0);
            }
        }
        assertThat(ids).hasSize(5000);
        assertThat(above).containsExactlyInAnyOrder("co2", "temperature", "humidity");
    }

    @Test
    void roomsWithoutAnomaliesStayBelowAndWithBurstsPause() throws IOException {
        Family family = new RoomEvents(true, false, new SplittableRandom(1));
        Set<Duration> pauses = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            Message message = family.next(7, NOON);
            assertThat(MAPPER.readTree(message.payload()).get("value").doubleValue())
                    .isLessThanOrEqualTo(800);
            pauses.add(message.pause());
        }
        assertThat(pauses).contains(Duration.ofMillis(200)).hasSizeGreaterThan(50);
        assertThat(pauses).allMatch(pause -> pause.toMillis() == 200 || pause.toMillis() >= 3_000);
    }

    @Test
    void onlySmartBreakersBurst() {
        assertThatThrownBy(() -> FamilyName.BUILDING.create(true, new SplittableRandom()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static int note(Set<String> above, String metric, double value, double normal, double threshold) {
        if (value <= normal) {
            return 0;
        }
        assertThat(value).isGreaterThan(threshold);
        above.add(metric);
        return 1;
    }

    private static JsonNode burstMessage(String kind) throws IOException {
        Family family = new SmartBreakers(true, new SplittableRandom(3), TOKYO);
        while (true) {
            Message message = family.next(0, NOON);
            if (message.topic().equals("iot/breaker-001/" + kind)) {
                return MAPPER.readTree(message.payload());
            }
        }
    }

    private static void assertNumber(JsonNode node, double min, double max, int decimals) {
        assertThat(node.isNumber()).isTrue();
        assertThat(node.doubleValue()).isBetween(min, max);
        assertThat(new BigDecimal(node.asText()).stripTrailingZeros().scale()).isLessThanOrEqualTo(decimals);
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
