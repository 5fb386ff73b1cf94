package io.caravan;

import io.caravan.embedded.EmbeddedServers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caravan demo}. */
@Command(
        name = "demo",
        description = {
            "Runs everything on this machine: MQTT broker, Kafka, PostgreSQL, the application and simulated devices.",
            "The data stay in a folder; the next start goes on with them. Ctrl-C ends all of it."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Where the servers keep their data. Default: ./${DEFAULT-VALUE}.")
    private Path data;

    @Option(names = "--no-simulator", description = "Starts no simulated devices.")
    private boolean noSimulator;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        requireServers();
        Settings settings = config.settings();
        try (Shutdown shutdown = new Shutdown()) {
            EmbeddedServers servers = shutdown.closes(EmbeddedServers.start(
                    data,
                    new EmbeddedServers.Ports(
                            settings.port("caravan.embedded.mqtt.port"),
                            settings.port("caravan.embedded.kafka.port"),
                            settings.port("caravan.embedded.postgres.port"))));
            Settings demo = settings.with(Map.of(
                    "caravan.mqtt.url", servers.mqttUrl(),
                    "caravan.kafka.brokers", servers.kafkaBrokers(),
                    "caravan.db.url", servers.jdbcUrl(),
                    "caravan.mqtt.resubscribe", "false",
                    "caravan.devices.auto-provision", "true"));
            Application application =
                    shutdown.closes(new Application(demo, Stage.parse(settings.text("caravan.stages"))));
            application.start();
            shutdown.await();
        }
        return 0;
    }

    /** They are not in the class path of the jar, only in that of the script. */
    private static void requireServers() {
        try {
            Class.forName(
                    "org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ",
                    false,
                    DemoCommand.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UserError("The demo's own servers are not on the class path: start it as ./caravan demo", e);
        }
    }
}
