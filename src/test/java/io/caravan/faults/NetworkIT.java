package io.caravan.faults;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The network between the application and its servers: slow, cut, or silent while connections stand; and partitions that are added. */
@Tag("faults")
class NetworkIT {

    private static final long SILENT_MILLIS = 2_000;
    private static final long SLOW_MILLIS = 100;
    private static final int CUTS = 5;

    private static final Map<Server.Kind, Wire> WIRES = new EnumMap<>(Server.Kind.class);
    private static World world;
    private static World.Instance caravan;
    private static long seed = Options.seed();

    @BeforeAll
    static void start() throws IOException {
        world = World.start("net-");
        for (Server.Kind kind : Server.Kind.values()) {
            WIRES.put(kind, world.server(kind).wire());
        }
        caravan = world.ready(Map.of(
                "caravan.mqtt.url",
                        "tcp://127.0.0.1:" + WIRES.get(Server.Kind.MQTT).port(),
                "caravan.kafka.brokers",
                        "127.0.0.1:" + WIRES.get(Server.Kind.KAFKA).port(),
                "caravan.db.url",
                        "jdbc:postgresql://127.0.0.1:"
                                + WIRES.get(Server.Kind.POSTGRES).port() + "/caravan"));
    }

    @AfterAll
    static void stop() throws IOException {
        for (Wire wire : WIRES.values()) {
            wire.close();
        }
        if (world != null) {
            world.close();
        }
    }

    @Test
    void wiresThatAreSlowOrCutOrSilentCostNothing() throws Exception {
        Random random = new Random(seed);
        try (Load load = world.load(seed++, Options.rate())) {
            world.awaitMoreStored(Options.rate());
            for (Wire wire : WIRES.values()) {
                wire.delay(SLOW_MILLIS);
                world.awaitMoreStored(Options.rate());
                wire.delay(0);
                for (int cut = 0; cut < CUTS; cut++) {
                    Thread.sleep(random.nextInt(300));
                    wire.cut();
                }
                world.awaitMoreStored(Options.rate());
                for (Wire.State state : Wire.State.values()) {
                    wire.become(state);
                    Thread.sleep(SILENT_MILLIS);
                    wire.become(Wire.State.CARRIES);
                    wire.cut(); // as by a firewall that is started again
                    world.awaitMoreStored(Options.rate());
                }
            }
            load.stop();
        }
        world.requireNothingWrong();
        caravan.requireAlive();
        world.tell(
                "wires slow, cut and silent: all of %d messages right",
                world.journal().messages().size());
    }

    /** Nobody ends these connections: the application has to find out by itself that nothing comes any more. */
    @Test
    void connectionsThatStandAndCarryNothingAreLeft() throws Exception {
        try (Load load = world.load(seed++, Options.rate())) {
            world.awaitMoreStored(Options.rate());
            WIRES.values().forEach(wire -> wire.become(Wire.State.SWALLOWS_ALL));
            Thread.sleep(SILENT_MILLIS);
            WIRES.values().forEach(wire -> wire.become(Wire.State.CARRIES));
            long began = System.nanoTime();
            world.awaitMoreStored(30L * Options.rate());
            load.stop();
            world.requireNothingWrong();
            world.tell(
                    "connections that carry nothing: stored again within %d s, all of %d messages right",
                    (System.nanoTime() - began) / 1_000_000_000,
                    world.journal().messages().size());
        }
    }

    @Test
    void partitionsThatAreAddedAreReadFromTheirBeginning() throws Exception {
        try (Load load = world.load(seed++, Options.rate());
                Admin admin = Admin.create(Map.of("bootstrap.servers", world.kafkaBrokers()))) {
            world.awaitMoreStored(Options.rate());
            for (String topic : new String[] {"iot.raw", "iot.enriched", "iot.dlq"}) {
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(7)))
                        .all()
                        .get();
                world.awaitMoreStored(10L * Options.rate());
            }
            load.stop();
        }
        world.requireNothingWrong();
        world.tell(
                "partitions added under load: all of %d messages right",
                world.journal().messages().size());
    }
}
