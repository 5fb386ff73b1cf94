package io.caravan.embedded;

import io.caravan.settings.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An MQTT broker, a Kafka broker and a PostgreSQL server for the demo and the tests: real servers, on loopback; Kafka
 * asks for no password. All of them keep what they acknowledged when this process is killed, and continue on the same data folder.
 *
 * <p>{@link #close} may be called from any thread, and more than once.
 */
public final class EmbeddedServers implements AutoCloseable {

    private final EmbeddedMqtt mqtt;
    private final EmbeddedKafka kafka;
    private final EmbeddedPostgres postgres;

    private EmbeddedServers(EmbeddedMqtt mqtt, EmbeddedKafka kafka, EmbeddedPostgres postgres) {
        this.mqtt = mqtt;
        this.kafka = kafka;
        this.postgres = postgres;
    }

    /**
     * The ports to listen on, each 1 to 65535, or 0 for any free one.
     */
    public record Ports(int mqtt, int kafka, int postgres) {

        /** Free ports, for tests. */
        public static final Ports ANY = new Ports(0, 0, 0);
    }

    /**
     * Starts the three servers side by side and waits until all of them serve. Folder and ports are checked first: nothing
     * has been started when they are not to be had. When one server fails, the others are closed.
     *
     * @param dataDir keeps all their files; made when missing
     * @throws UserError when the folder or a port is in use by somebody else; for a port it names the key that changes it
     */
    public static EmbeddedServers start(Path dataDir, Ports ports) {
        return start(dataDir, ports, MqttAccess.OPEN);
    }

    /**
     * As above.
     *
     * @param access whom the MQTT broker lets in
     */
    public static EmbeddedServers start(Path dataDir, Ports ports, MqttAccess access) {
        List<Claim> claims = new ArrayList<>();
        try {
            claims.add(EmbeddedMqtt.claim(dataDir, ports.mqtt()));
            claims.add(EmbeddedKafka.claim(dataDir, ports.kafka()));
            claims.add(EmbeddedPostgres.claim(dataDir, ports.postgres()));
        } catch (RuntimeException e) {
            claims.forEach(Claim::close);
            throw e;
        }
        var mqtt = inBackground("mqtt", () -> EmbeddedMqtt.start(claims.get(0), access));
        var kafka = inBackground("kafka", () -> EmbeddedKafka.start(claims.get(1)));
        var postgres = inBackground("postgres", () -> EmbeddedPostgres.start(claims.get(2)));
        try {
            return new EmbeddedServers(mqtt.join(), kafka.join(), postgres.join());
        } catch (CompletionException e) {
            closeOnceStarted(mqtt, EmbeddedMqtt::close);
            closeOnceStarted(kafka, EmbeddedKafka::close);
            closeOnceStarted(postgres, EmbeddedPostgres::close);
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    public EmbeddedMqtt mqtt() {
        return mqtt;
    }

    public EmbeddedKafka kafka() {
        return kafka;
    }

    public EmbeddedPostgres postgres() {
        return postgres;
    }

    public String mqttUrl() {
        return mqtt.mqttUrl();
    }

    public String kafkaBrokers() {
        return kafka.kafkaBrokers();
    }

    public String jdbcUrl() {
        return postgres.jdbcUrl();
    }

    /** Closes the servers in the direction of the data, so that each is there until nothing comes any more. */
    @Override
    public void close() {
        try {
            mqtt.close();
        } finally {
            try {
                kafka.close();
            } finally {
                postgres.close();
            }
        }
    }

    private static <T> CompletableFuture<T> inBackground(String name, Supplier<T> start) {
        return CompletableFuture.supplyAsync(start, task -> new Thread(task, "start-" + name).start());
    }

    /** Waits for a start that nobody needs any more; if it failed as well, the first failure is the one to tell. */
    private static <T> void closeOnceStarted(CompletableFuture<T> server, Consumer<T> close) {
        server.thenAccept(close).exceptionally(failure -> null).join();
    }
}
