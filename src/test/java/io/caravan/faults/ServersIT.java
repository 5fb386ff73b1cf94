package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server is killed and comes back, is away, or answers nothing for a time, while devices publish. What does not need it
 * goes on; the application lives through it within its heap and catches up by itself.
 */
@Tag("faults")
class ServersIT {

    private static World world;
    private static World.Instance caravan;
    private static long process;
    private static long seed = Options.seed();
    private Load load;

    @BeforeAll
    static void start() throws IOException {
        world = World.start("servers-");
        caravan = world.ready(Map.of());
        process = caravan.process().pid();
    }

    @AfterAll
    static void stop() throws IOException {
        if (world != null) {
            world.close();
        }
    }

    @BeforeEach
    void begin() {
        load = world.load(seed++, Options.rate());
    }

    @AfterEach
    void end() {
        load.close();
    }

    @Test
    void serversThatAreKilledAndComeBackCostNothing() throws Exception {
        for (Server.Kind kind : Server.Kind.values()) {
            for (int kill = 0; kill < 3; kill++) {
                world.awaitMoreStored(Options.rate());
                world.server(kind).kill();
                world.server(kind).start();
            }
            // and again before everybody has come back to it
            world.server(kind).kill();
            world.server(kind).start();
            awaitCaughtUp();
        }
        requireNothingWrong("4 times kill -9 of each server");
    }

    @ParameterizedTest
    @EnumSource
    void whileAServerIsAwayOrAnswersNothingTheRestGoesOn(Server.Kind kind) throws Exception {
        surviveOutage(kind, "away", Server::kill, Server::start);
        surviveOutage(kind, "frozen", Server::freeze, Server::thaw);
        requireNothingWrong(kind + " away and frozen");
    }

    private interface Act {
        void on(Server server) throws Exception;
    }

    private static void surviveOutage(Server.Kind kind, String how, Act begin, Act end) throws Exception {
        world.awaitMoreStored(Options.rate());
        if (kind == Server.Kind.MQTT) {
            makeBacklogInKafka();
        }
        long began = System.nanoTime();
        begin.on(world.server(kind));
        requireRestGoesOn(kind);
        Duration rest = Options.outage().minusNanos(System.nanoTime() - began);
        Thread.sleep(Math.max(0, rest.toMillis()));
        caravan.requireAlive();

        end.on(world.server(kind));
        Duration away = Duration.ofNanos(System.nanoTime() - began);
        long storedBefore = world.stored();
        long catchingUp = System.nanoTime();
        world.awaitMoreAcknowledged(Options.rate());
        awaitCaughtUp();
        double seconds = (System.nanoTime() - catchingUp) / 1e9;
        long caughtUp = world.stored() - storedBefore;
        world.tell(
                "%s %s for %d s at %d messages/s: %d readings stored in %.1f s afterwards, %.0f a second;"
                        + " heap now %d of 512 MB",
                kind,
                how,
                away.toSeconds(),
                Options.rate(),
                caughtUp,
                seconds,
                caughtUp / seconds,
                caravan.heapMegabytes());
    }

    /** The database is away until messages wait in Kafka; then it comes back, and what waits is stored. */
    private static void makeBacklogInKafka() throws Exception {
        world.server(Server.Kind.POSTGRES).kill();
        long before = world.kafka().records("iot.enriched");
        world.awaitUntil(() -> world.kafka().records("iot.enriched") >= before + 3L * Options.rate());
    }

    private static void requireRestGoesOn(Server.Kind kind) throws Exception {
        switch (kind) {
            case POSTGRES -> {
                long before = world.kafka().records("iot.enriched");
                world.awaitUntil(() -> world.kafka().records("iot.enriched") >= before + 3L * Options.rate());
            }
            case KAFKA -> {
                long before = world.journal().acknowledgements();
                assertThat(caravan.api().get("/api/devices").statusCode()).isEqualTo(200);
                world.awaitUntil(() -> world.journal().acknowledgements() >= before + 3L * Options.rate());
            }
            case MQTT -> {
                world.server(Server.Kind.POSTGRES).start();
                world.awaitUntil(() -> world.kafka().lag() == 0);
                assertThat(caravan.api().get("/api/devices").statusCode()).isEqualTo(200);
            }
        }
    }

    /** No more is missing than what is sent in two seconds. */
    private static void awaitCaughtUp() {
        world.awaitUntil(() -> world.journal().acknowledgedReadings() - world.stored() < 4L * Options.rate());
    }

    /** The load ends, and the application is still the process that was started first. */
    private void requireNothingWrong(String done) throws Exception {
        load.stop();
        world.requireNothingWrong();
        caravan.requireAlive();
        assertThat(caravan.process().pid()).isEqualTo(process);
        world.tell(
                "%s: all of %d messages right", done, world.journal().messages().size());
    }
}
