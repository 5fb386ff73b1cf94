package io.caravan.decode;

import java.util.ArrayList;
import java.util.List;

/** Where the registry says that the values of a message stand; nowhere where it says nothing. Not changed once rules are built. */
final class ValuePaths {

    private static final int MOST_TOLD = 5;

    private final List<JsonPath> paths = new ArrayList<>();
    private String noValue = "nothing stands where the registry says that values do";

    void add(JsonPath path) {
        paths.add(path);
        List<String> told =
                paths.stream().limit(MOST_TOLD).map(JsonPath::toString).toList();
        int others = paths.size() - told.size();
        noValue = "nothing stands at " + String.join(", ", told) + (others > 0 ? " or at " + others + " more" : "")
                + ", where the registry says that values do";
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }

    /** What is wrong with a message that has nothing at any of them. */
    String noValue() {
        return noValue;
    }
}
