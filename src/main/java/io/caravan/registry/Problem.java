package io.caravan.registry;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.List;
import java.util.regex.Pattern;

/** How a problem of the registry file is told: its place, then what is wrong, always on one line. */
final class Problem {

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

    private Problem() {}

    static String at(JsonPointer place, String text) {
        return oneLine(place.matches() ? text : place + ": " + text);
    }

    /** Runs a step that refuses what is wrong with an IllegalArgumentException, and adds that to the problems. */
    static void attempt(JsonPointer place, Runnable step, List<String> problems) {
        try {
            step.run();
        } catch (IllegalArgumentException e) {
            problems.add(at(place, e.getMessage()));
        }
    }

    /** Names in the file may hold line breaks; a log line must not. */
    static String oneLine(String text) {
        return CONTROL.matcher(text).replaceAll(" ").strip();
    }
}
