package io.caravan.simulator;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The logs of the client libraries, for commands whose output is for people or other programs to read. */
public final class Logs {

    private Logs() {}

    /** Silences everything but errors: a lost connection shows in the progress line already. */
    public static void quiet() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
        }
    }
}
