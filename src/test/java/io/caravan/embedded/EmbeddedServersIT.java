package io.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.caravan.embedded.EmbeddedServers.Ports;
import io.caravan.settings.PrivateFile;
import io.caravan.settings.UserError;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the embedded servers promise: they keep what they acknowledged, and they share nothing with another process. */
@Timeout(90)
class EmbeddedServersIT {

    private static final String SHARED = "$share/ingest/building/#";

    @TempDir
    Path data;

    private Process child;

    @AfterEach
    void endChild() {
        if (child != null) {
            child.destroyForcibly();
        }
        new Postmaster(data.resolve("postgres")).stop();
    }

    @Test
    void continueOnTheirDataAfterARestartAndLeaveNothingBehind() throws Exception {
        Set<Thread> before = threads();
        try (EmbeddedServers servers = EmbeddedServers.start(data, Ports.ANY)) {
            Clients.subscribeAndLeave(servers.mqttUrl(), "ingest-0", SHARED);
            Mqtt5AsyncClient device = Clients.connected(servers.mqttUrl(), "device");
            Clients.publish(device, "building/room1/data", Clients.bytes("kept"))
                    .join();
            Clients.publish(device, "building/room1/data", new byte[1_000_000]).join();
            Clients.publish(device, "building/room1/data", new byte[6_000_000]).join();
            device.disconnect().join();
            Clients.createTopic(servers.kafkaBrokers(), "iot.raw");
            try (var producer = Clients.producer(servers.kafkaBrokers())) {
                producer.send(new ProducerRecord<>("iot.raw", new byte[1_000_000]))
                        .get();
            }
            update(servers.jdbcUrl(), "CREATE TABLE kept (id bigint)");
            update(servers.jdbcUrl(), "INSERT INTO kept VALUES (1)");
        }
        try (EmbeddedServers servers = EmbeddedServers.start(data, Ports.ANY)) {
            Queue<byte[]> received = new ConcurrentLinkedQueue<>();
            Mqtt5AsyncClient ingest = Clients.subscribed(servers.mqttUrl(), "ingest-0", SHARED, received);
            await().untilAsserted(() ->
                    assertThat(received).extracting(payload -> payload.length).containsOnly(4, 1_000_000, 6_000_000));
            ingest.disconnect().join();
            Queue<byte[]> records = new ConcurrentLinkedQueue<>();
            Clients.consume(servers.kafkaBrokers(), "iot.raw", records, 1);
            assertThat(records).extracting(value -> value.length).containsExactly(1_000_000);
            assertThat(numbers(servers.jdbcUrl(), "SELECT id FROM kept")).containsExactly(1L);
        }
        assertThat(new Postmaster(data.resolve("postgres")).find()).isEmpty();
        await().untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    @Test
    void loseNothingAcknowledgedWhenTheirProcessIsKilled() throws Exception {
        String[] addresses = startChild();
        String mqttUrl = addresses[1];
        String brokers = addresses[2];
        String jdbcUrl = addresses[3];
        Clients.subscribeAndLeave(mqttUrl, "ingest-0", SHARED);
        Clients.createTopic(brokers, "iot.raw");
        update(jdbcUrl, "CREATE TABLE kept (id bigint)");
        assertInUse();
        Set<String> published = ConcurrentHashMap.newKeySet();
        Set<String> produced = ConcurrentHashMap.newKeySet();
        AtomicBoolean killed = new AtomicBoolean();
        Semaphore window = new Semaphore(1000);
        Mqtt5AsyncClient device = Clients.connected(mqttUrl, "device");
        try (var producer = Clients.producer(brokers)) {
            Thread load = new Thread(() -> {
                for (int i = 0; !killed.get(); i++) {
                    String id = Integer.toString(i);
                    window.acquireUninterruptibly(2);
                    Clients.publish(device, "building/room" + i % 50 + "/data", Clients.bytes(id))
                            .whenComplete((result, failure) -> noteIf(failure == null, published, id, window));
                    producer.send(
                            new ProducerRecord<>("iot.raw", Clients.bytes(id)),
                            (metadata, failure) -> noteIf(failure == null, produced, id, window));
                }
            });
            load.start();
            await().until(() -> published.size() > 2000 && produced.size() > 2000);
            update(jdbcUrl, "INSERT INTO kept VALUES (1)");
            child.destroyForcibly().waitFor();
            killed.set(true);
            window.release(1_000_000);
            load.join();
            producer.close(Duration.ZERO);
        }
        ProcessHandle orphan = new Postmaster(data.resolve("postgres")).find().orElseThrow();

        try (EmbeddedServers servers = EmbeddedServers.start(data, Ports.ANY)) {
            assertThat(new Postmaster(data.resolve("postgres")).find())
                    .isPresent()
                    .get()
                    .isNotEqualTo(orphan);
            Queue<byte[]> received = new ConcurrentLinkedQueue<>();
            Mqtt5AsyncClient ingest = Clients.subscribed(servers.mqttUrl(), "ingest-0", SHARED, received);
            await().untilAsserted(() -> assertThat(texts(received)).containsAll(published));
            ingest.disconnect().join();
            Queue<byte[]> records = new ConcurrentLinkedQueue<>();
            Clients.consume(servers.kafkaBrokers(), "iot.raw", records, produced.size());
            assertThat(texts(records)).containsAll(produced);
            assertThat(numbers(servers.jdbcUrl(), "SELECT id FROM kept")).containsExactly(1L);
        }
    }

    /** A process of a killed PostgreSQL that works on does not look whether its server lives, and keeps its shared memory. */
    @Test
    void startAtOnceAfterADatabaseThatWasKilledWhileItWorked() throws Exception {
        String jdbcUrl = startChild()[3];
        update(jdbcUrl, "CREATE TABLE kept (id bigint)");
        update(jdbcUrl, "INSERT INTO kept VALUES (1)");
        Thread work = new Thread(() -> {
            try {
                numbers(jdbcUrl, "SELECT sum(a) FROM generate_series(1, 100000) a, generate_series(1, 100000) b");
            } catch (IOException | SQLException e) {
                // killed in the midst of it
            }
        });
        work.start();
        await().until(() -> numbers(
                        jdbcUrl,
                        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%sum(a)%'")
                .equals(List.of(2L)));
        ProcessHandle killed = new Postmaster(data.resolve("postgres")).find().orElseThrow();
        child.destroyForcibly().waitFor();
        killed.destroyForcibly();
        killed.onExit().join();

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data, 0)) {
            assertThat(numbers(postgres.jdbcUrl(), "SELECT id FROM kept")).containsExactly(1L);
        }
        work.join();
    }

    @Test
    void publishWhatTheBrokerCountsWhereOnlyThoseSeeItWhoAskForIt() {
        try (EmbeddedMqtt broker = EmbeddedMqtt.start(data, 0)) {
            Queue<byte[]> all = new ConcurrentLinkedQueue<>();
            Queue<byte[]> received = new ConcurrentLinkedQueue<>();
            Mqtt5AsyncClient everything = Clients.subscribed(broker.mqttUrl(), "everything", "#", all);
            Mqtt5AsyncClient counter =
                    Clients.subscribed(broker.mqttUrl(), "counter", BrokerCounters.RECEIVED, received);
            Clients.publish(counter, "building/room1/data", Clients.bytes("kept"))
                    .join();

            await().untilAsserted(() -> assertThat(texts(received)).contains("1"));
            await().untilAsserted(() -> assertThat(texts(all)).containsExactly("kept"));
            everything.disconnect().join();
            counter.disconnect().join();
        }
    }

    @Test
    void refuseADataFolderThatIsInUse() {
        try (EmbeddedMqtt first = EmbeddedMqtt.start(data, 0)) {
            assertInUse();
            assertThat(first.port()).isPositive();
        }
    }

    @Test
    void nameTheKeyOfATakenPortAndStartNothing() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertTaken(new Ports(port, 0, 0), "caravan.embedded.mqtt.port", port);
            assertTaken(new Ports(0, port, 0), "caravan.embedded.kafka.port", port);
            assertTaken(new Ports(0, 0, port), "caravan.embedded.postgres.port", port);
        }
        try (var files = Files.list(data)) {
            assertThat(files).allMatch(file -> file.toString().endsWith(".lock"));
        }
    }

    private void assertInUse() {
        assertThatThrownBy(() -> EmbeddedServers.start(data, Ports.ANY))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(data.toString())
                .hasMessageContaining("in use")
                .hasMessageContaining("--data");
    }

    private void assertTaken(Ports ports, String key, int port) {
        assertThatThrownBy(() -> EmbeddedServers.start(data, ports))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(Integer.toString(port))
                .hasMessageContaining(key);
    }

    private String[] startChild() throws Exception {
        child = new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledServers.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        while (line != null && !line.startsWith("ready ")) {
            line = output.readLine();
        }
        assertThat(line).as("the child's addresses").isNotNull();
        Thread drain = new Thread(() -> output.lines().forEach(ignored -> {}));
        drain.setDaemon(true);
        drain.start();
        return line.split(" ");
    }

    private static void noteIf(boolean acknowledged, Set<String> noted, String id, Semaphore window) {
        if (acknowledged) {
            noted.add(id);
        }
        window.release();
    }

    private static Set<String> texts(Queue<byte[]> payloads) {
        return payloads.stream()
                .map(payload -> new String(payload, StandardCharsets.UTF_8))
                .collect(Collectors.toSet());
    }

    /** The threads that keep a JVM alive, without those of the clients. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon())
                .filter(thread -> !thread.getName().startsWith("com.hivemq"))
                .filter(thread -> !thread.getName().startsWith("awaitility"))
                .collect(Collectors.toSet());
    }

    private Connection connect(String jdbcUrl) throws IOException, SQLException {
        String password = PrivateFile.secret(PostgresPasswords.file(data));
        return DriverManager.getConnection(jdbcUrl, EmbeddedPostgres.USER, password);
    }

    private void update(String jdbcUrl, String sql) throws IOException, SQLException {
        try (Connection connection = connect(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private List<Long> numbers(String jdbcUrl, String sql) throws IOException, SQLException {
        List<Long> numbers = new ArrayList<>();
        try (Connection connection = connect(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
        }
        return numbers;
    }
}
