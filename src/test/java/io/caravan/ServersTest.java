package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravan.embedded.EmbeddedKafka;
import io.caravan.health.Dependency;
import io.caravan.health.Status;
import io.caravan.registry.DeviceRegistry;
import io.caravan.settings.KafkaSecurity;
import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ServersTest {

    @Test
    void aBrokerWhoseNameIsNotKnownYetIsWaitedForLikeOneThatIsDown() {
        try (Servers servers = servers(Set.of(Stage.INGEST), Map.of("caravan.kafka.brokers", "nowhere.invalid:9092"))) {
            servers.start();

            await().untilAsserted(
                            () -> assertThat(check(servers, "kafka").detail()).contains("bootstrap"));
        }
    }

    @Test
    void aTopicThatIsCompactedIsTold(@TempDir Path data) throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(data, 0);
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.kafkaBrokers()));
                Servers servers =
                        servers(Set.of(Stage.INGEST), Map.of("caravan.kafka.brokers", kafka.kafkaBrokers()))) {
            admin.createTopics(
                            List.of(new NewTopic("iot.raw", 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
            servers.start();

            await().untilAsserted(() -> assertThat(check(servers, "kafka"))
                    .isEqualTo(new Status(
                            true, "1 broker(s), which lose records: cleanup.policy of [iot.raw] is compact")));
        }
    }

    @Test
    @Timeout(120)
    void aDatabaseThatAcceptsAndSaysNothingDoesNotHoldUpTheStart() throws IOException {
        try (ServerSocket blackHole = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Servers servers = servers(
                        Set.of(Stage.API),
                        Map.of(
                                "caravan.db.url",
                                "jdbc:postgresql://127.0.0.1:" + blackHole.getLocalPort() + "/caravan"))) {
            servers.start();

            assertThat(check(servers, "database").up()).isFalse();
        }
    }

    @Test
    void aProcessAsksOnlyForTheServersThatItsStagesNeed() {
        try (Servers ingest = servers(Set.of(Stage.INGEST), Map.of());
                Servers api = servers(Set.of(Stage.API), Map.of())) {
            assertThat(ingest.dependencies()).extracting(Dependency::name).containsExactly("mqtt", "kafka");
            assertThat(api.dependencies()).extracting(Dependency::name).containsExactly("database");
        }
    }

    private static Status check(Servers servers, String name) {
        return servers.dependencies().stream()
                .filter(dependency -> dependency.name().equals(name))
                .findAny()
                .orElseThrow()
                .check();
    }

    private static Servers servers(Set<Stage> stages, Map<String, String> overrides) {
        Settings settings =
                Settings.load(Path.of("application.properties"), Map.of()).with(overrides);
        DeviceRegistry registry = new DeviceRegistry(Path.of(settings.text("caravan.registry.file")));
        return new Servers(
                settings, KafkaSecurity.access(settings), stages, registry, new SimpleMeterRegistry(), limit -> {});
    }
}
