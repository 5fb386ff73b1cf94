package io.caravan.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Values by name, of which the 10,000 that were used last are kept. Thread-safe. */
final class Recent<V> {

    private static final int MOST = 10_000;

    private final Map<String, V> values = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > MOST;
        }
    };

    /** Replaces a value, null where there is none, and answers what it is now. */
    synchronized V compute(String name, UnaryOperator<V> next) {
        return values.compute(name, (key, known) -> next.apply(known));
    }
}
