package io.caravan.simulator;

import java.util.random.RandomGenerator;

/** One message in fifty, where they are asked for. */
final class Anomaly {

    private static final int ONE_IN = 50;

    private Anomaly() {}

    static boolean in(RandomGenerator random, boolean wanted) {
        return wanted && random.nextInt(ONE_IN) == 0;
    }
}
