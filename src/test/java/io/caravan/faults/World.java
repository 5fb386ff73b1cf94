package io.caravan.faults;

import static org.awaitility.Awaitility.await;

import io.caravan.it.Api;
import io.caravan.it.ChildCaravan;
import io.caravan.it.Folder;
import io.caravan.it.FreePort;
import io.caravan.it.Rows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An MQTT broker, a Kafka broker, a PostgreSQL and the application, each a process of its own, what was sent to them, and
 * the oracle that compares. Windows are narrow and sessions short, so that what takes minutes elsewhere takes seconds here.
 */
final class World implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Folder folder;
    private final Map<Server.Kind, Server> servers = new HashMap<>();
    private final List<Instance> instances = new ArrayList<>();
    private final Journal journal = new Journal();
    private final String properties;
    private final String prefix;

    private World(Folder folder, String prefix) throws IOException {
        this.folder = folder;
        this.prefix = prefix;
        this.properties = Files.readString(Path.of("application.properties"))
                .replace("kafka.sessionTimeoutMs=10000", "kafka.sessionTimeoutMs=6000")
                .replace("kafka.heartbeatIntervalMs=3000", "kafka.heartbeatIntervalMs=1000");
    }

    /**
     * Starts the servers.
     *
     * @param prefix what the ids of all devices begin with that are compared; it ends with '-'
     */
    static World start(String prefix) throws IOException {
        World world = new World(Folder.create(), prefix);
        try {
            for (Server.Kind kind : Server.Kind.values()) {
                world.servers.put(kind, Server.begin(kind, world.folder.path()));
            }
            for (Server server : world.servers.values()) {
                server.awaitReady();
            }
            return world;
        } catch (IOException | RuntimeException | Error e) {
            world.close();
            throw e;
        }
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
        return new Rows("jdbc:postgresql://127.0.0.1:"
                + servers.get(Server.Kind.POSTGRES).port() + "/caravan");
    }

    /** Compares what is there now, while an instance with the stage api runs. */
    Verdict verdict() throws Exception {
        return new Oracle(journal, rows(), instances.get(instances.size() - 1).api(), prefix).verdict();
    }

    /** Waits until nothing is on its way any more and nothing is wrong; fails with what is wrong. */
    void requireNothingWrong() {
        Oracle oracle =
                new Oracle(journal, rows(), instances.get(instances.size() - 1).api(), prefix);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .pollDelay(Duration.ZERO)
                .untilAsserted(() -> oracle.verdict().requirePass());
    }

    @Override
    public void close() throws IOException {
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
        folder.close();
    }

    /** An application of this world: it keeps its ports and settings when it is started again. */
    final class Instance {

        private final Map<String, String> settings = new HashMap<>();
        private final int number = instances.size();
        private final Api api;
        private ChildCaravan process;

        private Instance(Map<String, String> overrides) throws IOException {
            int http = FreePort.next();
            this.api = new Api(http);
            settings.put("caravan.http.port", Integer.toString(http));
            settings.put("caravan.mqtt.url", mqttUrl());
            settings.put("caravan.mqtt.resubscribe", "false");
            settings.put("caravan.kafka.brokers", kafkaBrokers());
            settings.put("caravan.db.url", rows().jdbcUrl());
            settings.put("caravan.devices.auto-provision", "true");
            settings.put("caravan.window.widths", "2s,10s");
            settings.put("caravan.window.settle-after", "1s");
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

        /** Changes what the next start gets. */
        void set(String key, String value) {
            settings.put(key, value);
        }

        /** Takes back what the next start would get. */
        void unset(String key) {
            settings.remove(key);
        }

        void awaitReady() {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
                requireAlive();
                return api.isReady();
            });
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

        ChildCaravan process() {
            return process;
        }

        /** As {@code kill -9}; what it has said is forgotten. */
        void kill() throws IOException, InterruptedException {
            process.close();
        }

        void freeze() throws IOException, InterruptedException {
            Server.signal("STOP", process.pid());
        }

        void thaw() throws IOException, InterruptedException {
            Server.signal("CONT", process.pid());
        }
    }
}
