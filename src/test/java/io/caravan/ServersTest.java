package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravan.health.Report;
import io.caravan.registry.DeviceRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ServersTest {

    @Test
    void aBrokerWhoseNameIsNotKnownYetIsWaitedForLikeOneThatIsDown() {
        Settings settings = Settings.load(Path.of("application.properties"), Map.of())
                .with(Map.of("caravan.kafka.brokers", "nowhere.invalid:9092"));
        DeviceRegistry registry = new DeviceRegistry(Path.of(settings.text("caravan.registry.file")));
        try (Servers servers = new Servers(settings, registry, new SimpleMeterRegistry())) {
            servers.start(Set.of(Stage.INGEST));

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(servers.health().report().checks())
                            .filteredOn(check -> check.name().equals("kafka"))
                            .extracting(Report.Check::detail)
                            .singleElement()
                            .asString()
                            .contains("bootstrap"));
        }
    }
}
