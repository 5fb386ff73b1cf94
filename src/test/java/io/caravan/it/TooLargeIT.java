package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.embedded.EmbeddedServers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Topics that others made take less than Caravan's own: what is too large for one of them costs no other message. */
@ExtendWith(RealServers.class)
class TooLargeIT {

    private static final String LIMIT = "200000";

    @Test
    void whatATopicDoesNotTakeIsADeadLetterAndItsNeighboursGoOn(EmbeddedServers servers) throws Exception {
        create(servers, "small.raw", "1200000");
        create(servers, "small.enriched", LIMIT);
        create(servers, "small.dlq", LIMIT);
        Map<String, String> topics = Map.of(
                "caravan.topic.raw", "small.raw",
                "caravan.topic.enriched", "small.enriched",
                "caravan.topic.dead-letters", "small.dlq",
                "caravan.mqtt.client-id", "too-large",
                "caravan.mqtt.share-group", "too-large",
                "caravan.ingest.max-payload-bytes", "2000000");
        try (RunningCaravan caravan = RunningCaravan.ready(servers, topics);
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            device.publish("iot/large-1/raw", reading(1, 10));
            device.publish("iot/large-1/raw", reading(2, 1_500_000)); // too large for small.raw
            device.publish("iot/large-1/raw", reading(3, 10));
            device.publish("iot/large-1/raw", reading(4, 300_000)); // too large once enriched
            device.publish("iot/large-1/raw", noise(300_000)); // too large as a whole dead letter
            device.publish("iot/large-1/raw", reading(5, 10));

            await().untilAsserted(() -> {
                assertThat(caravan.api().json("/api/readings?device=large-1").findValuesAsText("value"))
                        .containsExactlyInAnyOrder("1.0", "3.0", "5.0");
                assertThat(caravan.api().json("/api/dead-letters?device=large-1"))
                        .hasSize(3);
            });
            await().untilAsserted(() -> {
                JsonNode ledger = caravan.api().json("/api/ledger");
                assertThat(ledger.get("balanced").booleanValue()).isTrue();
                assertThat(ledger.at("/all/forwarded").intValue()).isEqualTo(3);
                assertThat(ledger.at("/all/dead_lettered").intValue()).isEqualTo(2);
            });
            List<JsonNode> letters = caravan.api().all("/api/dead-letters?device=large-1");
            assertThat(letters)
                    .extracting(letter -> letter.get("stage").textValue() + " "
                            + letter.get("reason").textValue() + " " + letter.get("attempts"))
                    .containsExactlyInAnyOrder("ingest too-large 1", "enrich too-large 1", "enrich malformed-json 1");
            assertThat(letters).allSatisfy(letter -> {
                assertThat(letter.get("payload_length").intValue()).isGreaterThanOrEqualTo(300_000);
                assertThat(letter.get("payload_sha256").textValue()).hasSize(64);
                assertThat(letter.get("payload").binaryValue()).hasSize(65_536);
            });
        }
    }

    private static void create(EmbeddedServers servers, String topic, String limit) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers.kafkaBrokers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1).configs(Map.of("max.message.bytes", limit))))
                    .all()
                    .get();
        }
    }

    private static String reading(int value, int padding) {
        StringBuilder note = new StringBuilder(padding);
        new Random(value).ints(padding, 'a', 'z').forEach(letter -> note.append((char) letter));
        return "{\"timestamp\":" + (1_795_000_000L + value) + ",\"measurements\":{\"voltage\":" + value
                + "},\"trends\":{\"note\":\"" + note + "\"}}";
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(1).nextBytes(noise);
        Arrays.fill(noise, 0, 10, (byte) '{');
        return noise;
    }
}
