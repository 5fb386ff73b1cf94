package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What those do who run Caravan and its servers: not all of it is advisable. */
@Tag("faults")
class OperatorsIT {

    private static final int ROLLS = 3;

    @Test
    void topicsThatAreDeletedAreMadeAnewAndWhatIsSentThenIsAllThere() throws Exception {
        try (World world = World.start("anew-")) {
            World.Instance caravan = world.ready(Map.of());
            load(world, 1, 10);
            world.requireNothingWrong();
            world.kafka().delete(List.of("iot.raw", "iot.enriched", "iot.dlq"));
            long letters = world.rows().count("SELECT count(*) FROM dead_letters");
            load(world, 2, 20);
            // as the documentation has it: with nothing in flight
            world.awaitRest();
            end(caravan);
            world.kafka().readOn("caravan-enrich", "iot.raw");
            execute(world, "TRUNCATE ledger, ledger_positions");
            caravan.start();
            caravan.awaitReady();
            load(world, 3, 5);
            world.requireNothingWrong();
            assertThat(world.rows().count("SELECT count(*) FROM dead_letters")).isGreaterThan(letters);
            world.tell(
                    "topics deleted and made anew: all of %d messages right",
                    world.journal().messages().size());
        }
    }

    @Test
    void groupsThatHaveForgottenWhatTheyHaveReadStoreNothingTwice() throws Exception {
        try (World world = World.start("forget-")) {
            World.Instance caravan = world.ready(Map.of());
            load(world, 4, 10);
            end(caravan);
            world.kafka().deleteGroups();
            caravan.start();
            load(world, 5, 10);
            world.requireNothingWrong();
            world.tell(
                    "groups deleted: all of %d messages right",
                    world.journal().messages().size());
        }
    }

    @Test
    void clientsThatTakeItsPlaceAtTheBrokerForAWhileCostNothing() throws Exception {
        try (World world = World.start("taken-")) {
            world.ready(Map.of());
            try (Load load = world.load(Options.seed(), Options.rate())) {
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
            world.tell(
                    "client ids taken over: all of %d messages right, %d records",
                    world.journal().messages().size(), world.kafka().records("iot.raw"));
        }
    }

    @Test
    void instancesThatFollowOneAnotherUnderLoadLoseNothing() throws Exception {
        try (World world = World.start("roll-")) {
            List<World.Instance> instances = new ArrayList<>(List.of(world.ready(Map.of())));
            try (Load load = world.load(Options.seed(), Options.rate())) {
                world.awaitMoreStored(Options.rate());
                for (int roll = 0; roll < ROLLS; roll++) {
                    World.Instance next;
                    if (instances.size() < 2) {
                        next = world.instance(Map.of());
                        instances.add(next);
                    } else {
                        next = instances.get((roll + 1) % 2);
                        next.start();
                    }
                    next.awaitReady();
                    world.awaitMoreStored(Options.rate());
                    end(instances.get(roll % 2));
                    world.awaitMoreStored(Options.rate());
                }
                instances.get((ROLLS + 1) % 2).start();
                load.stop();
            }
            world.requireNothingWrong();
            world.tell(
                    "%d rolls: all of %d messages right, %d records of %d acknowledged",
                    ROLLS,
                    world.journal().messages().size(),
                    world.kafka().records("iot.raw"),
                    world.journal().acknowledgements());
        }
    }

    private static void load(World world, long seed, int seconds) throws Exception {
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

    private static void execute(World world, String sql) throws Exception {
        try (Connection connection = world.rows().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
