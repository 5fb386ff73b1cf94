package io.caravan;

import io.caravan.embedded.EmbeddedPostgres;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.embedded.MqttAccess;
import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import io.caravan.settings.UserError;
import io.caravan.signin.DemoSecrets;
import io.caravan.tenant.MqttUsers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
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

    private static final Duration READY = Duration.ofSeconds(60);

    @Mixin
    private ConfigOption config;

    @Mixin
    private DevOption dev;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Where the servers keep their data. Default: ./${DEFAULT-VALUE}.")
    private Path data;

    @Option(names = "--no-simulator", description = "Starts no simulated devices.")
    private boolean noSimulator;

    @Option(
            names = "--open",
            description =
                    "Nobody has to sign in, neither at the API nor at the MQTT broker: whoever reaches them, on this machine, "
                            + "may do everything.")
    private boolean open;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        requireServers();
        Settings settings = dev.applyTo(config.settings());
        PrintWriter out = spec.commandLine().getOut();
        try (Shutdown shutdown = new Shutdown()) {
            say(
                    out,
                    "Starting MQTT broker, Kafka and PostgreSQL; their data are in "
                            + data.toAbsolutePath().normalize());
            Settings signIn = settings.with(signIn(settings));
            MqttUsers users = open ? null : new MqttUsers(WindowBeans.registry(settings));
            EmbeddedServers servers = shutdown.starts(() -> EmbeddedServers.start(
                    data,
                    new EmbeddedServers.Ports(
                            settings.port("caravan.embedded.mqtt.port"),
                            settings.port("caravan.embedded.kafka.port"),
                            settings.port("caravan.embedded.postgres.port")),
                    // what devices publish before Caravan reads it would be acknowledged, and lost
                    (open ? MqttAccess.OPEN : access(signIn, users))
                            .first(settings.text("caravan.mqtt.client-id") + "-")));
            say(out, "Starting the routes");
            Settings demo = signIn.with(overrides(servers)).with(database(servers.postgres()));
            DemoUsers demoUsers = open ? null : shutdown.closes(new DemoUsers(users, demo));
            Application application = shutdown.closesWithin(
                    Application.LONGEST_END, new Application(demo, Stage.parse(settings.text("caravan.stages"))));
            application.start();
            servers.mqtt().letInWhen(application::isReady);
            while (!application.awaitReady(READY)) {
                say(out, "Not everything answers yet, waiting for it: see " + DemoGuide.health(demo));
            }
            Samples.load(demo);
            String device = open ? null : demoUsers.make(data);
            DemoDevices devices = new DemoDevices();
            if (!noSimulator) {
                shutdown.closes(devices)
                        .start(
                                family -> device == null ? servers.mqttUrl() : demoUsers.url(servers.mqttUrl(), family),
                                servers.kafkaBrokers());
            }
            say(out, DemoGuide.text(demo, servers, data, device, noSimulator ? null : devices.toString()));
            shutdown.await();
        }
        return 0;
    }

    private Map<String, String> signIn(Settings settings) throws IOException {
        return open ? Map.of("caravan.auth.enabled", "false") : DemoSecrets.make(settings, data);
    }

    private static MqttAccess access(Settings settings, MqttUsers users) {
        return MqttAccess.secured(
                settings.text("caravan.mqtt.username"), settings.text("caravan.mqtt.password"), users);
    }

    private static Map<String, String> overrides(EmbeddedServers servers) {
        String zone = ZoneId.systemDefault().getId();
        return Map.of(
                "caravan.mqtt.url",
                servers.mqttUrl(),
                "caravan.mqtt.resubscribe",
                "false",
                // the demo's broker now and then sends more than it may to a client that takes up its session again
                "caravan.mqtt.receive-maximum",
                "65535",
                "caravan.kafka.brokers",
                servers.kafkaBrokers(),
                "caravan.dialect.iot.zone",
                zone,
                "caravan.dialect.building.zone",
                zone,
                "caravan.dialect.f2.zone",
                zone,
                "caravan.devices.auto-provision",
                "true");
    }

    private static Map<String, String> database(EmbeddedPostgres postgres) {
        return Map.of(
                "caravan.db.url",
                postgres.jdbcUrl(),
                "caravan.db.user",
                EmbeddedPostgres.USER,
                "caravan.db.password",
                postgres.password());
    }

    private static void say(PrintWriter out, String text) {
        out.println(text);
        out.flush();
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
