package io.caravan.faults;

import io.caravan.faults.KillPoint.Moment;
import java.util.Random;

/** What is done to a world to see whether nothing is wrong with it afterwards, chosen so that each promise is put to a test. */
enum Scenario {

    /** The application is killed while messages have come in that Kafka cannot take. */
    KILLED_WHILE_KAFKA_IS_AWAY {
        @Override
        void run(World world, World.Instance caravan) throws Exception {
            try (Load load = world.load(Options.seed() + ordinal(), Options.rate())) {
                world.awaitMoreStored(Options.rate());
                world.server(Server.Kind.KAFKA).freeze();
                world.awaitMoreAcknowledged(3L * Options.rate());
                caravan.kill();
                world.server(Server.Kind.KAFKA).thaw();
                caravan.start();
                caravan.awaitReady();
                world.awaitMoreStored(Options.rate());
                load.stop();
            }
        }
    },

    /** The application is killed when it has a batch and has not begun to store it. */
    KILLED_WITH_A_BATCH_IN_ITS_HANDS {
        @Override
        void run(World world, World.Instance caravan) throws Exception {
            try (Load load = world.load(Options.seed() + ordinal(), Options.rate())) {
                world.awaitMoreStored(Options.rate());
                caravan.kill();
                caravan.startToDie(Moment.HOLDING, "store-batch", 1 + new Random(Options.seed()).nextInt(10));
                caravan.awaitEnd();
                caravan.start();
                caravan.awaitReady();
                world.awaitMoreStored(Options.rate());
                load.stop();
            }
        }
    },

    /** Some readings come so late that their windows are settled. */
    LATE_READINGS {
        @Override
        void run(World world, World.Instance caravan) throws Exception {
            try (Load load = world.load(Options.seed() + ordinal(), Options.rate())) {
                world.awaitMoreStored(10L * Options.rate());
                load.stop();
            }
        }
    };

    abstract void run(World world, World.Instance caravan) throws Exception;
}
