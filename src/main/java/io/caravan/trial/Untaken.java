package io.caravan.trial;

import io.caravan.decode.MessageRules;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.MappedDialect;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Says why no route takes in a topic, as far as its dialect is to blame. Immutable. */
final class Untaken {

    private final Set<String> own;
    private final DeviceRegistry registry;

    /** @param own the dialects that the registry does not declare */
    Untaken(Set<String> own, DeviceRegistry registry) {
        this.own = own;
        this.registry = registry;
    }

    /**
     * Why no route of a dialect takes in a topic.
     *
     * @param takers the dialects whose routes do
     */
    String why(String dialect, String topic, Set<String> takers) {
        MappedDialect declared = registry.types().dialects().get(dialect);
        if (declared == null && !own.contains(dialect)) {
            return "there is no dialect '" + dialect + "': there are " + listed(own)
                    + ", and those of the device registry, "
                    + listed(registry.types().dialects().keySet());
        }
        String why = declared == null ? null : why(declared, topic);
        if (why == null && declared != null && declared.decoder().rulesOf(topic) == null) {
            return "the dialect '" + dialect + "' of the device registry has no topic that fits " + topic + ", only "
                    + String.join(
                            ", ",
                            declared.rules().stream()
                                    .map(rules -> rules.topic().toString())
                                    .toList());
        }
        return why != null
                ? why
                : "no route of the dialect '" + dialect + "' takes in the topic " + topic
                        + (takers.isEmpty() ? "" : ", only of " + listed(takers)) + ". See caravan.ingest.*.topics";
    }

    /** Why a topic is taken in by nobody; null where nobody passes it over and somebody has subscribed to it. */
    String why(String topic, boolean subscribed) {
        for (MappedDialect dialect : registry.types().dialects().values()) {
            String why = why(dialect, topic);
            if (why != null) {
                return why;
            }
        }
        return subscribed
                ? null
                : "no route takes in the topic " + topic
                        + ": neither caravan.ingest.*.topics nor a dialect of the device" + " registry has it ("
                        + listed(registry.types().dialects().keySet()) + ")";
    }

    private static String why(MappedDialect dialect, String topic) {
        MessageRules rules = dialect.decoder().rulesOf(topic);
        if (rules == null || rules.isRead() && dialect.enabled()) {
            return null;
        }
        return "the dialect '" + dialect.name() + "' of the device registry "
                + (rules.isRead()
                        ? "is switched off (\"enabled\": false): no route of it takes in the topic " + topic
                        : "passes over the topic " + topic + ": " + rules.topic() + " has \"read\": false");
    }

    private static String listed(Collection<String> names) {
        return String.join(", ", new TreeSet<>(names));
    }
}
