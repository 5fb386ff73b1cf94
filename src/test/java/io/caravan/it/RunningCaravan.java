package io.caravan.it;

import io.caravan.Application;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** The application in this process, with its own routes and settings, on free ports. */
final class RunningCaravan implements AutoCloseable {

    private Application application;
    private final Api api;
    private final Api management;

    private RunningCaravan(Application application, Api api, Api management) {
        this.application = application;
        this.api = api;
        this.management = management;
    }

    /** Starts it and waits until it is ready. */
    static RunningCaravan ready(EmbeddedServers servers, Map<String, String> overrides) throws Exception {
        Map<String, String> values = new HashMap<>(settingsFor(servers));
        values.putAll(overrides);
        RunningCaravan caravan = started(values);
        await().until(caravan.api::isReady);
        return caravan;
    }

    /** Starts it; its servers may be down. */
    static RunningCaravan started(Map<String, String> overrides) throws Exception {
        return started(overrides, Map.of());
    }

    /** As above, with variables of the environment. */
    static RunningCaravan started(Map<String, String> overrides, Map<String, String> environment) throws Exception {
        int http = FreePort.next();
        int management = FreePort.next();
        Settings settings = Settings.load(Path.of("application.properties"), environment)
                .with(Map.of(
                        "caravan.http.port",
                        Integer.toString(http),
                        "caravan.management.port",
                        Integer.toString(management),
                        "caravan.devices.auto-provision",
                        "true",
                        "caravan.auth.enabled",
                        "false"))
                .with(overrides);
        Application application = new Application(settings, Stage.parse(settings.text("caravan.stages")));
        application.start();
        return new RunningCaravan(application, new Api(http), new Api(management));
    }

    /** What tells it where its servers are. */
    static Map<String, String> settingsFor(EmbeddedServers servers) {
        return Map.of(
                "caravan.mqtt.url", servers.mqttUrl(),
                "caravan.mqtt.resubscribe", "false",
                "caravan.kafka.brokers", servers.kafkaBrokers(),
                "caravan.db.url", servers.jdbcUrl(),
                "caravan.db.password", servers.postgres().password());
    }

    /** Patience for what is sure to happen; what an answer does not hold yet is null in it. */
    static ConditionFactory await() {
        return Awaitility.await()
                .ignoreException(NullPointerException.class)
                .pollInterval(Duration.ofMillis(100))
                .pollDelay(Duration.ZERO);
    }

    Api api() {
        return api;
    }

    /** The management port, which every process has. */
    Api management() {
        return management;
    }

    /** What Prometheus would read. */
    String metrics() throws IOException, InterruptedException {
        return management.get("/metrics").body();
    }

    @Override
    public void close() {
        if (application != null) {
            application.close();
            application = null; // test classes keep this one in static fields
        }
    }
}
