package io.caravan;

import io.caravan.console.Hawtio;
import io.caravan.console.Jolokia;
import io.caravan.health.Health;
import io.caravan.health.HealthPaths;
import io.caravan.metrics.RouteMeters;
import io.caravan.settings.Settings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/** What every process serves at its management port, whatever its stages. */
final class ManagementBeans {

    private ManagementBeans() {}

    static void bind(
            BiConsumer<String, Object> beans, Settings settings, Health health, PrometheusMeterRegistry meters) {
        int port = settings.port("caravan.management.port");
        Path policy = Path.of(settings.text("caravan.management.policy"));
        beans.accept("metricsRegistry", meters);
        beans.accept("routeMeters", new RouteMeters(meters));
        beans.accept("healthPaths", new HealthPaths(health, port));
        beans.accept("jolokia", new Jolokia(policy, settings.text("caravan.management.host")));
        beans.accept("hawtio", new Hawtio(port));
    }
}
