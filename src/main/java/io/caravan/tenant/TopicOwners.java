package io.caravan.tenant;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.camel.Body;

/**
 * Which tenant each topic prefix belongs to. A prefix is some whole levels, and has all topics below it; prefixes of different
 * tenants are never within each other (the database sees to that), and should they be, the longest counts. Held in memory;
 * thread-safe.
 */
public final class TopicOwners {

    private static final String BUILDING = "building/";

    private volatile NavigableMap<String, String> tenants = new TreeMap<>();
    /** No prefix that there was since the start has more characters. */
    private volatile int longest;

    private volatile boolean loaded;

    /** Takes the rows of {@code select-topic-owners.sql} in the place of what there was. */
    public void take(@Body List<Map<String, Object>> rows) {
        NavigableMap<String, String> fresh = new TreeMap<>();
        rows.forEach(row -> fresh.put((String) row.get("prefix"), (String) row.get("tenant_id")));
        longest = Math.max(
                longest, fresh.keySet().stream().mapToInt(String::length).max().orElse(0));
        tenants = fresh;
        loaded = true;
    }

    /** Whether it has been loaded since the start. Until then nobody can tell whose a topic is. */
    public boolean isLoaded() {
        return loaded;
    }

    /** The tenant that a topic belongs to by its prefix; null where nobody has claimed it. */
    public String ownerOf(String topic) {
        NavigableMap<String, String> current = tenants;
        if (current.isEmpty()) {
            return null;
        }
        // who publishes chooses how long a topic is, and of how many levels
        String prefix =
                topic.length() <= longest ? topic : topic.substring(0, Math.max(0, topic.lastIndexOf('/', longest)));
        while (true) {
            String tenant = current.get(prefix);
            if (tenant != null) {
                return tenant;
            }
            int end = prefix.lastIndexOf('/');
            if (end <= 0) {
                return null;
            }
            prefix = prefix.substring(0, end);
        }
    }

    /** The device of {@code building/{tenant}/{device}}, where that is its tenant's; null of other topics. */
    public String deviceOf(String topic, String owner) {
        String start = BUILDING + owner + '/';
        return topic.startsWith(start) && topic.indexOf('/', start.length()) < 0
                ? topic.substring(start.length())
                : null;
    }

    /**
     * Whether all topics of a filter are a tenant's.
     *
     * @param filter a topic filter whose first level is no wildcard
     * @param otherwise whose topics are that nobody has claimed; null for nobody's
     */
    boolean belongs(String filter, String tenant, String otherwise) {
        String concrete = concrete(filter);
        if (concrete.isEmpty()) {
            return false;
        }
        String owner = ownerOf(concrete);
        if (!tenant.equals(owner != null ? owner : otherwise)) {
            return false;
        }
        // '0' comes after '/': all prefixes below
        return concrete.length() == filter.length()
                || tenants.subMap(concrete + '/', concrete + '0').values().stream()
                        .allMatch(tenant::equals);
    }

    /** The prefixes of a tenant that begin with a text. */
    List<String> of(String tenant, String start) {
        return tenants.subMap(start, start + '\uffff').entrySet().stream()
                .filter(entry -> entry.getValue().equals(tenant))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The levels before the first wildcard. */
    private static String concrete(String filter) {
        StringBuilder levels = new StringBuilder();
        for (String level : filter.split("/", -1)) {
            if (level.equals("+") || level.equals("#")) {
                break;
            }
            levels.append(levels.isEmpty() ? "" : "/").append(level);
        }
        return levels.toString();
    }
}
