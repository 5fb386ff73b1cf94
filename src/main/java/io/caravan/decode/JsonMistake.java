package io.caravan.decode;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a text that is no JSON, without the names by which Jackson's users would have it taken all the same. Stateless. */
public final class JsonMistake {

    private static final Pattern PLACE =
            Pattern.compile("\\[Source: [^;\\]]*; ((?:line|byte offset): #?\\d+(?:, column: \\d+)?)]");
    private static final Pattern NAMES = Pattern.compile(": enable `[\\w.]+` to allow|: not allowed as per `[\\w.]+`"
            + "| \\(bound as `[\\w.]+`\\)| \\(of type \\w+\\)|, from `[\\w.()]+`"
            + "| \\(not recognized as one since Feature '\\w+' not enabled for parser\\)");

    private JsonMistake() {}

    /** Where it is, the exception's location says. */
    public static String of(JsonProcessingException e) {
        return NAMES.matcher(PLACE.matcher(e.getOriginalMessage()).replaceAll("$1"))
                .replaceAll("");
    }
}
