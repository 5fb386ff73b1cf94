package io.caravan;

import io.caravan.api.Aggregates;
import io.caravan.api.Devices;
import io.caravan.api.Events;
import io.caravan.api.LedgerAnswer;
import io.caravan.api.Presence;
import io.caravan.api.Problems;
import io.caravan.api.Readings;
import io.caravan.api.TrendStatistics;
import io.caravan.api.Types;
import io.caravan.api.UnknownPaths;
import io.caravan.console.Hawtio;
import io.caravan.console.Jolokia;
import io.caravan.decode.Decoder;
import io.caravan.decode.JsonDecoder;
import io.caravan.decode.JsonDialect;
import io.caravan.enrich.DecodeBatch;
import io.caravan.enrich.Directory;
import io.caravan.enrich.Enricher;
import io.caravan.enrich.Outbox;
import io.caravan.enrich.Ownership;
import io.caravan.enrich.Provisioning;
import io.caravan.health.BackgroundRuns;
import io.caravan.health.Dependency;
import io.caravan.health.Health;
import io.caravan.health.HealthPaths;
import io.caravan.health.RouteHealth;
import io.caravan.ingest.Aside;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.InFlightBytes;
import io.caravan.ingest.MqttClients;
import io.caravan.ingest.MqttRoutes;
import io.caravan.ingest.MqttSettings;
import io.caravan.ingest.TooLarge;
import io.caravan.ingest.TopicShape;
import io.caravan.kafka.Batch;
import io.caravan.kafka.CallbackExecutor;
import io.caravan.kafka.Cut;
import io.caravan.kafka.WatchedConsumers;
import io.caravan.ledger.CommittedLedger;
import io.caravan.ledger.LedgerReader;
import io.caravan.ledger.Ledgers;
import io.caravan.metrics.RouteMeters;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.Patience;
import io.caravan.reload.LiveRoutes;
import io.caravan.reload.RouteCheck;
import io.caravan.store.DeadLetters;
import io.caravan.store.Newest;
import io.caravan.store.Refused;
import io.caravan.store.Rows;
import io.caravan.store.StoreLedger;
import io.caravan.window.Comparison;
import io.caravan.window.LiveWindows;
import io.caravan.window.Partials;
import io.caravan.window.SettledWindows;
import io.caravan.window.Settling;
import io.caravan.window.Widths;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.LifecycleStrategySupport;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * The application: the route files of its stages, the beans that they name, and the clients of the servers they work with.
 * Servers that are down when it starts, or later, are waited for. Not thread-safe: started once and closed once.
 */
public final class Application implements AutoCloseable {

    private static final String IN_FLIGHT = "caravan.mqtt.in-flight-bytes";
    private static final String BATCH_BYTES = "caravan.batch.bytes";
    private static final int LARGEST_IN_FLIGHT = 1_024 * 1_024 * 1_024;

    /** Key, headers and framing of a record come on top of its value. */
    private static final int FRAMING_BYTES = 1_024 * 1_024;

    private final Settings settings;
    private final Set<Stage> stages;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final DeviceRegistry deviceRegistry;
    private final Patience patience;
    private final Servers servers;
    private final List<MqttClients> mqtt = new ArrayList<>();
    private final RouteFiles routeFiles;
    private final Ledgers ledgers;
    private final WatchedConsumers consumers;
    private Health health;
    private Main main;
    private CamelContext foreign;
    private LiveRoutes liveRoutes;

    /** @throws UserError when a setting or the device registry is not valid */
    public Application(Settings settings, Set<Stage> stages) {
        Values.require(settings);
        this.settings = settings;
        this.stages = EnumSet.copyOf(stages);
        this.routeFiles = new RouteFiles(Path.of(settings.text("caravan.routes.folder")), this.stages);
        this.deviceRegistry = new DeviceRegistry(Path.of(settings.text("caravan.registry.file")));
        this.patience = new Patience(deviceRegistry, settings.duration("caravan.presence.update-frequency"));
        this.servers = new Servers(settings, this.stages, deviceRegistry, meters);
        this.consumers = new WatchedConsumers(settings.number(BATCH_BYTES, 65_536, LARGEST_IN_FLIGHT));
        this.ledgers = new Ledgers(ledgerReader()::read);
    }

    /**
     * Starts the routes.
     *
     * @throws UserError when a port is taken, or a route file has a mistake
     */
    public void start() throws Exception {
        prepare();
        main.start();
        if (settings.flag("caravan.routes.reload")) {
            liveRoutes = new LiveRoutes(context(), routeFiles, properties());
            liveRoutes.start();
        }
    }

    /**
     * Gives the beans that the routes name, and the settings, to a context that somebody else starts; they end with it.
     *
     * @throws UserError when a port is taken, or a route file has a mistake
     */
    void prepare(CamelContext context) throws Exception {
        foreign = context;
        prepare();
        main.lookupByType(Object.class).forEach(context.getRegistry()::bind);
        // It has looked for these before it called.
        main.lookupByType(LifecycleStrategy.class).values().forEach(context::addLifecycleStrategy);
        main.lookupByType(RoutePolicyFactory.class).values().forEach(context::addRoutePolicyFactory);
        KafkaComponent kafka = context.getComponent("kafka", KafkaComponent.class);
        kafka.setKafkaClientFactory(consumers);
        kafka.getConfiguration().setMaxRequestSize(largestRequest());
        kafka.getConfiguration().setBufferMemorySize(producerBuffer());
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopped(CamelContext stopped) {
                close();
            }
        });
    }

    /** Where the routes are, from the moment that there is such a place. */
    private CamelContext context() {
        return foreign == null ? main.getCamelContext() : foreign;
    }

    private void prepare() throws Exception {
        Ports.requireFree(settings, stages.contains(Stage.API));
        RouteCheck.require(routeFiles);
        main = new Main();
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setOverrideProperties(properties());
        main.configure().withRoutesIncludePattern(routeFiles.pattern());
        main.configure().withBeanIntrospectionExtendedStatistics(false);
        main.bind("metricsRegistry", meters);
        main.bind("caravan", servers.dataSource());
        main.bind("deviceRegistry", deviceRegistry);
        main.bind("batch", new Batch());
        main.bind("backgroundRuns", new BackgroundRuns());
        main.bind("kafkaConsumers", consumers);
        main.bind("cut", new Cut());
        main.bind("routeMeters", new RouteMeters(meters));
        main.configure().addMainListener(new QuietEvents());
        if (stages.contains(Stage.INGEST)) {
            bindIngest();
        }
        if (stages.contains(Stage.ENRICH)) {
            bindEnrich();
        }
        if (stages.contains(Stage.STORE)) {
            bindStore();
        }
        if (stages.contains(Stage.WINDOW)) {
            bindWindow();
        }
        // after all settings have been looked at: it waits a while for servers that are down
        servers.start();
        health = new Health(dependencies());
        if (stages.contains(Stage.STORE)) {
            ledgers.measure(meters);
        }
        if (stages.contains(Stage.API)) {
            bindApi();
        }
        configureHttp();
    }

    /** Waits until all that the stages depend on answers; false when it does not within the time. */
    public boolean awaitReady(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!health.ready()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return true;
    }

    /** Stops taking messages, finishes those under way and leaves the servers. */
    @Override
    public void close() {
        if (liveRoutes != null) {
            liveRoutes.close();
        }
        // side by side: each may have to wait some seconds for messages that Kafka does not take
        mqtt.parallelStream().forEach(MqttClients::close);
        if (main != null) {
            main.stop();
        }
        ledgers.close();
        if (health != null) {
            health.close();
        }
        servers.close();
        meters.close();
    }

    private void bindIngest() throws MqttException {
        MqttSettings broker = MqttSettings.of(settings);
        InFlightBytes inFlight = new InFlightBytes(settings.number(IN_FLIGHT, 65_536, LARGEST_IN_FLIGHT), meters);
        int clients = settings.number("caravan.mqtt.clients", 1, MqttClients.MOST);
        bindClients("mqttIot", new MqttClients(broker, inFlight, "iot", clients, true));
        bindClients("mqttIotStatus", new MqttClients(broker, inFlight, "iot-status", 1, false));
        bindClients("mqttBuilding", new MqttClients(broker, inFlight, "building", clients, true));
        main.bind("mqttRoutes", new MqttRoutes());
        main.bind("stampIot", processor(new Dialect("iot", TopicShape.IOT, "device_id", "tenant_id")::stamp));
        main.bind(
                "stampBuilding", processor(new Dialect("building", TopicShape.OPAQUE, "deviceId", "tenant_id")::stamp));
        main.bind("oversize", Aside.tooLarge(largest("caravan.ingest.max-payload-bytes"), meters));
        main.bind("aside", Aside.failed(meters));
        main.bind("isTooLarge", new TooLarge(largest("caravan.ingest.max-payload-bytes")));
        main.bind("kafkaCallbacks", new CallbackExecutor());
        servers.watch(mqtt);
    }

    private void bindClients(String name, MqttClients clients) {
        mqtt.add(clients);
        main.bind(name, clients);
    }

    private void bindEnrich() {
        boolean autoProvision = settings.flag("caravan.devices.auto-provision");
        int cap = settings.number("caravan.devices.cap", 1, Integer.MAX_VALUE);
        Directory directory = new Directory();
        Outbox outbox = new Outbox(settings.text("caravan.topic.enriched"), meters);
        Map<String, Decoder> decoders = Map.of("iot", json("iot"), "building", json("building"));
        main.bind("directory", directory);
        main.bind("decodeBatch", new DecodeBatch(decoders, new Ownership(directory, autoProvision)));
        main.bind("provisioning", new Provisioning(directory, deviceRegistry, cap));
        main.bind(
                "enricher", processor(new Enricher(deviceRegistry, largest("caravan.kafka.max-record-bytes"))::enrich));
        main.bind("openOutbox", processor(outbox::open));
        main.bind("addToOutbox", processor(outbox::add));
        main.bind("closeOutbox", processor(outbox::close));
        main.bind("enrichLedger", new CommittedLedger());
        main.bind("refusedToDeadLetter", processor(outbox::refused));
    }

    private Decoder json(String dialect) {
        return new JsonDecoder(JsonDialect.flexible(settings.zone("caravan.dialect." + dialect + ".zone")));
    }

    private void bindStore() {
        StoreLedger ledger = new StoreLedger(settings.text("caravan.topic.raw"));
        main.bind("storeLedger", ledger);
        main.bind("rows", new Rows(meters, ledger));
        main.bind("newest", new Newest(patience));
        main.bind("deadLetters", new DeadLetters());
        main.bind("refused", new Refused(meters));
    }

    private void bindWindow() {
        Widths widths = Widths.parse(settings.text(Widths.KEY));
        main.bind("settling", new Settling(widths, settings.duration("caravan.window.settle-after"), meters));
        main.bind("settledWindows", new SettledWindows(settings.text("caravan.topic.aggregates"), meters));
        bindLiveWindows(widths);
    }

    private void bindLiveWindows(Widths widths) {
        Partials partials = new Partials(widths);
        LiveWindows liveWindows = new LiveWindows(
                widths,
                settings.duration("caravan.window.grace"),
                settings.duration("caravan.window.idle-after"),
                settings.number("caravan.window.most-open", 1, Integer.MAX_VALUE),
                settings.text("caravan.topic.aggregates"),
                meters);
        main.bind("partials", partials);
        main.bind("liveWindows", liveWindows);
        main.bind("mergeWindows", liveWindows.merge());
        main.bind("comparison", new Comparison(widths, meters));
        consumers.onLeave("caravan-window", partials::left);
    }

    private void bindApi() {
        main.bind("apiDevices", new Devices(patience));
        main.bind("apiReadings", new Readings());
        main.bind("apiEvents", new Events());
        main.bind("apiPresence", new Presence(patience));
        main.bind("apiTrendStatistics", new TrendStatistics());
        main.bind("apiAggregates", new Aggregates(Widths.parse(settings.text(Widths.KEY))));
        main.bind("apiDeadLetters", new io.caravan.api.DeadLetters());
        main.bind("apiTypes", new Types(deviceRegistry));
        main.bind("apiLedger", new LedgerAnswer(ledgers, settings.text("caravan.topic.enriched")));
        main.bind("apiProblems", new Problems());
        main.bind("health", health);
        main.bind("unknownPaths", new UnknownPaths());
    }

    private LedgerReader ledgerReader() {
        return new LedgerReader(
                servers::admin,
                servers.dataSource(),
                Path.of("sql", "select-ledger.sql"),
                settings.text("caravan.topic.raw"),
                settings.text("caravan.topic.enriched"));
    }

    private void configureHttp() {
        if (stages.contains(Stage.API)) {
            // Camel looks for its router by this port, which would be the management server's otherwise.
            VertxPlatformHttpServerConfiguration rest = new VertxPlatformHttpServerConfiguration();
            rest.setBindPort(settings.port("caravan.http.port"));
            main.bind("restServer", rest);
        }
        main.bind("healthPaths", new HealthPaths(health, settings.port("caravan.management.port")));
        main.bind(
                "jolokia",
                new Jolokia(
                        Path.of(settings.text("caravan.management.policy")), settings.text("caravan.management.host")));
        main.bind("hawtio", new Hawtio(settings.port("caravan.management.port")));
    }

    /** The servers, and the routes of each stage. */
    private List<Dependency> dependencies() {
        List<Dependency> dependencies = new ArrayList<>(servers.dependencies());
        for (Stage stage : stages) {
            dependencies.add(new RouteHealth(stage.label(), this::context, consumers));
        }
        return dependencies;
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.putAll(settings.asMap());
        properties.remove("camel.main.configurationClasses"); // the beans are bound already
        // A record that the producer refuses would be tried again for good.
        properties.put("camel.component.kafka.maxRequestSize", Integer.toString(largestRequest()));
        properties.put("camel.component.kafka.bufferMemorySize", Integer.toString(producerBuffer()));
        properties.put("camel.server.enabled", Boolean.toString(stages.contains(Stage.API)));
        return properties;
    }

    /** What ingest takes in fits, with what is lost by filling buffers; else it would block while Kafka is away. */
    private int producerBuffer() {
        long inFlight = settings.number(IN_FLIGHT, 65_536, LARGEST_IN_FLIGHT);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(4L * largestRequest(), inFlight + inFlight / 2));
    }

    private int largestRequest() {
        return largest("caravan.kafka.max-record-bytes") + FRAMING_BYTES;
    }

    private int largest(String key) {
        return settings.number(key, 1_024, 64 * 1_024 * 1_024);
    }

    private static Processor processor(Processor step) {
        return step;
    }
}
