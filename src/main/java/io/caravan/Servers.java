package io.caravan;

import io.caravan.health.Dependency;
import io.caravan.health.Status;
import io.caravan.kafka.KafkaAccess;
import io.caravan.registry.DeviceRegistry;
import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import io.caravan.settings.UserError;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;

/**
 * The servers that the stages of a process work with. What has to be there in them, topics and a schema, is made in the
 * background, as soon as they answer. Thread-safe.
 */
final class Servers implements AutoCloseable {

    /** The first attempts usually succeed, and then routes find what they need. */
    private static final Duration FIRST_ATTEMPT = Duration.ofSeconds(5);

    private final Set<Stage> stages;
    private final boolean keepsMqttUsers;
    private final DeviceRegistry deviceRegistry;
    private final KafkaServer kafka;
    private final DatabaseServer database;
    private Supplier<List<String>> mqttFaults = List::of;

    /**
     * @param limits hears how many bytes every topic takes at once
     * @throws UserError when a setting is not valid
     */
    Servers(
            Settings settings,
            KafkaAccess kafka,
            Set<Stage> stages,
            DeviceRegistry deviceRegistry,
            MeterRegistry meters,
            IntConsumer limits) {
        this.stages = stages;
        this.keepsMqttUsers = stages.contains(Stage.INGEST) && CredentialsKey.isUsed(settings);
        this.deviceRegistry = deviceRegistry;
        this.kafka = new KafkaServer(settings, kafka, deviceRegistry, meters, limits);
        this.database = new DatabaseServer(settings, stages.contains(Stage.API), meters);
    }

    DataSource dataSource() {
        return database.dataSource();
    }

    /** The API's; null in a process without it. */
    DataSource apiSource() {
        return database.apiSource();
    }

    /** What asks Kafka itself; throws while no name of a broker can be resolved. */
    Admin admin() {
        return kafka.admin();
    }

    /** Has what the stages need made: at once where the servers answer, else as soon as they do. */
    void start() {
        List<Future<?>> attempts = new ArrayList<>();
        if (needsKafka()) {
            attempts.add(kafka.start());
        }
        if (needsDatabase()) {
            attempts.add(database.start());
        }
        attempts.forEach(attempt -> Keeper.await(attempt, FIRST_ATTEMPT));
    }

    /** Takes what tells why MQTT clients are not connected and subscribed, as lines. */
    void watch(Supplier<List<String>> faults) {
        mqttFaults = faults;
    }

    /** What readiness asks, by name: {@code mqtt}, {@code kafka}, {@code database} and {@code registry}, as far as needed. */
    List<Dependency> dependencies() {
        List<Dependency> dependencies = new ArrayList<>();
        if (stages.contains(Stage.INGEST)) {
            dependencies.add(new Check("mqtt", this::checkMqtt));
        }
        if (needsKafka()) {
            dependencies.add(new Check("kafka", kafka::check));
        }
        if (needsDatabase()) {
            dependencies.add(new Check("database", database::check));
        }
        if (stages.contains(Stage.ENRICH)) {
            dependencies.add(new Check("registry", this::checkRegistry));
        }
        return dependencies;
    }

    private boolean needsKafka() {
        return !stages.equals(Set.of(Stage.API));
    }

    private boolean needsDatabase() {
        return keepsMqttUsers || !stages.equals(Set.of(Stage.INGEST));
    }

    private Status checkMqtt() {
        List<String> faults = mqttFaults.get();
        return new Status(faults.isEmpty(), faults.isEmpty() ? "all clients are connected" : String.join("; ", faults));
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

    /** The innermost cause, in its own words. */
    static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    @Override
    public void close() {
        kafka.close();
        database.close();
    }
}
