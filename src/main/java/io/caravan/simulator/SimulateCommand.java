package io.caravan.simulator;

import io.caravan.kafka.KafkaAccess;
import io.caravan.settings.DemoPorts;
import io.caravan.settings.KafkaSecurity;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.signin.DataOption;
import io.caravan.signin.OwnMqttLogin;
import io.caravan.signin.OwnToken;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code caravan simulate}: devices of one family against an MQTT broker (events: Kafka, or HTTP), until the duration is over or Ctrl-C. Exit code 0,
 * 1 when that cannot be reached at start or did not acknowledge everything, 2 when an option is wrong.
 */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Simulates devices of one family: publishes their messages to an MQTT broker at QoS 1, those of the family "
                    + "events to Kafka or over HTTP."
        })
public final class SimulateCommand implements Callable<Integer> {

    private static final int MOST_DEVICES = 100_000;
    private static final double HIGHEST_RATE = 10_000;
    private static final int MOST_RECORDS = 20_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--family",
            required = true,
            paramLabel = "F",
            description = "What the devices are: ${COMPLETION-CANDIDATES}.")
    private FamilyName family;

    @Option(
            names = "--devices",
            paramLabel = "N",
            description =
                    "How many devices. Default: 10; environment and events 45, which is 3 sites x 5 zones x 3 devices; senml and sparkplug 5; f2 7; tasmota, thingsboard and ttn 4; shelly 3; zigbee2mqtt 6.")
    private Integer devices;

    @Option(
            names = "--rate",
            paramLabel = "HZ",
            description =
                    "Messages per second of each device. Default: 0.2; building and f2 0.5; senml, tasmota, shelly, "
                            + "zigbee2mqtt, ttn and thingsboard 0.1.")
    private Double rate;

    @Option(
            names = "--duration",
            paramLabel = "D",
            converter = DurationConverter.class,
            description = "How long, such as 30s, 5m or 2h. Default: until Ctrl-C.")
    private Duration duration;

    @Option(
            names = "--burst",
            description =
                    "smart-breaker and senml: a quarter of the time a device sends 3-6 messages 0.2 s apart, a "
                            + "smart-breaker then trends and status; then it pauses for 3-8 s. events: 3-6 events 0.2 s apart, then "
                            + "such a pause; so do tasmota, shelly, zigbee2mqtt, ttn and thingsboard. These pauses take the place of --rate.")
    private boolean burst;

    @Option(
            names = "--anomalies",
            description =
                    "senml, events, tasmota, shelly, zigbee2mqtt, ttn and thingsboard: one message in fifty has a value that is too high; f2: one frame in fifty ends too "
                            + "early, or comes from a pin that nobody knows. Of the other families, environment has anomalies anyway.")
    private boolean anomalies;

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "senml only: how many readings a pack has. Default: " + SenmlSensors.RECORDS + ".")
    private Integer records;

    @Option(names = "--cbor", description = "senml only: packs in CBOR, not in JSON.")
    private boolean cbor;

    @Option(
            names = "--mqtt",
            paramLabel = "URL",
            description =
                    "The broker, as tcp://[user:password@]host:port, or ssl:// for TLS. Default: the demo's, tcp://127.0.0.1:1883 "
                            + "unless CARAVAN_EMBEDDED_MQTT_PORT moves it.")
    private String mqtt;

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description = "events only: the Kafka whose topic " + RoomEvents.TOPIC
                    + " they go to. Default: the demo's, 127.0.0.1:19092 unless "
                    + "CARAVAN_EMBEDDED_KAFKA_PORT moves it.")
    private String kafka;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "events only: in place of Kafka, where they are posted to, such as "
                            + "http://127.0.0.1:8080/api/ingest. It signs in with the token CARAVAN_TOKEN, or as the demo's admin.")
    private String url;

    @Mixin
    private DataOption data;

    @Override
    public Integer call() throws InterruptedException {
        Logs.quiet();
        int count = devices == null ? family.defaultDevices() : devices;
        double hertz = rate == null ? family.defaultRate() : rate;
        check(count >= 1 && count <= MOST_DEVICES, "--devices must be a number from 1 to " + MOST_DEVICES);
        check(hertz > 0 && hertz <= HIGHEST_RATE, "--rate must be more than 0 and at most " + (int) HIGHEST_RATE);
        check(!burst || family.bursts(), "--burst: " + family + " devices do not send in bursts");
        boolean senml = family == FamilyName.SENML;
        boolean events = family == FamilyName.EVENTS;
        check(
                senml || events || family == FamilyName.F2 || family.isMapped() || !anomalies,
                "--anomalies is for senml, events, f2, tasmota, shelly, zigbee2mqtt, ttn and thingsboard only");
        check(senml || records == null && !cbor, "--records and --cbor are for senml only");
        check(events || kafka == null && url == null, "--kafka and --url are for events only");
        check(kafka == null || url == null, "--kafka and --url exclude each other");
        check(
                records == null || records >= 1 && records <= MOST_RECORDS,
                "--records must be a number from 1 to " + MOST_RECORDS);

        PrintWriter out = spec.commandLine().getOut();
        Simulator simulator = new Simulator(devices(), count, hertz);
        try {
            if (events) {
                simulator.start(
                        url != null
                                ? HttpLink.connect(url, token())
                                : KafkaLink.connect(kafkaAccess(), RoomEvents.TOPIC));
            } else {
                simulator.start(OwnMqttLogin.in(mqtt(), data.folder()));
            }
        } catch (UserError e) {
            spec.commandLine().getErr().println(e.getMessage());
            return 1;
        }
        out.printf(
                Locale.ROOT,
                "%d %s devices publish to %s%s%n",
                count,
                family,
                (events ? (url != null ? url : kafka()) : mqtt()).replaceFirst("//[^/@]*@", "//"),
                burst ? ", in bursts" : String.format(Locale.ROOT, ", %s messages/s each", shortest(hertz)));
        out.flush();
        new SimulatorRun(simulator, out).run(duration);
        return simulator.acknowledged() == simulator.sent() ? 0 : 1;
    }

    private String mqtt() {
        return mqtt == null ? DemoPorts.here(System.getenv()).mqttUrl() : mqtt;
    }

    private String kafka() {
        return kafka == null ? DemoPorts.here(System.getenv()).kafkaBrokers() : kafka;
    }

    /** The demo's Kafka is open; another is reached as the settings here say. */
    private KafkaAccess kafkaAccess() {
        Path file = Path.of("application.properties");
        return kafka == null || !Files.exists(file)
                ? KafkaAccess.open(kafka())
                : new KafkaAccess(
                        kafka(),
                        KafkaSecurity.access(Settings.load(file, System.getenv()))
                                .security());
    }

    private Family devices() {
        SplittableRandom random = new SplittableRandom();
        return switch (family) {
            case SENML ->
                new SenmlSensors(
                        new SenmlSensors.Style(
                                records == null ? SenmlSensors.RECORDS : records, cbor, anomalies, burst),
                        random);
            case EVENTS -> new RoomEvents(burst, anomalies, random);
            case TASMOTA, SHELLY, ZIGBEE2MQTT, TTN, THINGSBOARD -> family.mapped(burst, anomalies, random);
            case F2 -> new F2Controllers(anomalies, random, ZoneId.systemDefault());
            default -> family.create(burst, random);
        };
    }

    private String token() {
        Path file = Path.of("application.properties");
        return Files.exists(file)
                ? OwnToken.of(Settings.load(file, System.getenv()), data.folder(), "caravan simulate")
                        .orElse(null)
                : System.getenv("CARAVAN_TOKEN");
    }

    private void check(boolean good, String message) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private static String shortest(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }
}
