package io.caravan.bench;

import io.caravan.kafka.KafkaAccess;
import io.caravan.settings.UserError;
import io.caravan.signin.DataOption;
import io.caravan.signin.OwnMqttLogin;
import io.caravan.simulator.DurationConverter;
import io.caravan.simulator.FamilyName;
import io.caravan.simulator.Logs;
import io.caravan.simulator.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code caravan bench}: load through the MQTT broker and the whole application, and the proof that the database holds
 * what was acknowledged. Exit code 0 when it does, 1 when it does not or a server cannot be reached, 2 when an option is
 * wrong.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Publishes at QoS 1 through the MQTT broker (events: to Kafka), remembers every acknowledged message, then compares with the "
                    + "database: lost, duplicated, altered and invented must be 0, settled windows what their readings "
                    + "are, no message a dead letter, and the ledger balanced. Prints rates, latencies and CPU time, "
                    + "which leave out the warm-up.",
            "Without --config and without further options it works against 'caravan demo --no-simulator'."
        })
public final class BenchCommand implements Callable<Integer> {

    private static final int MOST_DEVICES = 100_000;
    private static final double HIGHEST_RATE = 1_000_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--family",
            required = true,
            paramLabel = "F",
            completionCandidates = Families.class,
            description =
                    "What the devices send: ${COMPLETION-CANDIDATES}. building: 2 readings, filled up to 300 bytes with "
                            + "blanks inside the JSON object; smart-breaker: full telemetry of 21 readings; environment: 4 readings; senml: packs of 1,000 "
                            + "readings, 250 instants of 4 metrics; events: 1 reading, over Kafka; f2: frames of 3 readings, whose parameters are in the "
                            + "database as long as the run takes; tasmota: 5 readings; shelly and ttn: 3; zigbee2mqtt: 4; thingsboard: "
                            + "10 rows of 2 readings, each of which becomes a message of its own. The last five name no tenant.")
    private FamilyName family;

    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many devices. Default: ${DEFAULT-VALUE}.")
    private int devices;

    @Option(
            names = "--rate",
            required = true,
            paramLabel = "R",
            converter = RateConverter.class,
            description =
                    "Messages per second of all devices together, or 'max': as fast as the application stores, with a "
                            + "backlog of at most 100,000 messages, of large ones fewer.")
    private Double rate;

    @Option(
            names = "--duration",
            paramLabel = "D",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "How long to publish after the warm-up, such as 30s or 5m. Default: ${DEFAULT-VALUE}.")
    private Duration duration;

    @Option(
            names = "--warmup",
            paramLabel = "D",
            defaultValue = "5s",
            converter = DurationConverter.class,
            description =
                    "How long to publish before that, at a rate that rises from 0: counted and compared, not measured. Default: ${DEFAULT-VALUE}.")
    private Duration warmup;

    @Option(names = "--json", description = "Print one JSON object in place of the table.")
    private boolean json;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Take the servers from this application.properties (and the environment) in place of the demo's.")
    private Path config;

    @Mixin
    private DataOption data;

    @Option(names = "--mqtt", paramLabel = "URL", description = "The MQTT broker. Demo: tcp://127.0.0.1:1883.")
    private String mqtt;

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "Kafka. Demo: 127.0.0.1:19092.")
    private String kafka;

    @Option(
            names = "--db-url",
            paramLabel = "URL",
            description = "The database. Demo: jdbc:postgresql://127.0.0.1:15432/caravan.")
    private String dbUrl;

    @Option(names = "--db-user", paramLabel = "NAME", description = "Its user. Demo: caravan.")
    private String dbUser;

    @Option(
            names = "--db-password",
            paramLabel = "WORD",
            description = "The user's password. Demo: that in its folder (--data).")
    private String dbPassword;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Where the application listens, to find its process. Demo: 8080.")
    private Integer httpPort;

    @Override
    public Integer call() throws InterruptedException {
        check(devices >= 1 && devices <= MOST_DEVICES, "--devices must be a number from 1 to " + MOST_DEVICES);
        check(!duration.isZero(), "--duration must be more than 0");
        Logs.quiet();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        try {
            Workload workload = new Workload(family, run, devices);
            err.printf(
                    Locale.ROOT,
                    "bench-%s: %s, %,d devices, %s, %d bytes and %d readings a message, %d s after %d s of warm-up%n",
                    run,
                    family,
                    devices,
                    rate > 0 ? String.format(Locale.ROOT, "%,.0f messages/s", rate) : "flat out",
                    workload.template().length(),
                    workload.readings(),
                    duration.toSeconds(),
                    warmup.toSeconds());
            Result result = new BenchRun(target(), workload, rate, warmup, duration, new Progress(err)).run();
            out.print(json ? result.json() + System.lineSeparator() : result.table());
            out.flush();
            return result.pass() ? 0 : 1;
        } catch (UserError e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    private BenchTarget target() {
        BenchTarget base = config == null
                ? BenchTarget.ofDemo(data.folder(), System.getenv())
                : BenchTarget.ofConfiguration(config, data.folder(), System.getenv());
        return new BenchTarget(
                mqtt == null ? base.mqtt() : OwnMqttLogin.in(mqtt, data.folder()),
                kafka == null
                        ? base.kafka()
                        : new KafkaAccess(kafka, base.kafka().security()),
                dbUrl == null ? base.dbUrl() : dbUrl,
                dbUser == null ? base.dbUser() : dbUser,
                dbPassword == null ? databasePassword(base) : dbPassword,
                httpPort == null ? base.httpPort() : httpPort,
                base.token());
    }

    private String databasePassword(BenchTarget base) {
        return config == null && dbUrl != null ? BenchTarget.demoPassword(dbUrl, data.folder()) : base.dbPassword();
    }

    private void check(boolean good, String message) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    /** The families that there is a load of. */
    static final class Families implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Workload.FAMILIES.stream().map(FamilyName::toString).iterator();
        }
    }

    /** Reads a rate, where max is 0. */
    static final class RateConverter implements ITypeConverter<Double> {

        @Override
        public Double convert(String text) {
            if (text.equals("max")) {
                return 0.0;
            }
            try {
                double rate = Double.parseDouble(text);
                if (rate > 0 && rate <= HIGHEST_RATE) {
                    return rate;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw new TypeConversionException(
                    "'" + text + "' is neither max nor a number above 0 and up to " + (int) HIGHEST_RATE);
        }
    }
}
