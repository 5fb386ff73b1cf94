package io.caravan;

import ch.qos.logback.core.PropertyDefinerBase;
import java.util.Map;

/**
 * The format of the log, for logback.xml: {@code text} where a person reads along, {@code json}, an object a line, where a
 * program collects it. {@code CARAVAN_LOG_FORMAT} decides; without it, a terminal gets text. It is a variable of the
 * environment only, because the log speaks before the settings are read.
 */
public final class LogFormat extends PropertyDefinerBase {

    static final String VARIABLE = "CARAVAN_LOG_FORMAT";

    @Override
    public String getPropertyValue() {
        return choose(System.getenv(), System.console() != null);
    }

    static String choose(Map<String, String> environment, boolean terminal) {
        String wanted = environment.getOrDefault(VARIABLE, "");
        return switch (wanted) {
            case "text", "json" -> wanted;
            default -> terminal ? "text" : "json";
        };
    }
}
