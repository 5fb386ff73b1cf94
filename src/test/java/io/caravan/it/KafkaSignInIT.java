package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedServers;
import io.caravan.embedded.GuardedKafka;
import io.caravan.embedded.TestCertificate;
import io.caravan.kafka.KafkaAccess;
import io.caravan.kafka.RawRecords;
import io.caravan.settings.KafkaSecurity;
import io.caravan.settings.Settings;
import io.caravan.simulator.KafkaLink;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka, reached with TLS only, that does not let the application in until somebody has told it to. */
@ExtendWith(RealServers.class)
class KafkaSignInIT {

    @TempDir
    Path made;

    private TestCertificate certificate;

    @Test
    void stagesThatAreNotLetInSaySoAndComeBackByThemselves(EmbeddedServers servers) throws Exception {
        certificate = TestCertificate.make(made, "kafka");
        try (Folder folder = Folder.create();
                GuardedKafka kafka = GuardedKafka.start(folder.path(), certificate);
                RunningCaravan caravan = RunningCaravan.started(settings(servers, kafka));
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            await().untilAsserted(
                            () -> assertThat(caravan.management().get("/health").body())
                                    .contains("enrich: 2 of 2 Kafka consumers cannot work: Authentication failed")
                                    .contains("store: 4 of 4 Kafka consumers cannot work: Authentication failed"));
            device.publish("iot/signs-in/raw", "{\"temperature\":21.5}");

            kafka.add("caravan", "let me in");

            await().until(caravan.management()::isReady);
            Rows rows = new Rows(servers);
            await().until(() -> {
                // a lone message may wait for two minutes in the producer that was refused; the next one has it renewed
                device.publish("iot/signs-in/raw", "{\"temperature\":21.5}");
                return rows.count("SELECT count(*) FROM readings WHERE device_id = 'signs-in'") > 0;
            });
            othersAreLetInBesideTheRoutes(KafkaSecurity.access(
                    Settings.load(Path.of("application.properties"), Map.of()).with(settings(servers, kafka))));
        }
    }

    /** What writes without Camel, and what finds a record for a replay. */
    private static void othersAreLetInBesideTheRoutes(KafkaAccess access) throws Exception {
        CompletableFuture<Throwable> sent = new CompletableFuture<>();
        try (KafkaLink link = KafkaLink.connect(access, "signing-in.raw");
                RawRecords records = new RawRecords(access, "signing-in.raw")) {
            link.publish("signing-in.raw", "nobody", new byte[] {'{', '}'}, sent::complete);

            assertThat(sent.get(60, TimeUnit.SECONDS)).isNull();
            assertThat(IntStream.range(0, 4).mapToObj(partition -> "signing-in.raw/" + partition + "/0"))
                    .anyMatch(place -> records.find(place).isPresent());
        }
    }

    private Map<String, String> settings(EmbeddedServers servers, GuardedKafka kafka) {
        Map<String, String> settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        settings.put("caravan.stages", "ingest,enrich,store");
        settings.put("caravan.kafka.brokers", kafka.guardedDoor());
        // names of its own: what lies in the database of topics that have these names in another Kafka
        for (String topic : new String[] {"raw", "enriched", "dead-letters"}) {
            settings.put("caravan.topic." + topic, "signing-in." + topic);
        }
        settings.put("caravan.kafka.security.protocol", "SASL_SSL");
        settings.put("caravan.kafka.ssl.truststore.type", "PEM");
        settings.put(
                "caravan.kafka.ssl.truststore.location",
                certificate.certificate().toString());
        settings.put("caravan.kafka.sasl.mechanism", "SCRAM-SHA-256");
        settings.put(
                "caravan.kafka.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"caravan\""
                        + " password=\"let me in\";");
        return settings;
    }
}
