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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
                RunningCaravan caravan = RunningCaravan.started(settings(servers, kafka, "signing-in"));
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
            KafkaAccess access = KafkaSecurity.access(Settings.load(Path.of("application.properties"), Map.of())
                    .with(settings(servers, kafka, "signing-in")));
            try (KafkaLink link = KafkaLink.connect(access, "signing-in.raw");
                    RawRecords records = new RawRecords(access, "signing-in.raw")) {
                assertWorks(link, records, "signing-in.raw");
            }
        }
    }

    @Test
    void anotherPasswordInTheFileCountsWithoutARestart(EmbeddedServers servers) throws Exception {
        certificate = TestCertificate.make(made, "kafka");
        NumberedReadings readings = new NumberedReadings("password-changes");
        Path file = Files.writeString(made.resolve("jaas"), scram("one"));
        Map<String, String> environment = Map.of("CARAVAN_KAFKA_SASL_JAAS_CONFIG_FILE", file.toString());
        try (Folder folder = Folder.create();
                GuardedKafka kafka = GuardedKafka.start(folder.path(), certificate)) {
            kafka.add("caravan", "one");
            Map<String, String> settings = settings(servers, kafka, "password-changes");
            settings.remove("caravan.kafka.sasl.jaas.config");
            KafkaAccess access = KafkaSecurity.access(Settings.load(Path.of("application.properties"), environment)
                    .with(settings));
            try (RunningCaravan caravan = RunningCaravan.started(settings, environment);
                    KafkaLink link = KafkaLink.connect(access, "password-changes.raw");
                    RawRecords records = new RawRecords(access, "password-changes.raw")) {
                await().until(caravan.management()::isReady);
                readings.publish(servers.mqttUrl(), 1, 20);
                readings.awaitStored(servers, 20);
                assertWorks(link, records, "password-changes.raw");

                kafka.add("caravan", "two");
                await().untilAsserted(() -> assertThat(
                                caravan.management().get("/health").body())
                        .contains("enrich: 2 of 2 Kafka consumers cannot work: Authentication failed"));
                readings.publish(servers.mqttUrl(), 21, 40);
                Files.writeString(file, "ScramLoginModule required password=\"two"); // nobody can make sense of it
                Files.writeString(file, scram("two"));

                await().until(caravan.management()::isReady);
                readings.awaitStored(servers, 40);
                assertWorks(link, records, "password-changes.raw");
            }
        }
    }

    @Test
    void otherCertificatesInTheFilesCountWithoutARestart(EmbeddedServers servers) throws Exception {
        certificate = TestCertificate.make(made, "kafka");
        TestCertificate own = TestCertificate.make(made, "own");
        NumberedReadings readings = new NumberedReadings("certificates-change");
        Path trusted = Files.copy(certificate.certificate(), made.resolve("trusted.pem"));
        Path shown = Files.writeString(made.resolve("shown.pem"), both(own));
        Path file = Files.writeString(made.resolve("jaas"), plain("one"));
        try (Folder folder = Folder.create();
                GuardedKafka kafka = GuardedKafka.start(folder.path(), certificate)) {
            kafka.restart(certificate, lettingIn(own, "one"));
            Map<String, String> settings = settings(servers, kafka, "certificates-change");
            settings.remove("caravan.kafka.sasl.jaas.config");
            settings.put("caravan.kafka.sasl.mechanism", "PLAIN");
            settings.put("caravan.kafka.ssl.truststore.location", trusted.toString());
            settings.put("caravan.kafka.ssl.keystore.type", "PEM");
            settings.put("caravan.kafka.ssl.keystore.location", shown.toString());
            try (RunningCaravan caravan =
                    RunningCaravan.started(settings, Map.of("CARAVAN_KAFKA_SASL_JAAS_CONFIG_FILE", file.toString()))) {
                await().until(caravan.management()::isReady);
                readings.publish(servers.mqttUrl(), 1, 20);
                readings.awaitStored(servers, 20);

                TestCertificate next = TestCertificate.make(made, "next");
                TestCertificate nextOwn = TestCertificate.make(made, "next-own");
                kafka.restart(next, lettingIn(nextOwn, "two"));
                readings.publish(servers.mqttUrl(), 21, 40);
                await().untilAsserted(() -> assertThat(
                                caravan.management().get("/health").body())
                        .contains(
                                "enrich: 2 of 2 Kafka consumers cannot work: unable to find valid certification path"));
                Files.writeString(file, plain("two"));
                Files.writeString(shown, both(nextOwn));
                Files.copy(next.certificate(), trusted, StandardCopyOption.REPLACE_EXISTING);

                await().until(caravan.management()::isReady);
                readings.awaitStored(servers, 40);
            }
        }
    }

    /** What writes without Camel, and what finds a record for a replay. */
    private static void assertWorks(KafkaLink link, RawRecords records, String topic) throws Exception {
        CompletableFuture<Throwable> sent = new CompletableFuture<>();
        link.publish(topic, "nobody", new byte[] {'{', '}'}, sent::complete);

        assertThat(sent.get(60, TimeUnit.SECONDS)).isNull();
        assertThat(IntStream.range(0, 4).mapToObj(partition -> topic + '/' + partition + "/0"))
                .anyMatch(place -> records.find(place).isPresent());
    }

    private static Map<String, String> lettingIn(TestCertificate client, String password) throws IOException {
        return Map.of(
                "ssl.client.auth",
                "required",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.certificates",
                Files.readString(client.certificate()),
                "plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required user_caravan=\"" + password + "\";");
    }

    private static String both(TestCertificate own) throws IOException {
        return Files.readString(own.key()) + Files.readString(own.certificate());
    }

    private static String scram(String password) {
        return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"caravan\" password=\""
                + password + "\";";
    }

    private static String plain(String password) {
        return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"caravan\" password=\""
                + password + "\";";
    }

    private Map<String, String> settings(EmbeddedServers servers, GuardedKafka kafka, String prefix) {
        Map<String, String> settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        settings.put("caravan.stages", "ingest,enrich,store");
        settings.put("caravan.mqtt.client-id", prefix);
        settings.put("caravan.mqtt.share-group", prefix);
        settings.put("caravan.kafka.brokers", kafka.guardedDoor());
        // names of its own: what lies in the database of topics that have these names in another Kafka
        for (String topic : new String[] {"raw", "enriched", "dead-letters"}) {
            settings.put("caravan.topic." + topic, prefix + '.' + topic);
        }
        settings.put("caravan.kafka.security.protocol", "SASL_SSL");
        settings.put("caravan.kafka.ssl.truststore.type", "PEM");
        settings.put(
                "caravan.kafka.ssl.truststore.location",
                certificate.certificate().toString());
        settings.put("caravan.kafka.sasl.mechanism", "SCRAM-SHA-256");
        settings.put("caravan.kafka.sasl.jaas.config", scram("let me in"));
        return settings;
    }
}
