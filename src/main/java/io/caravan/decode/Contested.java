package io.caravan.decode;

import java.util.HashSet;
import java.util.Set;

/**
 * The metrics that a message may have twice: by a name of their own, which counts, and in the rest of an object, which is read by
 * {@code *}. Whether it has both, its end tells; then it is read once more. Used once, by one thread.
 */
final class Contested {

    private final Set<String> names;
    private final Set<String> beaten;
    private final Set<String> inTheRest;
    private final Set<String> byName;

    /**
     * @param names the metrics that are contested
     * @param beaten those of them that are not to be taken from the rest of an object
     */
    Contested(Set<String> names, Set<String> beaten) {
        this.names = names;
        this.beaten = beaten;
        this.inTheRest = names.isEmpty() ? Set.of() : new HashSet<>();
        this.byName = names.isEmpty() ? Set.of() : new HashSet<>();
    }

    /** A metric is there by its name. */
    void met(String metric) {
        if (names.contains(metric)) {
            byName.add(metric);
        }
    }

    boolean has(String name) {
        return names.contains(name);
    }

    /** One that is contested is there in the rest of an object; answers whether it is to be taken from it. */
    boolean metInTheRest(String name) {
        inTheRest.add(name);
        return !beaten.contains(name);
    }

    /** Those that are there both ways, and were taken both times. */
    Set<String> lost() {
        if (!inTheRest.isEmpty()) {
            inTheRest.retainAll(byName);
            inTheRest.removeAll(beaten);
        }
        return inTheRest;
    }
}
