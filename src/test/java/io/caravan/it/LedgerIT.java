package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.embedded.EmbeddedServers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ledger tells what became of every message: at rest and under load; after kills, the faults look at it. */
class LedgerIT {

    private static final String POISON = "{broken";
    private static final long FIRST_TIME = 1_795_000_000_000L;

    private Folder folder;
    private EmbeddedServers servers;
    private MqttDevice device;
    private final Sent sent = new Sent();

    @BeforeEach
    void start() throws Exception {
        folder = Folder.create();
        servers = EmbeddedServers.start(folder.path(), EmbeddedServers.Ports.ANY);
        device = MqttDevice.mqtt5(servers.mqttUrl());
    }

    @AfterEach
    void stop() throws Exception {
        device.close();
        servers.close();
        folder.close();
    }

    @Test
    void whatWasSentIsWhatTheLedgerSaysUnderLoadAndAtRest() throws Exception {
        try (RunningCaravan caravan = RunningCaravan.ready(servers, Map.of())) {
            for (int round = 0; round < 40; round++) {
                sent.publish(device, 100);
                JsonNode ledger = caravan.api().json("/api/ledger");
                assertThat(ledger.get("balanced").booleanValue())
                        .as("%s", ledger)
                        .isTrue();
                ledger.get("stages").forEach(LedgerIT::requireSum);
                requireSum(ledger.get("all"));
            }
            awaitLedger(caravan.api());
            assertThat(caravan.api().json("/api/ledger?tenant=default").toString())
                    .isEqualTo(
                            "{\"tenant\":\"default\",\"received\":%d,\"forwarded\":%d,\"dead_lettered\":0,\"duplicates\":%d}"
                                    .formatted(sent.good + sent.duplicates, sent.good, sent.duplicates));
            await().untilAsserted(() -> assertThat(caravan.metrics())
                    .contains("caravan_ledger_balanced{stage=\"all\"} 1.0")
                    .contains(
                            "caravan_ledger_messages{outcome=\"dead_lettered\",stage=\"enrich\"} " + sent.poison + ".0")
                    .contains("caravan_ledger_messages{outcome=\"forwarded\",stage=\"store\"} " + sent.good + ".0"));
        }
    }

    @Test
    void withoutKafkaTheLedgerSaysSo() throws Exception {
        Map<String, String> settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        settings.put("caravan.kafka.brokers", "127.0.0.1:" + FreePort.next());
        settings.put("caravan.stages", "api");
        try (RunningCaravan caravan = RunningCaravan.started(settings)) {
            await().until(() -> caravan.api().get("/api/ledger?tenant=default").statusCode() == 200);
            HttpResponse<String> answer = caravan.api().get("/api/ledger");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("Kafka");
        }
    }

    /**
     * Waits until nothing is in flight, and compares with what Kafka has acknowledged: after a kill that is more than was
     * sent, because the MQTT broker delivers again what it had no acknowledgement for.
     */
    private void awaitLedger(Api api) throws Exception {
        await().untilAsserted(() -> {
            JsonNode all = api.json("/api/ledger").get("all");
            assertThat(all.get("forwarded").longValue()).as("%s", all).isEqualTo(sent.good);
            assertThat(all.get("in_flight").longValue()).isZero();
        });
        JsonNode ledger = api.json("/api/ledger");
        JsonNode all = ledger.get("all");
        long received = all.get("received").longValue();
        // one more than there are, so that it reads on to the end
        List<String> raw = new KafkaLog(servers.kafkaBrokers(), Duration.ofSeconds(3))
                .read("iot.raw", (int) received + 1, any -> true).stream()
                        .map(message -> new String(message.value(), StandardCharsets.UTF_8))
                        .toList();
        long poison = raw.stream().filter(POISON::equals).count();

        assertThat(raw).hasSizeGreaterThanOrEqualTo((int) sent.total());
        assertThat(received).as("%s", ledger).isEqualTo(raw.size());
        assertThat(all.get("dead_lettered").longValue()).as("%s", ledger).isEqualTo(poison);
        assertThat(all.get("duplicates").longValue())
                .as("%s", ledger)
                .isEqualTo(raw.size() - poison - sent.good)
                .isGreaterThanOrEqualTo(sent.duplicates);
        assertThat(all.get("lost").longValue()).isZero();
        assertThat(ledger.get("balanced").booleanValue()).as("%s", ledger).isTrue();
    }

    private static void requireSum(JsonNode account) {
        assertThat(account.get("received").longValue())
                .as("%s", account)
                .isEqualTo(account.get("forwarded").longValue()
                        + account.get("dead_lettered").longValue()
                        + account.get("ignored").longValue()
                        + account.get("duplicates").longValue()
                        + account.get("in_flight").longValue()
                        + account.get("lost").longValue());
    }

    /** Good messages, some of them sent twice, and poison between them; what the broker has acknowledged of each. */
    private static final class Sent {

        private final Random random = new Random(7);
        private final List<String> earlier = new ArrayList<>();
        private long good;
        private long duplicates;
        private long poison;

        void publish(MqttDevice device, int count) {
            List<String> payloads = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int kind = random.nextInt(20);
                if (kind == 0) {
                    payloads.add(POISON);
                    poison++;
                } else if (kind == 1 && !earlier.isEmpty()) {
                    payloads.add(earlier.get(random.nextInt(earlier.size())));
                    duplicates++;
                } else {
                    String payload =
                            "{\"deviceId\":\"ledger-%d\",\"tenant_id\":\"default\",\"timestamp\":%d,\"temperature\":%d}"
                                    .formatted(random.nextInt(20), FIRST_TIME + good, good);
                    payloads.add(payload);
                    earlier.add(payload);
                    good++;
                }
            }
            device.publishAll("building/room1/data", payloads);
        }

        long total() {
            return good + duplicates + poison;
        }
    }
}
