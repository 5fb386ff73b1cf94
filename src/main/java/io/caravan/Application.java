package io.caravan;

import io.caravan.console.AlikeMBeans;
import io.caravan.health.BackgroundRuns;
import io.caravan.health.Dependency;
import io.caravan.health.Health;
import io.caravan.health.RouteHealth;
import io.caravan.kafka.Batch;
import io.caravan.kafka.Cut;
import io.caravan.kafka.KafkaAccess;
import io.caravan.kafka.RawRecords;
import io.caravan.kafka.WatchedConsumers;
import io.caravan.ledger.LedgerReader;
import io.caravan.ledger.Ledgers;
import io.caravan.limits.TenantLimits;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.Patience;
import io.caravan.registry.TableChanges;
import io.caravan.reload.LiveRoutes;
import io.caravan.reload.RouteCheck;
import io.caravan.settings.KafkaSecurity;
import io.caravan.settings.RouteFiles;
import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import io.caravan.settings.UserError;
import io.caravan.store.KeptStatements;
import io.caravan.store.Refused;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.jsse.GlobalSSLContextParametersSupplier;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * The application: the route files of its stages, the beans that they name, and the clients of the servers they work with.
 * Servers that are down when it starts, or later, are waited for. Not thread-safe: started once and closed once.
 */
public final class Application implements AutoCloseable {

    /** How long {@link #close} may take a process that ends; what it has not finished then is done again, as after a kill. */
    static final Duration LONGEST_END = Duration.ofSeconds(13);

    /** The notes of who has changed what do not wait longer than that for the routes to end. */
    private static final Duration AUDIT_END = Duration.ofSeconds(8);

    private static final int LARGEST_BATCH = 1_024 * 1_024 * 1_024;

    private final Settings settings;
    private final Set<Stage> stages;
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final DeviceRegistry deviceRegistry;
    private final Patience patience;
    private final TenantLimits tenantLimits;
    private final Servers servers;
    private final RouteFiles routeFiles;
    private final Ledgers ledgers;
    private final WatchedConsumers consumers;
    private final KafkaSizes sizes;
    private final RawRecords rawRecords;
    private final HttpCertificate certificate;
    private IngestBeans ingest;
    private List<TableChanges> enrich = List.of();
    private HttpVertx vertx;
    private ApiBeans.ToClose api;
    private Health health;
    private Main main;
    private CamelContext foreign;
    private LiveRoutes liveRoutes;

    /** @throws UserError when a setting or the device registry is not valid */
    public Application(Settings settings, Set<Stage> stages) {
        Values.require(settings);
        this.settings = settings;
        this.stages = EnumSet.copyOf(stages);
        this.certificate = HttpCertificate.of(settings).orElse(null);
        KafkaAccess kafka = KafkaSecurity.access(settings);
        this.routeFiles = new RouteFiles(Path.of(settings.text("caravan.routes.folder")), this.stages);
        this.deviceRegistry = WindowBeans.registry(settings);
        this.patience = new Patience(deviceRegistry, settings.duration("caravan.presence.update-frequency"));
        this.tenantLimits = new TenantLimits(LimitSettings.defaults(settings));
        this.consumers =
                new WatchedConsumers(settings.number("caravan.batch.bytes", 65_536, LARGEST_BATCH), kafka.security());
        this.servers = new Servers(settings, kafka, this.stages, deviceRegistry, meters, consumers::limitSends);
        this.sizes = KafkaSizes.of(settings);
        this.ledgers = new Ledgers(ledgerReader()::read);
        this.rawRecords = new RawRecords(kafka, settings.text("caravan.topic.raw"));
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
        if (certificate != null) {
            throw new UserError("caravan.http.tls: Camel's own command starts its servers without TLS, use ./caravan");
        }
        foreign = context;
        prepare();
        main.lookupByType(Object.class).forEach(context.getRegistry()::bind);
        // It has looked for these before it called.
        main.lookupByType(LifecycleStrategy.class).values().forEach(context::addLifecycleStrategy);
        main.lookupByType(RoutePolicyFactory.class).values().forEach(context::addRoutePolicyFactory);
        KafkaComponent kafka = context.getComponent("kafka", KafkaComponent.class);
        kafka.setKafkaClientFactory(consumers);
        kafka.getConfiguration().setMaxRequestSize(sizes.request());
        kafka.getConfiguration().setBufferMemorySize(sizes.producerBuffer());
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
        main.configure().addMainListener(new QuietEvents());
        main.configure().addMainListener(AlikeMBeans.forContext());
        bindShared();
        bindWorkers();
        // after all settings have been looked at: it waits a while for servers that are down
        servers.start();
        health = new Health(dependencies());
        if (stages.contains(Stage.STORE)) {
            ledgers.measure(meters);
        }
        vertx = HttpVertx.create(certificate);
        main.bind("httpVertx", vertx);
        if (certificate != null) {
            // What makes Camel ask for TLS; HttpVertx has the certificate.
            SSLContextParameters tls = new SSLContextParameters();
            main.bind("httpTls", (GlobalSSLContextParametersSupplier) () -> tls);
        }
        if (stages.contains(Stage.API)) {
            main.bind("caravanApi", servers.apiSource());
            api = ApiBeans.bind(
                    main::bind,
                    settings,
                    deviceRegistry,
                    patience,
                    ledgers,
                    tenantLimits,
                    servers.apiSource(),
                    meters,
                    health);
        }
        ManagementBeans.bind(main::bind, settings, health, meters);
        main.bind("httpOpening", vertx.opening());
    }

    /** What the routes of several stages name. */
    private void bindShared() {
        main.bind("caravan", KeptStatements.of(servers.dataSource()));
        main.bind("deviceRegistry", deviceRegistry);
        main.bind("kafkaConsumers", consumers);
        main.bind("tenantLimits", tenantLimits);
        main.bind("batch", new Batch());
        main.bind("cut", new Cut());
        main.bind("backgroundRuns", new BackgroundRuns());
        main.bind("refused", new Refused(rawRecords::find, meters));
    }

    /** What the routes that move messages name, stage by stage. */
    private void bindWorkers() throws MqttException {
        if (stages.contains(Stage.INGEST)) {
            ingest = IngestBeans.bind(main::bind, settings, deviceRegistry, meters);
            servers.watch(ingest::faults);
        }
        if (stages.contains(Stage.ENRICH)) {
            enrich = EnrichBeans.bind(main::bind, settings, deviceRegistry, consumers, tenantLimits, meters);
        }
        if (stages.contains(Stage.STORE)) {
            StoreBeans.bind(main::bind, settings, patience, meters);
        }
        if (stages.contains(Stage.WINDOW)) {
            WindowBeans.bind(main::bind, settings, deviceRegistry, consumers, meters);
        }
    }

    /** Whether all that the stages depend on answered when it was last asked, as {@code /readyz} says. */
    public boolean isReady() {
        return health.ready();
    }

    /** Waits until all that the stages depend on answers; false when it does not within the time. */
    public boolean awaitReady(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!isReady()) {
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
        CountDownLatch stopped = new CountDownLatch(1);
        if (api != null) {
            closeAuditBeside(stopped);
        }
        if (liveRoutes != null) {
            liveRoutes.close();
        }
        if (ingest != null) {
            ingest.leave();
        }
        if (main != null) {
            main.stop();
        }
        if (ingest != null) {
            ingest.close();
        }
        enrich.forEach(TableChanges::close);
        if (vertx != null) {
            vertx.close();
        }
        stopped.countDown();
        if (api != null) {
            api.close();
        }
        ledgers.close();
        rawRecords.close();
        if (health != null) {
            health.close();
        }
        servers.close();
        meters.close();
    }

    /** A server that does not answer may hold up the end of the routes until the process dies. */
    private void closeAuditBeside(CountDownLatch stopped) {
        Thread thread = new Thread(
                () -> {
                    try {
                        if (!stopped.await(AUDIT_END.toMillis(), TimeUnit.MILLISECONDS)) {
                            api.audit().close();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "audit-end");
        thread.setDaemon(true);
        thread.start();
    }

    private LedgerReader ledgerReader() {
        return new LedgerReader(
                servers::admin,
                servers.dataSource(),
                Path.of("sql", "select-ledger.sql"),
                settings.text("caravan.topic.raw"),
                settings.text("caravan.topic.enriched"));
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
        properties.put("camel.component.kafka.maxRequestSize", Integer.toString(sizes.request()));
        properties.put("camel.component.kafka.bufferMemorySize", Integer.toString(sizes.producerBuffer()));
        properties.put("camel.server.enabled", Boolean.toString(stages.contains(Stage.API)));
        properties.put("camel.server.useGlobalSslContextParameters", Boolean.toString(certificate != null));
        properties.put(
                "camel.management.useGlobalSslContextParameters",
                Boolean.toString(settings.flag("caravan.management.tls")));
        return properties;
    }
}
