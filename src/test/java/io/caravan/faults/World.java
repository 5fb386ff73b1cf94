package io.caravan.faults;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.embedded.EmbeddedPostgres;
import io.caravan.embedded.PostgresPasswords;
import io.caravan.faults.Verdict.Fault;
import io.caravan.it.Api;
import io.caravan.it.ChildCaravan;
import io.caravan.it.Folder;
import io.caravan.it.FreePort;
import io.caravan.it.Rows;
import io.caravan.settings.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;

/**
 * An MQTT broker, a Kafka broker, a PostgreSQL and the application, each a process of its own, what was sent to them, and
 * the oracle that compares. Windows are narrow and sessions short, so that what takes minutes elsewhere takes seconds here.
 */
final class World implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Folder folder;
    private final Map<Server.Kind, Server> servers = new HashMap<>();
    private final List<Instance> instances = new ArrayList<>();
    private final Journal journal = new Journal();
    private final String properties;
    private final String prefix;
    private final Sabotage sabotage;
    private KafkaView kafka;
    private String databasePassword;
    private SmallDisk disk;
    private int rests;

    private World(Folder folder, String prefix, Sabotage sabotage) throws IOException {
        this.folder = folder;
        this.prefix = prefix;
        this.sabotage = sabotage;
        this.properties = Files.readString(Path.of("application.properties"))
                .replace("kafka.sessionTimeoutMs=10000", "kafka.sessionTimeoutMs=6000")
                .replace("kafka.heartbeatIntervalMs=3000", "kafka.heartbeatIntervalMs=1000")
                // at the rate of these tests, the shipped 20 ms would make batches of single messages
                .replace("caravan.batch.interval-ms=20", "caravan.batch.interval-ms=100");
    }

    /**
     * Starts the servers.
     *
     * @param prefix what the ids of all devices begin with that are compared; it ends with '-'
     */
    static World start(String prefix) throws IOException {
        return start(prefix, Options.sabotage());
    }

    /** Starts the servers of an application that is broken on purpose. */
    static World start(String prefix, Sabotage sabotage) throws IOException {
        return new World(Folder.create(), prefix, sabotage).startServers();
    }

    /** Starts the servers, the database on a file system of so many megabytes. */
    static World startOnSmallDisk(String prefix, int megabytes) throws IOException, InterruptedException {
        World world = new World(Folder.create(), prefix, Options.sabotage());
        world.disk = SmallDisk.mount(world.folder.path().resolve("postgres"), megabytes);
        return world.startServers();
    }

    private World startServers() throws IOException {
        Rehearsal.once();
        try {
            sharePostgresBinaries();
            writeRegistry();
            for (Server.Kind kind : Server.Kind.values()) {
                servers.put(kind, Server.begin(kind, folder.path()));
            }
            kafka = new KafkaView(kafkaBrokers());
            for (Server server : servers.values()) {
                server.awaitReady();
            }
            databasePassword = PrivateFile.secret(PostgresPasswords.file(folder.path()));
            return this;
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** What each PostgreSQL would unpack for itself. */
    private void sharePostgresBinaries() throws IOException {
        Path shared = Path.of("target", "postgres-binaries").toAbsolutePath();
        Files.createDirectories(shared);
        Files.createSymbolicLink(folder.path().resolve("postgres-binaries"), shared);
    }

    /** The registry as it is shipped, but that nobody listens for its dialects, which no load here speaks: that makes each start shorter. */
    private void writeRegistry() throws IOException {
        JsonNode shipped =
                JSON.readTree(Path.of("config", "device-registry.json").toFile());
        shipped.get("dialects").forEach(dialect -> ((ObjectNode) dialect).put("enabled", false));
        JSON.writeValue(registry().toFile(), shipped);
    }

    private Path registry() {
        return folder.path().resolve("device-registry.json");
    }

    Server server(Server.Kind kind) {
        return servers.get(kind);
    }

    /** One more application, started and not yet ready. */
    Instance instance(Map<String, String> settings) throws IOException {
        Instance instance = new Instance(settings);
        instances.add(instance);
        return instance;
    }

    /** One more application, ready. */
    Instance ready(Map<String, String> settings) throws IOException {
        Instance instance = instance(settings);
        instance.awaitReady();
        return instance;
    }

    /** Devices that begin to publish. */
    Load load(long seed, int rate) {
        return new Load(mqttUrl(), journal, prefix, seed, rate);
    }

    Publisher publisher() {
        return new Publisher(mqttUrl(), journal);
    }

    Journal journal() {
        return journal;
    }

    String prefix() {
        return prefix;
    }

    String mqttUrl() {
        return "tcp://127.0.0.1:" + servers.get(Server.Kind.MQTT).port();
    }

    String kafkaBrokers() {
        return "127.0.0.1:" + servers.get(Server.Kind.KAFKA).port();
    }

    Rows rows() {
        return new Rows(
                "jdbc:postgresql://127.0.0.1:"
                        + servers.get(Server.Kind.POSTGRES).port() + "/caravan",
                EmbeddedPostgres.USER,
                databasePassword);
    }

    /** A connection of the database's superuser. */
    Connection superuser() throws IOException, SQLException {
        String password = PrivateFile.secret(PostgresPasswords.superuserFile(folder.path()));
        return new Rows(rows().jdbcUrl(), "postgres", password).connect();
    }

    /** What the database has its files on, where it is small. */
    SmallDisk disk() {
        return disk;
    }

    /** What Kafka knows. */
    KafkaView kafka() {
        return kafka;
    }

    /** How many readings of this world's devices are stored. */
    long stored() throws SQLException {
        return rows().count("SELECT count(*) FROM readings WHERE device_id LIKE '" + prefix + "%'");
    }

    /** Waits until so many more readings are stored. */
    void awaitMoreStored(long more) throws SQLException {
        long before = stored();
        awaitUntil(() -> stored() >= before + more);
    }

    /** Waits until the MQTT broker has acknowledged so many more messages. */
    void awaitMoreAcknowledged(long more) {
        long before = journal.acknowledgements();
        awaitUntil(() -> journal.acknowledgements() >= before + more);
    }

    /** Compares what is there now, while an instance with the stage api runs. */
    Verdict verdict() throws Exception {
        return new Oracle(journal, rows(), serving().api(), prefix).verdict();
    }

    /** Fails when something is there that must not be there at any moment, whatever is still on its way. */
    void requireNothingImpossible() throws Exception {
        Verdict verdict = verdict();
        for (Fault fault : List.of(Fault.DUPLICATED, Fault.ALTERED, Fault.INVENTED, Fault.STRANGE_DEAD_LETTER)) {
            if (verdict.count(fault) > 0) {
                throw new AssertionError(verdict.toString());
            }
        }
    }

    /** Waits until nothing is on its way any more and nothing is wrong; fails with what is wrong. */
    void requireNothingWrong() {
        try {
            awaitRest();
            patiently().untilAsserted(() -> verdict().requirePass());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + outputs(), e);
        }
    }

    /** Waits until nothing is on its way any more, and compares then. */
    Verdict verdictAtRest() throws Exception {
        awaitRest();
        return verdict();
    }

    /**
     * Waits until all that was sent before has gone as far as it goes: last messages have followed it through all stages, no
     * stage has anything left to read, and the windows of everything are settled.
     */
    void awaitRest() {
        String last = prefix + "last-" + rests++;
        long now = System.currentTimeMillis();
        try (Publisher publisher = publisher()) {
            publisher.publish(Message.building(last, now, 1, 2));
            publisher.publish(Message.breaker(last, now, 3, 4));
            publisher.awaitAcknowledged();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        awaitUntil(() -> rows().count("SELECT count(*) FROM readings WHERE device_id = '" + last + "'") == 4
                && kafka.lag() == 0
                && rows().count("SELECT count(*) FROM window_widths WHERE settled_until IS NULL"
                                + " OR settled_until <= to_timestamp(" + now + " / 1000.0)")
                        == 0
                && rows().count("SELECT count(*) FROM window_marks") == 0);
    }

    /** Waits for a long time; an exception of the condition is a no. Fails with what is known of this world. */
    void awaitUntil(Callable<Boolean> condition) {
        try {
            patiently().until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + outputs(), e);
        }
    }

    private static ConditionFactory patiently() {
        return await().pollInterval(Duration.ofMillis(500))
                .pollDelay(Duration.ZERO)
                .ignoreExceptions();
    }

    private Instance serving() {
        return instances.stream().filter(Instance::isAwake).findFirst().orElseThrow();
    }

    private String chain() {
        try {
            return kafka.chain();
        } catch (Exception e) {
            return "iot.enriched cannot be read: " + e.getMessage();
        }
    }

    /** What is known of this world, for who has waited in vain. */
    String outputs() {
        StringBuilder outputs = new StringBuilder("\n")
                .append(journal.messages().size())
                .append(" messages were sent, ")
                .append(journal.acknowledgements())
                .append(" acknowledgements came\n")
                .append(chain());
        for (Instance instance : instances) {
            outputs.append("\n--- instance ").append(instance.number).append(instance.process.report());
        }
        return outputs.toString();
    }

    /** Tells what a test has done, and its figures. */
    void tell(String format, Object... values) {
        System.out.println("faults: " + String.format(Locale.ROOT, format, values)
                + (sabotage == Sabotage.NONE ? "" : " (sabotage: " + sabotage + ")"));
    }

    @Override
    public void close() throws IOException {
        if (kafka != null) {
            kafka.close();
        }
        try {
            for (Instance instance : instances) {
                instance.kill();
            }
            for (Server server : servers.values()) {
                server.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (disk != null) {
            disk.close();
        }
        folder.close();
    }

    /** An application of this world: it keeps its ports and settings when it is started again. */
    final class Instance {

        private final Map<String, String> settings = new HashMap<>();
        private final int number = instances.size();
        private final Api api;
        private ChildCaravan process;
        private boolean frozen;

        private Instance(Map<String, String> overrides) throws IOException {
            int http = FreePort.next();
            this.api = new Api(http);
            settings.put("caravan.http.port", Integer.toString(http));
            settings.put("caravan.mqtt.url", mqttUrl());
            settings.put("caravan.mqtt.resubscribe", "false");
            settings.put("caravan.mqtt.client-id", "caravan-" + number);
            settings.put("caravan.kafka.brokers", kafkaBrokers());
            settings.put("caravan.db.url", rows().jdbcUrl());
            settings.put("caravan.db.password", databasePassword);
            settings.put("caravan.devices.auto-provision", "true");
            settings.put("caravan.auth.enabled", "false");
            settings.put("caravan.registry.file", registry().toString());
            settings.put("caravan.window.widths", "1s,5s");
            settings.put("caravan.window.settle-after", "1s");
            settings.putAll(sabotage.settings());
            settings.putAll(overrides);
            start();
        }

        /** Starts it again, after its end. */
        void start() throws IOException {
            settings.put("caravan.management.port", Integer.toString(FreePort.next()));
            StringBuilder own = new StringBuilder(properties);
            Map<String, String> environment = new HashMap<>();
            settings.forEach((key, value) -> {
                if (key.startsWith("camel.")) {
                    own.append(key).append('=').append(value).append('\n');
                } else {
                    environment.put(key, value);
                }
            });
            Path config = folder.path().resolve("instance-" + number + ".properties");
            Files.writeString(config, own);
            process = ChildCaravan.startWithHeap("512m", environment, "run", "--config", config.toString());
        }

        /** Starts it again, after its end, to die at a step. */
        void startToDie(KillPoint.Moment moment, String step, int pass) throws IOException {
            Map<String, String> deadly = KillPoint.settings(moment, step, pass);
            settings.putAll(deadly);
            start();
            settings.keySet().removeAll(deadly.keySet());
        }

        /** Changes what the next start gets. */
        void set(String key, String value) {
            settings.put(key, value);
        }

        /** Takes back what the next start would get. */
        void unset(String key) {
            settings.remove(key);
        }

        void awaitReady() {
            try {
                await().pollInterval(Duration.ofMillis(100)).until(() -> {
                    requireAlive();
                    return api.isReady();
                });
            } catch (ConditionTimeoutException e) {
                throw new AssertionError(e.getMessage() + outputs(), e);
            }
            try {
                sabotage.spoil(rows());
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        private boolean isAwake() {
            return !frozen && process.isAlive();
        }

        /** Fails when it has ended by itself. */
        void requireAlive() {
            if (!process.isAlive()) {
                throw new AssertionError("The application has ended; it said:\n" + process.outputOrNothing());
            }
        }

        Api api() {
            return api;
        }

        /** What its heap holds now. */
        long heapMegabytes() throws IOException, InterruptedException {
            return new Api(Integer.parseInt(settings.get("caravan.management.port")))
                            .get("/metrics")
                            .body()
                            .lines()
                            .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                            .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                            .sum()
                    >> 20;
        }

        ChildCaravan process() {
            return process;
        }

        /** Waits until it has ended by itself. */
        void awaitEnd() throws IOException, InterruptedException {
            await().until(() -> !process.isAlive());
            kill();
        }

        /** As {@code kill -9}; what it has said is forgotten. */
        void kill() throws IOException, InterruptedException {
            process.close();
        }

        void freeze() throws IOException, InterruptedException {
            frozen = true;
            Server.signal("STOP", process.pid());
        }

        void thaw() throws IOException, InterruptedException {
            Server.signal("CONT", process.pid());
            frozen = false;
        }
    }
}
