package io.caravan.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** MQTT topic filters beside each other (MQTT 5, 4.7). Stateless. */
final class TopicFilters {

    private TopicFilters() {}

    /** Those of some filters that no other of them covers: they bring the same messages. */
    static List<String> widest(Collection<String> filters) {
        List<String> widest = new ArrayList<>();
        for (String filter : filters) {
            if (widest.stream().noneMatch(wider -> covers(wider, filter))) {
                widest.removeIf(narrower -> covers(filter, narrower));
                widest.add(filter);
            }
        }
        return List.copyOf(widest);
    }

    /** Whether each topic of the second is one of the first. */
    static boolean covers(String wide, String narrow) {
        String[] wides = wide.split("/", -1);
        String[] narrows = narrow.split("/", -1);
        for (int i = 0; i < wides.length; i++) {
            if (wides[i].equals("#")) {
                return true;
            }
            if (i == narrows.length
                    || narrows[i].equals("#")
                    || !wides[i].equals("+") && !wides[i].equals(narrows[i])) {
                return false;
            }
        }
        return wides.length == narrows.length;
    }
}
