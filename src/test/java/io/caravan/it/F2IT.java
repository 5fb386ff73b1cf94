package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.embedded.EmbeddedServers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** F2 controllers on real servers: frames, events, parameters that change, and what nobody can read. */
@ExtendWith(RealServers.class)
class F2IT {

    private static final String TIME = "2023-05-25 15:13:10.5434";
    private static final int CONTROLLERS = 24;

    @Test
    void framesAreReadByTheParametersOfTheMomentInEveryProcess(EmbeddedServers servers) throws Exception {
        Rows rows = new Rows(servers);
        Map<String, String> second = Map.of("caravan.stages", "enrich", "caravan.devices.auto-provision", "true");
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of());
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            Api api = caravan.api();
            rows.execute(Files.readString(Path.of("sql/samples/f2.sql")));
            await().untilAsserted(() -> {
                device.publish("cmnd/f2-e4fd45f654be/sensor-mode/1/sensor-1", frame(0, "09 C4 13 88 02 58"));
                assertThat(readings(api, "f2-e4fd45f654be"))
                        .contains("1.1.temperature=25.0 °C", "1.1.humidity=50.0 %", "1.1.co2=600.0 ppm");
            });

            theWorkedExamplesAreStoredToTheLastDigit(api, device);
            whatIsNoFrameIsAnEvent(caravan, device);
            aFrameThatNobodyCanReadComesInWhenItsParametersAreThere(api, device, rows);
            try (RunningCaravan other = RunningCaravan.started(with(RunningCaravan.settingsFor(servers), second))) {
                await().until(other.management()::isReady);
                aChangeReachesBothProcesses(api, device, rows);
            }
        }
    }

    private static void theWorkedExamplesAreStoredToTheLastDigit(Api api, MqttDevice device) throws Exception {
        device.publish("tele/f2-abc123def456/sensor-mode/J2/sensor-2", frame(1, "09 01 F0 60"));
        device.publish(
                "cmnd/f2-123456ABCDEF/sensor-mode/4/sensor-3",
                frame(1, "01 03 0C 32 30 32 30 36 32 38 30 31 30 31 5B 18 28 01"));
        await().untilAsserted(() -> {
            assertThat(readings(api, "f2-abc123def456"))
                    .containsExactlyInAnyOrder("2.2.voltage=230.5 V", "2.2.current=-4.0 A");
            assertThat(readings(api, "f2-123456abcdef"))
                    .containsExactlyInAnyOrder(
                            "4.3.temperature=2.59 °C", "4.3.humidity=31.22 %", "4.3.co2=12338.0 ppm");
        });
        assertThat(api.json("/api/readings?device=f2-abc123def456&limit=1")
                        .get(0)
                        .get("timestamp")
                        .textValue())
                .isEqualTo("2023-05-25T15:13:10.543401Z");
        assertThat(api.json("/api/devices/f2-abc123def456").get("device_type").textValue())
                .isEqualTo("f2_controller");
    }

    private static void whatIsNoFrameIsAnEvent(RunningCaravan caravan, MqttDevice device) throws Exception {
        Api api = caravan.api();
        String door = "f2-al1111222233";
        String status = "{\"timestamp\":\"%s00\",\"state\":\"locked\",\"voltage\":12.1}".formatted(TIME);
        device.publish("stat/" + door + "/access-control-mode/1/strike-1", status);
        device.publish("stat/" + door + "/access-control-mode/J1/strike-2", status);
        device.publish("cmnd/" + door + "/access-control-mode/J1/strike-2", "");
        device.publish("cmnd/" + door + "/access-control-mode/J1/reader-1/success", "1");
        device.publish("tele/plug-1/of/something/else", "no JSON");
        await().untilAsserted(() -> {
            assertThat(api.json("/api/events?device=" + door + "&kind=f2.strike"))
                    .hasSize(3);
            assertThat(api.json("/api/events?device=" + door)).hasSize(4);
        });
        JsonNode command = api.json("/api/events?device=" + door + "&kind=f2.strike&limit=1")
                .get(0);
        assertThat(command.at("/body/topic").textValue()).startsWith("cmnd/");
        assertThat(command.at("/body/payload").isNull()).isTrue();
        assertThat(api.json("/api/events?device=" + door + "&kind=f2.reader")
                        .get(0)
                        .at("/body/payload")
                        .intValue())
                .isEqualTo(1);
        assertThat(readings(api, door))
                .containsExactlyInAnyOrder("1.strike-1.voltage=12.1 ", "1.strike-2.voltage=12.1 ");
        await().until(() -> caravan.metrics().contains("caravan_ingest_passed_over_total{route=\"ingest-f2\"} 1.0"));
    }

    private static void aFrameThatNobodyCanReadComesInWhenItsParametersAreThere(Api api, MqttDevice device, Rows rows)
            throws Exception {
        String topic = "tele/f2-00000000beef/sensor-mode/J3/sensor-9";
        device.publish(topic, frame(2, "01 02 C0"));
        device.publish(topic, frame(2, "01 02 C"));
        await().untilAsserted(() -> assertThat(reasons(api, "f2-00000000beef"))
                .containsExactlyInAnyOrder("unknown-pin", "malformed-frame"));

        put(
                api,
                "/api/device-templates/tank",
                "{\"data_points\":[{\"label\":\"Level\",\"format\":\"Uint16\",\"byte_order\":\"little\",\"offset\":0,"
                        + "\"scale\":0.1,\"append\":\" cm\"},{\"label\":\"Drift\",\"format\":\"Int8\",\"offset\":2},"
                        + "{\"label\":\"Far Away\",\"format\":\"Float32\",\"offset\":3}]}");
        put(
                api,
                "/api/controllers/00:00:00:00:BE:EF",
                "{\"connectors\":[{\"connector\":\"J3\",\"pins\":[{\"pin\":9,\"template\":\"tank\"}]}]}");
        await().untilAsserted(() -> {
            HttpResponse<String> answer =
                    api.post("/api/dead-letters/replay?device=f2-00000000beef&reason=unknown-pin", "");
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
            assertThat(readings(api, "f2-00000000beef"))
                    .containsExactlyInAnyOrder("3.9.level=51.3 cm", "3.9.drift=-64.0 ", "3.9.far_away=null ");
        });
        assertThat(rows.count("SELECT count(*) FROM readings WHERE device_id = 'f2-00000000beef'"))
                .as("once, however often it was sent again")
                .isEqualTo(3);
    }

    /** Controllers over all partitions, half of which the other process reads. */
    private static void aChangeReachesBothProcesses(Api api, MqttDevice device, Rows rows) throws Exception {
        for (int i = 0; i < CONTROLLERS; i++) {
            put(
                    api,
                    "/api/controllers/fleet-" + i,
                    "{\"connectors\":[{\"connector\":1,\"pins\":[{\"pin\":1,\"template\":\"tank\"}]}]}");
        }
        long second = 1_700_000_000;
        for (String label : List.of("Level", "Depth", "Height")) {
            put(
                    api,
                    "/api/device-templates/tank",
                    "{\"data_points\":[{\"label\":\"" + label + "\",\"format\":\"Uint8\",\"offset\":0}]}");
            long[] now = {second};
            // what a process reads before it has heard of the controllers is a dead letter: one round has to be whole
            String wholeRounds = "SELECT count(*) FROM (SELECT ts FROM readings WHERE device_id LIKE 'f2-fleet-%'"
                    + " AND metric = '1.1." + label.toLowerCase(java.util.Locale.ROOT) + "'"
                    + " GROUP BY ts HAVING count(*) = " + CONTROLLERS + ") AS whole";
            await().pollInterval(java.time.Duration.ofSeconds(1)).until(() -> {
                now[0]++;
                for (int i = 0; i < CONTROLLERS; i++) {
                    device.publish(
                            "tele/f2-fleet-" + i + "/sensor-mode/1/sensor-1",
                            "{\"timestamp\":" + now[0] + ",\"data\":\"0A\"}");
                }
                return rows.count(wholeRounds) > 0;
            });
            second = now[0];
        }
    }

    private static List<String> readings(Api api, String device) throws Exception {
        return StreamSupport.stream(api.json("/api/readings?device=" + device).spliterator(), false)
                .map(reading -> reading.path("metric").textValue() + "="
                        + reading.path("value").asText() + " "
                        + reading.path("unit").textValue())
                .distinct()
                .toList();
    }

    private static List<String> reasons(Api api, String device) throws Exception {
        List<String> reasons = new ArrayList<>();
        api.json("/api/dead-letters?device=" + device)
                .forEach(letter -> reasons.add(letter.get("reason").textValue()));
        return reasons;
    }

    private static void put(Api api, String path, String body) throws Exception {
        HttpResponse<String> answer = api.put(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    }

    private static String frame(int micros, String data) {
        return "{\"timestamp\":\"%s%02d\",\"data\":\"%s\"}".formatted(TIME, micros, data);
    }

    private static Map<String, String> with(Map<String, String> settings, Map<String, String> more) {
        Map<String, String> all = new java.util.HashMap<>(settings);
        all.putAll(more);
        return all;
    }
}
