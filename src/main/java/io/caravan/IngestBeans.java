package io.caravan;

import io.caravan.ingest.Aside;
import io.caravan.ingest.BrokerCounters;
import io.caravan.ingest.CommandAnswer;
import io.caravan.ingest.Commands;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.DialectRoutes;
import io.caravan.ingest.InFlightBytes;
import io.caravan.ingest.KafkaSource;
import io.caravan.ingest.MappedTopics;
import io.caravan.ingest.MqttClients;
import io.caravan.ingest.MqttComponent;
import io.caravan.ingest.MqttRoutes;
import io.caravan.ingest.MqttSettings;
import io.caravan.ingest.PassedOver;
import io.caravan.ingest.SecondLevel;
import io.caravan.ingest.SideBySide;
import io.caravan.ingest.Stamp;
import io.caravan.ingest.ThirdLevel;
import io.caravan.ingest.TooLarge;
import io.caravan.kafka.CallbackExecutor;
import io.caravan.mosquitto.Control;
import io.caravan.mosquitto.DynamicSecurity;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.TableChanges;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.tenant.MqttUsers;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.camel.Processor;
import org.eclipse.paho.mqttv5.common.MqttException;

/** The beans that the routes of the stage ingest name. Closing it closes the MQTT clients among them. */
final class IngestBeans implements AutoCloseable {

    private static final int LARGEST_IN_FLIGHT = 1_024 * 1_024 * 1_024;

    /** Each is busy for as long as Kafka's client waits for Kafka to answer at all. */
    private static final int REDELIVERING_THREADS = 10;

    private final MqttComponent mqtt;
    private final List<MqttClients> others;
    private final MqttClients counters;
    private final DialectRoutes dialects;
    private final TableChanges userChanges;
    private final Control control;
    private final ExecutorService redeliveries;

    private IngestBeans(
            MqttComponent mqtt,
            List<MqttClients> others,
            MqttClients counters,
            DialectRoutes dialects,
            TableChanges userChanges,
            Control control,
            ExecutorService redeliveries) {
        this.redeliveries = redeliveries;
        this.userChanges = userChanges;
        this.control = control;
        this.mqtt = mqtt;
        this.others = others;
        this.counters = counters;
        this.dialects = dialects;
    }

    /** Binds them. The MQTT clients are made for the routes that name them, and connect when those start. */
    static IngestBeans bind(
            BiConsumer<String, Object> beans, Settings settings, DeviceRegistry registry, MeterRegistry meters)
            throws MqttException {
        MqttSettings broker = MqttSettings.of(settings);
        InFlightBytes inFlight = new InFlightBytes(inFlightBytes(settings), meters);
        int clients = settings.number("caravan.mqtt.clients", 1, MqttClients.MOST);
        MqttComponent mqtt = new MqttComponent(broker, inFlight, clients);
        beans.accept("paho-mqtt5", mqtt);
        MqttClients sparkplug =
                MqttClients.ordered(broker, inFlight, "sparkplug", settings.text("caravan.sparkplug.host-id", null));
        beans.accept("mqttSparkplug", sparkplug);
        beans.accept("isOfEdgeNode", new ThirdLevel(Set.of("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH")));
        beans.accept(
                "commands", new Commands(sparkplug::publish, meters, settings.text("caravan.topic.command-states")));
        beans.accept("commandAnswer", new CommandAnswer());
        beans.accept("mqttRoutes", new MqttRoutes());
        MappedTopics topics = new MappedTopics(registry);
        DialectRoutes dialects = new DialectRoutes(registry, topics, mqtt, broker.shareGroup());
        beans.accept("mappedTopics", topics);
        beans.accept("dialectRoutes", dialects);
        beans.accept("stamp", new Stamp(Dialects.all(), topics));
        Dialects.all().forEach(dialect -> beans.accept(stampOf(dialect), stamp(dialect.takenInBy(broker.clientId()))));
        beans.accept("isF2", new SecondLevel("f2-"));
        beans.accept("passOver", new PassedOver(meters));
        int largest = settings.number("caravan.ingest.max-payload-bytes", 1_024, KafkaSizes.LARGEST_RECORD);
        beans.accept("isTooLarge", new TooLarge(largest));
        Aside oversize = Aside.tooLarge(largest, meters);
        Aside failed = Aside.failed(meters);
        beans.accept("oversize", oversize);
        beans.accept("aside", failed);
        beans.accept(
                "kafkaEvents",
                new KafkaSource(
                        Dialects.named("events"),
                        settings.text("caravan.topic.raw"),
                        settings.text("caravan.topic.dead-letters"),
                        largest,
                        oversize,
                        failed));
        beans.accept("kafkaCallbacks", new CallbackExecutor());
        ExecutorService redeliveries = redeliveries();
        beans.accept("redeliveries", redeliveries);
        beans.accept("brokerCounters", BrokerCounters.of(settings, meters));
        MqttClients counters = new MqttClients(broker.withoutSession(), inFlight, "broker-counters", 1, false);
        beans.accept("mqttBrokerCounters", counters);
        TableChanges userChanges = EnrichBeans.changes(TableChanges.MQTT_USERS, settings);
        Control control = control(settings, broker);
        beans.accept("mqttUserChanges", userChanges);
        beans.accept(
                "dynamicSecurity", new DynamicSecurity(control, new MqttUsers(registry), CredentialsKey.of(settings)));
        return new IngestBeans(mqtt, List.of(sparkplug), counters, dialects, userChanges, control, redeliveries);
    }

    /**
     * Where messages wait to be sent to Kafka again. As many as are under way may do so; of Camel's own executor, 1,000: each
     * beyond would fail on the thread of the producer, which would have no time left to send the others.
     */
    private static ExecutorService redeliveries() {
        return Executors.newScheduledThreadPool(REDELIVERING_THREADS, task -> {
            Thread thread = new Thread(task, "redelivery");
            thread.setDaemon(true);
            return thread;
        });
    }

    private static Control control(Settings settings, MqttSettings broker) {
        if (CredentialsKey.isUsed(settings) && (broker.username() == null || broker.password() == null)) {
            throw new UserError(
                    "caravan.mqtt.dynamic-security=true needs caravan.mqtt.username and caravan.mqtt.password: a user of Mosquitto that may change others");
        }
        return new Control(broker.url(), broker.tls(), broker.username(), broker.password(), broker.clientId());
    }

    /**
     * Why not every client that brings messages is connected and subscribed, each in one line. A broker without counters, or
     * one that shows them to nobody, is as good for those.
     */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        messages().forEach(clients -> clients.fault().ifPresent(faults::add));
        if (!dialects.isUpToDate()) {
            faults.add("the routes of the registry's dialects are not made yet");
        }
        return faults;
    }

    private Stream<MqttClients> messages() {
        return Stream.concat(mqtt.clients().stream(), others.stream());
    }

    /** Leaves the MQTT broker; what is under way is finished, or Kafka does not take it. To be called before the routes are stopped. */
    void leave() {
        // side by side: each may have to wait some seconds, for messages that Kafka does not take or for the broker
        SideBySide.run(Stream.concat(messages(), Stream.of(counters)).map(clients -> clients::close));
    }

    /** To be called when the routes are stopped. */
    @Override
    public void close() {
        redeliveries.shutdownNow();
        userChanges.close();
        control.close();
    }

    /** How many bytes the stage holds until Kafka has them. */
    static int inFlightBytes(Settings settings) {
        return settings.number("caravan.mqtt.in-flight-bytes", 65_536, LARGEST_IN_FLIGHT);
    }

    /** {@code stampIot} for the dialect {@code iot}. */
    private static String stampOf(Dialect dialect) {
        String name = dialect.name();
        return "stamp" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static Processor stamp(Dialect dialect) {
        return dialect::stamp;
    }
}
