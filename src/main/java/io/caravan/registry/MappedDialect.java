package io.caravan.registry;

import io.caravan.decode.MappedDecoder;
import io.caravan.decode.MessageRules;
import java.util.List;

/**
 * A dialect that the registry declares. Immutable.
 *
 * @param name the name, which records of {@code iot.raw} carry
 * @param enabled whether Caravan subscribes to its topics
 * @param rules how its messages are read, topic by topic; the first that is a message's own counts
 * @param decoder reads them
 */
public record MappedDialect(String name, boolean enabled, List<MessageRules> rules, MappedDecoder decoder) {

    MappedDialect(String name, boolean enabled, List<MessageRules> rules) {
        this(name, enabled, List.copyOf(rules), new MappedDecoder(rules));
    }

    /** The MQTT topic filters of what its devices measure. */
    public List<String> measurementFilters() {
        return filters(false);
    }

    /** The MQTT topic filters of what its devices report on themselves. */
    public List<String> statusFilters() {
        return filters(true);
    }

    private List<String> filters(boolean status) {
        return TopicFilters.widest(rules.stream()
                .filter(rule -> rule.isRead() && rule.isStatus() == status)
                .map(rule -> rule.topic().filter())
                .toList());
    }
}
