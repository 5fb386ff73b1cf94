package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What those do who run Caravan and its servers: not all of it is advisable. */
@Tag("faults")
class OperatorsIT {

    private static final int ROLLS = 3;

    private static World world;
    private static World.Instance caravan;

    @BeforeAll
    static void start() throws IOException {
        world = World.start("operators-");
        caravan = world.ready(Map.of());
    }

    @AfterAll
    static void stop() throws IOException {
        if (world != null) {
            world.close();
        }
    }

    @Test
    void topicsThatAreDeletedAreMadeAnewAndWhatIsSentThenIsAllThere() throws Exception {
        load(1, 10);
        world.requireNothingWrong();
        world.kafka().delete(List.of("iot.raw", "iot.enriched", "iot.dlq"));
        long letters = world.rows().count("SELECT count(*) FROM dead_letters");
        load(2, 20);
        // as the documentation has it: with nothing in flight
        world.awaitRest();
        end(caravan);
        world.kafka().readOn("caravan-enrich", "iot.raw");
        execute("TRUNCATE ledger, ledger_positions");
        caravan.start();
        caravan.awaitReady();
        load(3, 5);
        world.requireNothingWrong();
        assertThat(world.rows().count("SELECT count(*) FROM dead_letters")).isGreaterThan(letters);
        tell("topics deleted and made anew");
    }

    @Test
    void groupsThatHaveForgottenWhatTheyHaveReadStoreNothingTwice() throws Exception {
        load(4, 10);
        end(caravan);
        world.kafka().deleteGroups();
        caravan.start();
        load(5, 10);
        world.requireNothingWrong();
        tell("groups deleted");
    }

    @Test
    void clientsThatTakeItsPlaceAtTheBrokerForAWhileCostNothing() throws Exception {
        try (Load load = world.load(Options.seed() + 6, Options.rate())) {
            world.awaitMoreStored(Options.rate());
            for (String session : List.of("iot-1", "iot-2", "building-1", "iot-status-1")) {
                for (int i = 0; i < 3; i++) {
                    Mqtt5BlockingClient taker = Mqtt5Client.builder()
                            .identifier("caravan-0-" + session)
                            .serverHost("127.0.0.1")
                            .serverPort(world.server(Server.Kind.MQTT).port())
                            .buildBlocking();
                    try (var received = taker.publishes(MqttGlobalPublishFilter.ALL, true)) {
                        taker.connectWith()
                                .cleanStart(false)
                                .sessionExpiryInterval(3_600)
                                .send();
                        received.receive(2, java.util.concurrent.TimeUnit.SECONDS);
                    }
                    Thread.sleep(i * 400L);
                    try {
                        taker.disconnect();
                    } catch (RuntimeException e) {
                        // it was taken back already
                    }
                    world.awaitMoreStored(Options.rate());
                }
            }
            load.stop();
        }
        world.requireNothingWrong();
        tell("client ids taken over");
    }

    @Test
    void instancesThatFollowOneAnotherUnderLoadLoseNothing() throws Exception {
        World.Instance other = world.instance(Map.of());
        try (Load load = world.load(Options.seed() + 7, Options.rate())) {
            World.Instance leaving = caravan;
            World.Instance coming = other;
            for (int roll = 0; roll < ROLLS; roll++) {
                if (roll > 0) {
                    coming.start();
                }
                coming.awaitReady();
                world.awaitMoreStored(Options.rate());
                end(leaving);
                world.awaitMoreStored(Options.rate());
                World.Instance next = leaving;
                leaving = coming;
                coming = next;
            }
            caravan.start();
            load.stop();
        }
        world.requireNothingWrong();
        end(other);
        tell(ROLLS + " rolls");
    }

    private static void tell(String what) throws Exception {
        world.tell(
                "%s: all of %d messages right, %d records of %d acknowledged",
                what,
                world.journal().messages().size(),
                world.kafka().records("iot.raw"),
                world.journal().acknowledgements());
    }

    private static void load(long seed, int seconds) throws Exception {
        try (Load load = world.load(Options.seed() + seed, Options.rate())) {
            world.awaitMoreStored((long) seconds * Options.rate());
            load.stop();
        }
    }

    private static void end(World.Instance caravan) throws Exception {
        caravan.process().terminate();
        assertThat(caravan.process().exitCode()).isIn(0, 143);
        caravan.kill();
    }

    private static void execute(String sql) throws Exception {
        try (Connection connection = world.rows().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
