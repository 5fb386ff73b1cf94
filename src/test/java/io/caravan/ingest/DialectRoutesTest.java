package io.caravan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.it.FreePort;
import io.caravan.registry.DeviceRegistry;
import io.caravan.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The routes of dialects while no broker answers. */
class DialectRoutesTest {

    @TempDir
    private Path folder;

    @Test
    void aDialectThatIsPutBeforeAnotherLeavesItsTopicsToThatOneUntilTheBrokerHasSubscribedIt() throws Exception {
        DeviceRegistry registry = declared("'later': {'topics': {'x/{device}': {}}}");
        MappedTopics topics = new MappedTopics(registry);
        try (CamelContext context = context()) {
            DialectRoutes routes = new DialectRoutes(
                    registry, topics, context.getComponent("paho-mqtt5", MqttComponent.class), "caravan");
            routes.follow(context);
            assertThat(topics.isRead("later", "x/1")).isTrue();

            declared("'first': {'topics': {'x/1': {'device': 'one'}}}, 'later': {'topics': {'x/{device}': {}}}");
            assertThat(registry.reloadIfChanged()).isTrue();
            for (int look = 0; look < 4; look++) {
                routes.follow(context);
            }
            assertThat(context.getRouteController()
                            .getRouteStatus("ingest-first")
                            .isStarted())
                    .isTrue();
            assertThat(topics.isRead("later", "x/1")).isTrue();
        }
    }

    @Test
    void afterAStartTheFirstHasThemAtOnceForTheBrokerHasKeptThem() throws Exception {
        DeviceRegistry registry =
                declared("'first': {'topics': {'x/1': {'device': 'one'}}}, 'later': {'topics': {'x/{device}': {}}}");
        MappedTopics topics = new MappedTopics(registry);
        try (CamelContext context = context()) {
            new DialectRoutes(registry, topics, context.getComponent("paho-mqtt5", MqttComponent.class), "caravan")
                    .follow(context);

            assertThat(topics.isRead("first", "x/1")).isTrue();
            assertThat(topics.isRead("later", "x/1")).isFalse();
            assertThat(topics.isRead("later", "x/2")).isTrue();
        }
    }

    private static CamelContext context() throws Exception {
        Settings settings = Settings.load(
                Path.of("application.properties"), Map.of("CARAVAN_MQTT_URL", "tcp://127.0.0.1:" + FreePort.next()));
        CamelContext context = new DefaultCamelContext();
        context.addComponent(
                "paho-mqtt5",
                new MqttComponent(
                        MqttSettings.of(settings), new InFlightBytes(1_000_000, new SimpleMeterRegistry()), 1));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                routeTemplate("ingest-mapped")
                        .templateParameter("dialect")
                        .templateParameter("session")
                        .templateParameter("topics")
                        .templateParameter("takes")
                        .from("paho-mqtt5:{{topics}}?clientId={{session}}&manualAcksEnabled=true")
                        .log("{{dialect}} {{takes}}");
            }
        });
        context.start();
        return context;
    }

    private DeviceRegistry declared(String dialects) throws Exception {
        Path schema = folder.resolve("device-registry.schema.json");
        if (Files.notExists(schema)) {
            Files.copy(Path.of("config", "device-registry.schema.json"), schema);
        }
        String types = "'lift': {'name': 'Lift', 'update_frequency': '1_day', 'measurements': {}}";
        Path file = Files.writeString(
                folder.resolve("device-registry.json"),
                ("{'device_types': {" + types + "}, 'dialects': {" + dialects + "}}").replace("'", "\""));
        return new DeviceRegistry(file);
    }
}
