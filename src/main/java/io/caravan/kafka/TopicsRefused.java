package io.caravan.kafka;

import java.util.Map;

/** Kafka does not create some topics, each for a reason of its own. */
public final class TopicsRefused extends Exception {

    private static final long serialVersionUID = 1;

    private final transient Map<String, String> reasons;

    TopicsRefused(Map<String, String> reasons) {
        super(reasons.toString());
        this.reasons = Map.copyOf(reasons);
    }

    /** Why, by the name of the topic. */
    public Map<String, String> reasons() {
        return reasons;
    }
}
