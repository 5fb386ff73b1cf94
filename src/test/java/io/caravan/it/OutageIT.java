package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedKafka;
import io.caravan.embedded.EmbeddedMqtt;
import io.caravan.embedded.EmbeddedPostgres;
import io.caravan.embedded.PostgresPasswords;
import io.caravan.settings.PrivateFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Servers that are down, at the start or later, are waited for and named; nothing is lost meanwhile. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutageIT {

    private static Folder folder;
    private static Outage<EmbeddedMqtt> mqtt;
    private static Outage<EmbeddedKafka> kafka;
    private static Outage<EmbeddedPostgres> postgres;
    private static RunningCaravan caravan;
    private static int sent;

    @BeforeAll
    static void startWithoutServers() throws Exception {
        folder = Folder.create();
        mqtt = new Outage<>(EmbeddedMqtt::start);
        kafka = new Outage<>(EmbeddedKafka::start);
        postgres = new Outage<>(EmbeddedPostgres::start);
        caravan = RunningCaravan.started(Map.of(
                "caravan.mqtt.url", "tcp://127.0.0.1:" + mqtt.port,
                "caravan.mqtt.resubscribe", "false",
                "caravan.kafka.brokers", "127.0.0.1:" + kafka.port,
                "caravan.db.url", "jdbc:postgresql://127.0.0.1:" + postgres.port + "/caravan",
                "caravan.db.password", PrivateFile.secret(PostgresPasswords.file(folder.path()))));
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
        mqtt.begin();
        kafka.begin();
        postgres.begin();
        folder.close();
    }

    @Test
    @Order(1)
    void serversThatAreDownAtTheStartAreNamedAndWaitedFor() throws Exception {
        await().untilAsserted(() ->
                assertThat(caravan.api().serversDown()).containsExactlyInAnyOrder("mqtt", "kafka", "database"));
        assertThat(caravan.api().get("/readyz").statusCode()).isEqualTo(503);
        await().untilAsserted(() -> assertThat(caravan.api().down())
                .as("stages whose consumers have not joined their groups")
                .contains("enrich", "store")
                .doesNotContain("api"));
        assertThat(caravan.api().get("/livez").statusCode()).isEqualTo(200);
        assertThat(caravan.api().get("/api/devices").statusCode()).isEqualTo(503);

        postgres.end();
        await().untilAsserted(() -> assertThat(caravan.api().serversDown()).containsExactlyInAnyOrder("mqtt", "kafka"));
        kafka.end();
        await().untilAsserted(() -> assertThat(caravan.api().serversDown()).containsExactly("mqtt"));
        mqtt.end();
        await().until(caravan.api()::isReady);
        send(50);
        assertAllArrive();
    }

    @Test
    @Order(2)
    void whileTheDatabaseIsAwayMessagesWaitForIt() throws Exception {
        postgres.begin();
        await().untilAsserted(() -> assertThat(caravan.api().serversDown()).containsExactly("database"));
        send(50);
        postgres.end();
        await().until(caravan.api()::isReady);
        assertAllArrive();
    }

    @Test
    @Order(3)
    void whileKafkaIsAwayMessagesWaitAtTheMqttBroker() throws Exception {
        kafka.begin();
        await().untilAsserted(() -> assertThat(caravan.api().serversDown()).contains("kafka"));
        send(50);
        kafka.end();
        await().until(caravan.api()::isReady);
        assertAllArrive();
    }

    @Test
    @Order(4)
    void anMqttBrokerThatComesBackIsListenedToAgain() throws Exception {
        send(50);
        mqtt.begin();
        await().untilAsserted(() -> assertThat(caravan.api().serversDown()).containsExactly("mqtt"));
        mqtt.end();
        await().until(caravan.api()::isReady);
        send(50);
        assertAllArrive();
    }

    private static void send(int count) {
        try (MqttDevice device = MqttDevice.mqtt5("tcp://127.0.0.1:" + mqtt.port)) {
            for (int i = 0; i < count; i++) {
                sent++;
                device.publish(
                        "iot/steady/raw",
                        "{\"timestamp\":" + (1_795_000_000L + sent) + ",\"measurements\":{\"voltage\":" + sent + "}}");
            }
        }
    }

    private static void assertAllArrive() {
        Rows rows = new Rows(postgres.server);
        await().untilAsserted(() -> assertThat(rows.list("SELECT value::int FROM readings ORDER BY ts"))
                .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(1, sent)
                        .mapToObj(Integer::toString)
                        .toList()));
    }

    /** A server that is there, or not, always at the same port. */
    private static final class Outage<T extends AutoCloseable> {

        final int port = FreePort.next();
        private final BiFunction<Path, Integer, T> start;
        private T server;

        Outage(BiFunction<Path, Integer, T> start) {
            this.start = start;
        }

        void begin() throws Exception {
            if (server != null) {
                server.close();
                server = null;
            }
        }

        void end() {
            server = start.apply(folder.path(), port);
        }
    }
}
