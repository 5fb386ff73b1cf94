package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.faults.KillPoint.Moment;
import io.caravan.it.MqttDevice;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The application dies while it replays dead letters. */
@Tag("faults")
class ReplayKillIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int LETTERS = 700;

    /** Two pages: one that was taken and not sent, one that was sent and not noted; stored and not committed. */
    @ParameterizedTest
    @CsvSource({"ENTERING, to-kafka-replays, 1", "LEAVING, to-kafka-replays, 2", "LEAVING, store-batch, 1"})
    void dyingLosesNoReplayAndStoresNothingTwice(Moment moment, String step, int pass) throws Exception {
        try (World world = World.start("way-");
                MqttDevice device = MqttDevice.mqtt5(world.mqttUrl())) {
            Map<String, String> settings = new HashMap<>(KillPoint.settings(moment, step, pass));
            settings.put("caravan.devices.auto-provision", "false");
            World.Instance caravan = world.ready(settings);
            List<String> payloads = IntStream.range(0, LETTERS)
                    .mapToObj("{\"deviceId\":\"way-1\",\"temperature\":%d}"::formatted)
                    .toList();
            device.publishAll("building/a", payloads);
            await().atMost(PATIENCE).until(() -> world.rows().count("SELECT count(*) FROM dead_letters") == LETTERS);
            world.rows()
                    .execute("INSERT INTO devices (tenant_id, device_id, label, device_type)"
                            + " VALUES ('default', 'way-1', '', 'unknown')");
            Thread.sleep(4_000); // the directory is read every two seconds

            assertThat(caravan.api().post("/api/dead-letters/replay", "").statusCode())
                    .isEqualTo(202);
            await().atMost(PATIENCE).until(() -> !caravan.process().isAlive());
            KillPoint.settings(moment, step, pass).keySet().forEach(caravan::unset);
            caravan.start();
            caravan.awaitReady();

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(world.rows()
                            .list("SELECT dead_letter_state(replays, failed_replay, resolved_replay) || ' ' || attempts"
                                    + " || ' ' || count(*) FROM dead_letters"
                                    + " GROUP BY dead_letter_state(replays, failed_replay, resolved_replay), attempts"))
                    .containsExactly("resolved 1 " + LETTERS));
            assertThat(world.rows()
                            .count("SELECT count(*) FROM readings JOIN dead_letters ON ts = received_at"
                                    + " WHERE convert_from(payload, 'UTF8') LIKE '%:' || value || '}'"))
                    .as("each with the time of its first receipt")
                    .isEqualTo(LETTERS);
            assertThat(world.rows().count("SELECT count(*) FROM readings")).isEqualTo(LETTERS);
            await().atMost(PATIENCE).untilAsserted(() -> {
                JsonNode ledger = caravan.api().json("/api/ledger");
                assertThat(ledger.get("balanced").booleanValue())
                        .as("%s", ledger)
                        .isTrue();
                assertThat(ledger.at("/all/in_flight").longValue()).isZero();
                assertThat(ledger.at("/all/forwarded").longValue())
                        .as("%s", ledger)
                        .isEqualTo(LETTERS);
            });
        }
    }
}
