package io.caravan.tenant;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an MQTT client may publish to and subscribe, as topic filters: a topic has to be matched by one of the first, a filter
 * covered by one of the second. Topics of the broker's own ({@code $SYS}, {@code $CONTROL}), shared subscriptions and what is no
 * topic at all are refused, whatever the filters are. A question costs time linear in the topic's length, however many filters
 * there are. Immutable. Source: MQTT 5, 4.7.
 */
public final class TopicRights {

    /** Nothing at all. */
    public static final TopicRights NONE = new TopicRights(Set.of(), Set.of());

    private final Set<String> publish;
    private final Set<String> subscribe;
    private final Node publishTree = new Node();
    private final Node subscribeTree = new Node();

    private TopicRights(Set<String> publish, Set<String> subscribe) {
        this.publish = publish;
        this.subscribe = subscribe;
        publish.forEach(publishTree::add);
        subscribe.forEach(subscribeTree::add);
    }

    /** @throws IllegalArgumentException when one is no filter, or begins with a wildcard or {@code $} */
    public static TopicRights of(Collection<String> publish, Collection<String> subscribe) {
        return new TopicRights(checked(publish), checked(subscribe));
    }

    private static Set<String> checked(Collection<String> filters) {
        for (String filter : filters) {
            char first = filter.isEmpty() ? '#' : filter.charAt(0);
            if (first == '$' || first == '+' || first == '#' || !isFilter(filter)) {
                throw new IllegalArgumentException("no filter to give away: '" + filter + "'");
            }
        }
        return new TreeSet<>(filters);
    }

    /** Whether a message may be published to a topic; also as a will, and retained. */
    public boolean mayPublish(String topic) {
        return isTopic(topic) && publishTree.covers(topic.split("/", -1), 0);
    }

    /** Whether a subscription may be made: all of its topics must be among those that are allowed. */
    public boolean maySubscribe(String filter) {
        return !filter.startsWith("$") && isFilter(filter) && subscribeTree.covers(filter.split("/", -1), 0);
    }

    /** The filters of what may be published to, in order. */
    public List<String> publishFilters() {
        return List.copyOf(publish);
    }

    /** The filters of what may be subscribed and received, in order. */
    public List<String> subscribeFilters() {
        return List.copyOf(subscribe);
    }

    /** Whether a text can be the name of a topic that belongs to somebody. */
    static boolean isTopic(String topic) {
        return !topic.startsWith("$") && topic.indexOf('+') < 0 && topic.indexOf('#') < 0 && isFilter(topic);
    }

    private static boolean isFilter(String filter) {
        if (filter.isEmpty() || filter.length() > 65_535 || filter.indexOf('\0') >= 0) {
            return false;
        }
        String[] levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            boolean wild = level.indexOf('+') >= 0 || level.indexOf('#') >= 0;
            if (wild && level.length() > 1 || level.equals("#") && i + 1 < levels.length) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicRights rights
                && publish.equals(rights.publish)
                && subscribe.equals(rights.subscribe);
    }

    @Override
    public int hashCode() {
        return 31 * publish.hashCode() + subscribe.hashCode();
    }

    @Override
    public String toString() {
        return "publish " + publish + ", subscribe " + subscribe;
    }

    /** Filters by their levels. */
    private static final class Node {

        private final Map<String, Node> next = new HashMap<>(4);
        private boolean ends;

        /** Whether whatever follows is matched, and nothing as well (MQTT 5, 4.7.1.2). */
        private boolean open;

        private void add(String filter) {
            Node node = this;
            for (String level : filter.split("/", -1)) {
                if (level.equals("#")) {
                    node.open = true;
                    return;
                }
                node = node.next.computeIfAbsent(level, any -> new Node());
            }
            node.ends = true;
        }

        /** Whether one filter has all that the levels from some place on stand for; {@code +} is covered by itself only. */
        private boolean covers(String[] levels, int at) {
            if (open) {
                return true;
            }
            if (at == levels.length) {
                return ends;
            }
            if (levels[at].equals("#")) {
                return false;
            }
            Node same = next.get(levels[at]);
            if (same != null && same.covers(levels, at + 1)) {
                return true;
            }
            Node any = next.get("+");
            return any != null && any != same && any.covers(levels, at + 1);
        }
    }
}
