package io.caravan;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.health.BackgroundRuns;
import io.caravan.ingest.Dialect;
import io.caravan.kafka.Batch;
import io.caravan.kafka.Cut;
import io.caravan.kafka.WatchedConsumers;
import io.caravan.limits.Limits;
import io.caravan.limits.TenantLimits;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.TableChanges;
import io.caravan.reload.RouteCheck;
import io.caravan.settings.RouteFiles;
import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import io.caravan.settings.UserError;
import io.caravan.store.Refused;
import io.caravan.trial.AlwaysDue;
import io.caravan.trial.F2Pin;
import io.caravan.trial.Nowhere;
import io.caravan.trial.Outcome;
import io.caravan.trial.Report;
import io.caravan.trial.Rowless;
import io.caravan.trial.Trial;
import io.caravan.trial.Untimely;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caravan try}. */
@Command(
        name = "try",
        description = {
            "Shows what payloads would become: the readings that would be stored, the topics that they would be written to, or"
                    + " why they would be dead letters.",
            "Takes them through the routes of the stages ingest and enrich, with the device registry and the settings as they are"
                    + " now, and without any server. The device directory is taken for empty, and auto-provisioning for on."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  caravan try --topic iot/acme/pump-7/raw payload.json",
            "  caravan try --topic building/floor-2/air --json day/*.json | jq .readings",
            "  caravan try --topic tele/f2-e4fd45f654be/sensor-mode/J1/sensor-1 --f2-template sensor.json frame.json",
            "  mosquitto_sub -C 1 -t 'building/#' | caravan try --topic building/x -",
            "",
            "Exit codes: 0 all are enriched; 1 one at least is a dead letter, ignored, or becomes nothing; 2 a wrong command line or setting."
        })
final class TryCommand implements Callable<Integer> {

    private static final Set<Stage> STAGES = EnumSet.of(Stage.INGEST, Stage.ENRICH);
    private static final int LARGEST = 64 * 1024 * 1024;
    private static final String STDIN = "-";

    /** The folder that the user is in; the command itself runs in the project's. */
    private static final Path HERE = Path.of(System.getProperty("caravan.here", ""));

    @Mixin
    private ConfigOption config;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "Files with a payload each, bytes as the device sends them; - for the standard input.")
    private List<String> files;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            required = true,
            description =
                    "The MQTT topic that the payload comes in on. It tells tenant and device where the dialect says so.")
    private String topic;

    @Option(
            names = "--dialect",
            paramLabel = "NAME",
            description = "The dialect that is to read it. Default: the one that takes in the topic.")
    private String dialect;

    @Option(
            names = "--content-type",
            paramLabel = "TYPE",
            description = "The content type that the publisher gives it by MQTT 5. Default: none.")
    private String contentType;

    @Option(
            names = "--f2-template",
            paramLabel = "FILE",
            description =
                    "What sits on the pin of an F2 controller that the topic names: a device template in the JSON of the"
                            + " API. Default: nothing is known of any pin.")
    private String f2Template;

    @Option(
            names = "--received-at",
            paramLabel = "TIME",
            description = "The time of receipt, such as 2026-11-21T10:15:30Z. Default: now.")
    private String receivedAt;

    @Option(
            names = "--json",
            description =
                    "Prints the enriched message as JSON, or reason and detail of the dead letter, in a line each.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Long received = receivedMicros();
        if (topic.isEmpty() || topic.matches("(?s).*[+#\0].*")) {
            throw wrong("--topic must be a topic without + and #, not '" + topic + "'");
        }
        Settings settings = config.settings().with(Map.of("caravan.devices.auto-provision", "true"));
        Values.require(settings);
        quieten();
        boolean coloured = spec.commandLine().getColorScheme().ansi().enabled();
        boolean allEnriched = true;
        DeviceRegistry registry = WindowBeans.registry(settings);
        Report report = new Report(spec.commandLine().getOut(), registry, coloured);
        try (Trial trial = open(settings, registry)) {
            if (f2Template != null) {
                trial.wire(new F2Pin(topic, f2Template, payloadOf(f2Template)));
            }
            for (String file : files) {
                byte[] payload = payloadOf(file);
                List<Outcome> outcomes = trial.run(dialect, topic, payload, contentType, received);
                if (!json && !outcomes.isEmpty()) {
                    tellJson(outcomes.get(0).asJson(payload, registry));
                }
                show(report, file, outcomes);
                if (!json && !outcomes.isEmpty()) {
                    doubt(Nowhere.lines(outcomes, payload, registry));
                    doubt(Rowless.lines(outcomes.get(0), payload, registry));
                    doubt(Untimely.lines(outcomes.get(0), payload, registry));
                }
                allEnriched &= !outcomes.isEmpty() && outcomes.stream().allMatch(Outcome::isEnriched);
            }
        }
        return allEnriched ? 0 : 1;
    }

    private void show(Report report, String file, List<Outcome> outcomes) {
        if (json) {
            outcomes.forEach(report::json);
            return;
        }
        if (files.size() > 1) {
            out(file + ":");
        }
        if (outcomes.isEmpty()) {
            out("nothing: the routes pass it over");
        }
        for (Outcome outcome : outcomes) {
            report.text(outcome);
            out("");
        }
    }

    private void tellJson(String read) {
        if (read != null) {
            out("Read as the JSON that paths of the registry apply to:");
            out(read);
            out("");
        }
    }

    private void doubt(List<String> lines) {
        lines.forEach(this::out);
        if (!lines.isEmpty()) {
            out("");
        }
    }

    /** Routes tell the log what they are about; here that is for nobody. */
    private static void quieten() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(TryCommand.class.getPackageName()).setLevel(Level.ERROR);
        }
    }

    private static Trial open(Settings settings, DeviceRegistry registry) throws Exception {
        RouteFiles files = new RouteFiles(Path.of(settings.text("caravan.routes.folder")), STAGES);
        RouteCheck.require(files);
        Set<String> dialects = Dialects.all().stream().map(Dialect::name).collect(Collectors.toSet());
        return new Trial(settings, registry, dialects, files.pattern(), beans -> bind(beans, settings, registry));
    }

    /** The beans of {@code caravan run}. The clients among them connect when somebody uses them, which is nobody. */
    private static void bind(BiConsumer<String, Object> beans, Settings settings, DeviceRegistry registry) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        WatchedConsumers consumers = new WatchedConsumers(LARGEST);
        beans.accept("deviceRegistry", registry);
        beans.accept("batch", new Batch());
        beans.accept("cut", new Cut());
        beans.accept("backgroundRuns", new BackgroundRuns());
        beans.accept("refused", new Refused(origin -> Optional.empty(), meters));
        try {
            IngestBeans.bind(beans, settings, registry, meters);
        } catch (MqttException e) {
            throw new IllegalStateException(e);
        }
        TenantLimits unlimited = new TenantLimits(new Limits(null, Integer.MAX_VALUE, null));
        unlimited.take(List.of());
        beans.accept("tenantLimits", unlimited);
        EnrichBeans.bind(
                (name, bean) -> beans.accept(name, bean instanceof TableChanges ? new AlwaysDue() : bean),
                settings,
                registry,
                consumers,
                unlimited,
                meters);
    }

    private byte[] payloadOf(String file) {
        try {
            if (file.equals(STDIN)) {
                return System.in.readNBytes(LARGEST);
            }
            Path path = HERE.resolve(file);
            if (Files.size(path) > LARGEST) {
                throw wrong(file + " is no payload: it has more than 64 MB");
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UserError("Cannot read " + file + ": " + e, e);
        }
    }

    private Long receivedMicros() {
        try {
            return receivedAt == null ? null : Timestamps.ofText(receivedAt, ZoneOffset.UTC);
        } catch (Undecodable e) {
            throw wrong("--received-at: " + e.getMessage());
        }
    }

    private void out(String line) {
        spec.commandLine().getOut().println(line);
    }

    private ParameterException wrong(String what) {
        return new ParameterException(spec.commandLine(), what);
    }
}
