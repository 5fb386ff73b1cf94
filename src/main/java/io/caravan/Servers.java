package io.caravan;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.caravan.health.Dependency;
import io.caravan.health.Health;
import io.caravan.health.Status;
import io.caravan.ingest.MqttClients;
import io.caravan.kafka.ConsumerLag;
import io.caravan.kafka.Topics;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import io.caravan.store.Migrations;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that the application works with, and what has to be there in them: topics in Kafka, the schema in the
 * database. What is missing, or down, is tried again with back-off until it is there. Thread-safe.
 */
final class Servers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Servers.class);
    private static final int ANSWER_MILLIS = 5_000;

    private final Settings settings;
    private final DeviceRegistry deviceRegistry;
    private final HikariDataSource dataSource;
    private final MeterRegistry meters;
    private final ScheduledExecutorService keeper = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "servers");
        thread.setDaemon(true);
        return thread;
    });
    private final List<MqttClients> mqtt = new ArrayList<>();
    private volatile boolean topicsReady;
    private volatile boolean schemaReady;
    private volatile long registryVersion;
    private Health health;
    private Kafka kafka;
    private boolean closed;

    Servers(Settings settings, DeviceRegistry deviceRegistry, MeterRegistry meters) {
        this.settings = settings;
        this.deviceRegistry = deviceRegistry;
        this.dataSource = new HikariDataSource(pool(settings));
        dataSource.setMetricRegistry(meters);
        this.meters = meters;
        settings.number("caravan.kafka.partitions", 1, 10_000);
        settings.number("caravan.kafka.replication", 1, 100);
    }

    /** What asks Kafka itself. */
    private record Kafka(Admin admin, Topics topics, ConsumerLag lag) {}

    /** Made when it is needed first: the client refuses to be made while no name of a broker can be resolved. */
    private synchronized Kafka kafka() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        if (kafka == null) {
            Admin admin = Admin.create(Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    settings.text("caravan.kafka.brokers"),
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    2 * ANSWER_MILLIS,
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    ANSWER_MILLIS));
            Topics topics = new Topics(
                    admin,
                    settings.number("caravan.kafka.partitions", 1, 10_000),
                    settings.number("caravan.kafka.replication", 1, 100),
                    settings.number("caravan.kafka.max-record-bytes", 1_024, 64 * 1_024 * 1_024));
            kafka = new Kafka(admin, topics, new ConsumerLag(admin, meters));
        }
        return kafka;
    }

    /** What asks Kafka itself; throws while no name of a broker can be resolved. */
    Admin admin() {
        return kafka().admin();
    }

    /** Never throws: a scheduled task that does is not run again. */
    private void measureLag() {
        try {
            kafka().lag().measure();
        } catch (RuntimeException e) {
            LOG.debug("Cannot read the lag", e);
        }
    }

    private static HikariConfig pool(Settings settings) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("caravan");
        pool.setJdbcUrl(settings.text("caravan.db.url"));
        pool.setUsername(settings.text("caravan.db.user"));
        pool.setPassword(settings.text("caravan.db.password", null));
        pool.setMaximumPoolSize(settings.number("caravan.db.pool", 2, 1_000));
        pool.setMinimumIdle(2);
        pool.setConnectionTimeout(ANSWER_MILLIS);
        pool.setInitializationFailTimeout(-1);
        pool.addDataSourceProperty("ApplicationName", "caravan");
        pool.addDataSourceProperty("socketTimeout", "120");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        return pool;
    }

    /** The migrations of the configured database. */
    static Migrations migrations(Settings settings) {
        return new Migrations(
                Path.of("sql"),
                settings.text("caravan.db.url"),
                settings.text("caravan.db.user"),
                settings.text("caravan.db.password", ""));
    }

    DataSource dataSource() {
        return dataSource;
    }

    /** Makes what the stages need, now where the servers answer, else as soon as they do. */
    void start(Set<Stage> stages) {
        health = watch(stages);
        boolean database = !stages.equals(Set.of(Stage.INGEST));
        if (stages.contains(Stage.API) && stages.size() == 1) {
            topicsReady = true;
        } else {
            withinSeconds(3, keeper.submit(() -> keepTopics(500)));
            keeper.scheduleWithFixedDelay(this::measureLag, 5, 5, TimeUnit.SECONDS);
        }
        if (!database || !settings.flag("caravan.db.migrate")) {
            schemaReady = true;
        } else {
            migrate(500);
        }
    }

    /** Waits for what usually is quick, so that routes find what they need; not for a server that is down. */
    private static void withinSeconds(long seconds, Future<?> task) {
        try {
            task.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("Goes on in the background", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Includes MQTT clients in what readiness tells. */
    void watch(Collection<MqttClients> clients) {
        mqtt.addAll(clients);
    }

    /** What is known of the servers. */
    Health health() {
        return health;
    }

    private Health watch(Set<Stage> stages) {
        List<Dependency> dependencies = new ArrayList<>();
        if (stages.contains(Stage.INGEST)) {
            dependencies.add(new Check("mqtt", this::checkMqtt));
        }
        if (!stages.equals(Set.of(Stage.API))) {
            dependencies.add(new Check("kafka", this::checkKafka));
        }
        if (!stages.equals(Set.of(Stage.INGEST))) {
            dependencies.add(new Check("database", this::checkDatabase));
        }
        if (stages.contains(Stage.ENRICH)) {
            dependencies.add(new Check("registry", this::checkRegistry));
        }
        return new Health(dependencies);
    }

    private Status checkMqtt() {
        boolean ready = !mqtt.isEmpty() && mqtt.stream().allMatch(MqttClients::isReady);
        return new Status(ready, ready ? "all clients are connected" : "a client is not connected");
    }

    private Status checkKafka() throws Exception {
        int nodes = kafka().admin()
                .describeCluster()
                .nodes()
                .get(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
                .size();
        return new Status(topicsReady, topicsReady ? nodes + " broker(s)" : "the topics are not there yet");
    }

    private Status checkDatabase() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean valid = connection.isValid(2);
            return new Status(valid && schemaReady, schemaReady ? "answers" : "the schema is not there yet");
        }
    }

    /** A bad edit does not make it unready: what was read before is in use. */
    private Status checkRegistry() {
        return new Status(true, deviceRegistry.lastError().orElse("version " + deviceRegistry.version()));
    }

    private record Check(String name, Callable<Status> question) implements Dependency {
        @Override
        public Status check() {
            try {
                return question.call();
            } catch (Exception e) {
                return new Status(false, reason(e));
            }
        }
    }

    private void keepTopics(long delay) {
        long next = 1_000;
        try {
            ensureTopics();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (Exception e) {
            LOG.warn(
                    "Kafka at {}: cannot create topics ({}), trying again",
                    settings.text("caravan.kafka.brokers"),
                    reason(e));
            next = Math.min(delay * 2, 10_000);
        }
        long again = next;
        keeper.schedule(() -> keepTopics(again), again, TimeUnit.MILLISECONDS);
    }

    private void ensureTopics() throws Exception {
        long version = deviceRegistry.version();
        if (topicsReady && version == registryVersion) {
            return;
        }
        List<String> names = new ArrayList<>(List.of(
                settings.text("caravan.topic.raw"),
                settings.text("caravan.topic.enriched"),
                settings.text("caravan.topic.aggregates"),
                settings.text("caravan.topic.dead-letters"),
                deviceRegistry.types().unknown().topic()));
        deviceRegistry.types().all().stream().map(DeviceType::topic).forEach(names::add);
        List<String> created = kafka().topics().ensure(names);
        if (!created.isEmpty()) {
            LOG.info("Kafka: created the topics {}", created);
        }
        registryVersion = version;
        topicsReady = true;
    }

    private void migrate(long delay) {
        try {
            migrations(settings).run();
            schemaReady = true;
        } catch (RuntimeException e) {
            LOG.warn("{}, trying again", e instanceof UserError ? e.getMessage() : e.toString());
            keeper.schedule(() -> migrate(Math.min(delay * 2, 10_000)), delay, TimeUnit.MILLISECONDS);
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void close() {
        keeper.shutdownNow();
        if (health != null) {
            health.close();
        }
        synchronized (this) {
            closed = true;
            if (kafka != null) {
                kafka.admin().close(java.time.Duration.ofSeconds(1));
            }
        }
        dataSource.close();
    }
}
