package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.Timestamps;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.oracle.WindowProof;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Packs of SenML arrive whole, over MQTT 3.1.1 and 5, once however often they are sent, and in windows as in the table. */
@ExtendWith(RealServers.class)
class SenmlIT {

    private static final int LARGE = 6_000;

    /** RFC 8428, section 6, of the device 10e2073a0108006. */
    private static final byte[] CBOR = HexFormat.of()
            .parseHex(
                    "87a721781b75726e3a6465763a6f773a3130653230373361303130383030363a22fb41d303a15b00106223614120050067"
                            + "766f6c7461676501615602fb405e066666666666a3006763757272656e74062402fb3ff3333333333333a300676375727265"
                            + "6e74062302fb3ff4cccccccccccda3006763757272656e74062202fb3ff6666666666666a3006763757272656e74062102f9"
                            + "3e00a3006763757272656e74062002fb3ff999999999999aa3006763757272656e74060002fb3ffb333333333333");

    @Test
    void packsArriveWholeAndOnceAndWindowsHoldThem(EmbeddedServers servers) throws Exception {
        Rows rows = new Rows(servers);
        Map<String, String> settings = Map.of("caravan.window.settle-after", "1s");
        long last = Instant.now().getEpochSecond() - 120;
        TreeMap<Long, Double> meant = new TreeMap<>();
        String large = large(last, meant);
        try (Folder folder = Folder.create();
                MqttDevice mqtt3 = MqttDevice.mqtt3(servers.mqttUrl());
                MqttDevice mqtt5 = MqttDevice.mqtt5(servers.mqttUrl());
                RestartedCaravan caravan = new RestartedCaravan(servers, folder.path(), settings)) {
            await().until(caravan.api()::isReady);

            mqtt3.publish("iot/acme/senml-large-1/raw", large);
            mqtt5.publish("iot/10e2073a0108006/raw", CBOR, "application/senml+cbor");
            mqtt5.publish("iot/senml-mixed/raw", mixed(), "application/senml+cbor");
            mqtt5.publish("iot/senml-wrong/raw", CBOR, "application/senml+json");
            mqtt3.publish("iot/senml-bad/raw", "[{\"n\":\"a\",\"v\":1},{\"n\":\"a\",\"v\":\"1\"}]");
            await().untilAsserted(() -> assertThat(count(rows, "senml-large-1")).isPositive());
            caravan.kill();
            mqtt3.publish("iot/acme/senml-large-1/raw", large);
            mqtt3.publish("iot/10e2073a0108006/raw", CBOR);
            caravan.start();
            await().until(caravan.api()::isReady);
            mqtt5.publish(
                    "iot/acme/senml-large-1/raw", large.getBytes(StandardCharsets.UTF_8), "application/senml+json");
            mqtt3.publish("iot/acme/senml-large-1/raw", "[{\"n\":\"end\",\"bt\":" + last + ",\"v\":1}]");

            await().untilAsserted(() -> {
                assertThat(count(rows, "senml-large-1")).isEqualTo(LARGE + 1);
                assertThat(count(rows, "10e2073a0108006")).isEqualTo(7);
                assertThat(caravan.api().json("/api/dead-letters?device=senml-wrong"))
                        .hasSize(1);
                assertThat(caravan.api().json("/api/dead-letters?device=senml-bad"))
                        .hasSize(1);
            });
            assertThatTheLargePackIsThere(rows, meant);
            assertThatTheExampleIsThere(caravan.api());
            assertThatTheMixedPackIsThere(caravan.api());
            assertThatBadPacksAreDeadLetters(caravan.api());
            await().untilAsserted(() -> {
                try (Connection connection = rows.connect()) {
                    WindowProof proof = new WindowProof(connection);
                    assertThat(proof.settled("senml-large-")).isGreaterThan(100);
                    assertThat(proof.marks("senml-large-")).isZero();
                    assertThat(proof.wrong("senml-large-")).isEmpty();
                }
            });
        }
    }

    /** One reading a second and a bit, over some 100 minutes, the newest first. */
    private static String large(long last, TreeMap<Long, Double> meant) {
        List<String> records = new ArrayList<>();
        records.add("{\"bn\":\"urn:dev:ow:senml-large-1:\",\"bu\":\"l\",\"bt\":" + last + "}");
        for (int i = 0; i < LARGE; i++) {
            double value = i / 8.0;
            records.add("{\"n\":\"level\",\"t\":-" + i + ".000001,\"v\":" + value + "}");
            meant.put((last - i) * 1_000_000 - 1, value);
        }
        return "[" + String.join(",", records) + "]";
    }

    /** [{-2: "senml-mixed/", -3: 1795256130.5, 0: "label", 3: "Machine Room"}, {0: "open", 4: false}, {0: "raw", 8: h'6869'}] */
    private static byte[] mixed() {
        return HexFormat.of()
                .parseHex(
                        "83a4216c73656e6d6c2d6d697865642f22fb41dac05bd0a0000000656c6162656c036c4d616368696e6520526f6f6d"
                                + "a200646f70656e04f4a20063726177084268 69".replace(" ", ""));
    }

    private static long count(Rows rows, String device) throws Exception {
        return rows.count("SELECT count(*) FROM readings WHERE device_id = '" + device + "'");
    }

    private static void assertThatTheLargePackIsThere(Rows rows, TreeMap<Long, Double> meant) throws Exception {
        List<String> stored =
                rows.list("SELECT (extract(epoch FROM ts) * 1000000)::bigint || ' ' || value || ' ' || unit"
                        + " || ' ' || quality || ' ' || tenant_id FROM readings"
                        + " WHERE device_id = 'senml-large-1' AND metric = 'level' ORDER BY ts");
        assertThat(stored)
                .isEqualTo(meant.entrySet().stream()
                        .map(reading -> reading.getKey() + " " + shortest(reading.getValue()) + " l 0 acme")
                        .toList());
        assertThat(rows.list("SELECT (extract(epoch FROM ts) * 1000000)::bigint || ' ' || value FROM latest"
                        + " WHERE device_id = 'senml-large-1' AND metric = 'level'"))
                .containsExactly(meant.lastKey() + " 0");
    }

    /** As PostgreSQL writes it. */
    private static String shortest(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static void assertThatTheExampleIsThere(Api api) throws Exception {
        List<String> readings = new ArrayList<>();
        for (JsonNode reading : api.json("/api/readings?device=10e2073a0108006&from=2010-01-01T00:00:00Z&limit=100")) {
            readings.add(reading.get("timestamp").textValue() + " "
                    + reading.get("metric").textValue() + " "
                    + reading.get("value").doubleValue() + " "
                    + reading.get("unit").textValue() + " "
                    + reading.get("quality").textValue());
        }
        assertThat(readings)
                .containsExactlyInAnyOrder(
                        "2010-06-08T18:01:16.001000Z voltage 120.1 V GOOD",
                        "2010-06-08T18:01:11.001000Z current 1.2 A GOOD",
                        "2010-06-08T18:01:12.001000Z current 1.3 A GOOD",
                        "2010-06-08T18:01:13.001000Z current 1.4 A GOOD",
                        "2010-06-08T18:01:14.001000Z current 1.5 A GOOD",
                        "2010-06-08T18:01:15.001000Z current 1.6 A GOOD",
                        "2010-06-08T18:01:16.001000Z current 1.7 A GOOD");
    }

    private static void assertThatTheMixedPackIsThere(Api api) {
        await().untilAsserted(() -> {
            JsonNode events = api.json("/api/events?device=senml-mixed");
            assertThat(events).hasSize(1);
            assertThat(events.get(0).get("body").toString())
                    .isEqualTo(
                            "[{\"bn\":\"senml-mixed/\",\"bt\":1.7952561305E9,\"n\":\"label\",\"vs\":\"Machine Room\"},"
                                    + "{\"n\":\"open\",\"vb\":false},{\"n\":\"raw\",\"vd\":\"aGk\"}]");
            assertThat(events.get(0).get("timestamp").textValue()).isEqualTo(Timestamps.format(1_795_256_130_500_000L));
            JsonNode latest = api.json("/api/devices/senml-mixed/latest");
            assertThat(latest).hasSize(1);
            assertThat(latest.get(0).get("metric").textValue()).isEqualTo("open");
            assertThat(latest.get(0).get("value").doubleValue()).isZero();
        });
    }

    private static void assertThatBadPacksAreDeadLetters(Api api) throws Exception {
        JsonNode wrong = api.json("/api/dead-letters?device=senml-wrong").get(0);
        assertThat(wrong.get("detail").textValue())
                .isEqualTo("the content type is 'application/senml+json', the payload is an array in CBOR");
        assertThat(wrong.get("payload").binaryValue()).isEqualTo(CBOR);
        JsonNode bad = api.json("/api/dead-letters?device=senml-bad").get(0);
        assertThat(bad.get("detail").textValue()).isEqualTo("record 2: v must be a number, and is a string");
    }
}
