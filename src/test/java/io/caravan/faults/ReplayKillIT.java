package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.faults.KillPoint.Moment;
import io.caravan.it.MqttDevice;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The application dies while it replays dead letters. */
@Tag("faults")
class ReplayKillIT {

    private static final int LETTERS = 700;

    private static World world;
    private static World.Instance caravan;
    private static int devices;

    @BeforeAll
    static void start() throws IOException {
        world = World.start("way-");
        caravan = world.instance(Map.of("caravan.devices.auto-provision", "false"));
    }

    @AfterAll
    static void stop() throws IOException {
        if (world != null) {
            world.close();
        }
    }

    /**
     * What is stored and not committed; a page of replays that was taken and not sent; one that was sent and not noted. That may be
     * sent again later, so it comes last.
     */
    @ParameterizedTest
    @CsvSource({"LEAVING, store-batch, 1", "ENTERING, to-kafka-replays, 1", "LEAVING, to-kafka-replays, 2"})
    void dyingLosesNoReplayAndStoresNothingTwice(Moment moment, String step, int pass) throws Exception {
        String device = "way-" + ++devices;
        int letters = devices * LETTERS;
        List<String> payloads = IntStream.range(0, LETTERS)
                .mapToObj(value -> "{\"deviceId\":\"%s\",\"temperature\":%d}".formatted(device, value))
                .toList();
        caravan.kill();
        caravan.startToDie(moment, step, pass);
        caravan.awaitReady();
        try (MqttDevice publisher = MqttDevice.mqtt5(world.mqttUrl())) {
            publisher.publishAll("building/a", payloads);
        }
        await().until(() -> world.rows().count("SELECT count(*) FROM dead_letters") == letters);
        world.rows()
                .execute("INSERT INTO devices (tenant_id, device_id, label, device_type)" + " VALUES ('default', '"
                        + device + "', '', 'unknown')");
        Thread.sleep(4_000); // the directory is read every two seconds

        assertThat(caravan.api().post("/api/dead-letters/replay", "").statusCode())
                .isEqualTo(202);
        caravan.awaitEnd();
        caravan.start();
        caravan.awaitReady();

        await().untilAsserted(() -> assertThat(world.rows()
                        .list("SELECT dead_letter_state(replays, failed_replay, resolved_replay) || ' ' || attempts"
                                + " || ' ' || count(*) FROM dead_letters"
                                + " GROUP BY dead_letter_state(replays, failed_replay, resolved_replay), attempts"))
                .containsExactly("resolved 1 " + letters));
        assertThat(
                        world.rows()
                                .count(
                                        "SELECT count(*) FROM readings JOIN dead_letters ON ts = received_at"
                                                + " WHERE convert_from(payload, 'UTF8') LIKE '%\"' || readings.device_id || '\"%:' || value || '}'"))
                .as("each with the time of its first receipt")
                .isEqualTo(letters);
        assertThat(world.rows().count("SELECT count(*) FROM readings")).isEqualTo(letters);
        await().untilAsserted(() -> {
            JsonNode ledger = caravan.api().json("/api/ledger");
            assertThat(ledger.get("balanced").booleanValue()).as("%s", ledger).isTrue();
            assertThat(ledger.at("/all/in_flight").longValue()).isZero();
            assertThat(ledger.at("/all/forwarded").longValue()).as("%s", ledger).isEqualTo(letters);
        });
    }
}
