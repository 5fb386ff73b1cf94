package io.caravan.faults;

import io.caravan.settings.Settings;
import java.time.Duration;

/** What the command line says of the faults, as in {@code -Dfaults.outage=2m}; the same seed does the same again. */
final class Options {

    private Options() {}

    /** How long a server is away: {@code faults.outage}. */
    static Duration outage() {
        return Settings.parseDuration(System.getProperty("faults.outage", "30s"));
    }

    /** Messages per second: {@code faults.rate}. */
    static int rate() {
        return Integer.getInteger("faults.rate", 200);
    }

    /** What all choices begin with, of messages and of moments: {@code faults.seed}. */
    static long seed() {
        return Long.getLong("faults.seed", 1);
    }

    /** How often the application is killed at a random moment: {@code faults.kills}. */
    static int kills() {
        return Integer.getInteger("faults.kills", 10);
    }

    /** How the product is broken on purpose: {@code faults.sabotage}. */
    static Sabotage sabotage() {
        return Sabotage.of(System.getProperty("faults.sabotage", "none"));
    }
}
