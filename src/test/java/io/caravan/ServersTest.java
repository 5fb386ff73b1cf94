package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
