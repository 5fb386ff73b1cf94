package io.caravan.tenant;

import io.caravan.decode.MessageRules;
import io.caravan.decode.TopicTemplate;
import io.caravan.decode.TopicTemplate.Variable;
import io.caravan.registry.MappedDialect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says which topics are a device's own, in each dialect: where it publishes, and where it hears its commands. Of those of which
 * the topic does not tell whose they are, it has what its tenant owns. Used for one user at a time; not thread-safe.
 */
final class DeviceTopics {

    /** The tenant whose topics may leave the tenant out. */
    private static final String DEFAULT_TENANT = "default";

    private static final String SPARKPLUG = "spBv1.0/";

    /** In which Sparkplug has the states of its host applications; no group can be called so. */
    private static final String STATE = "STATE";

    /** What no dialect of the registry gives anybody rights to. */
    private static final Set<String> OURS = Set.of("iot", "building", "spBv1.0", STATE);

    private final String tenant;
    private final TopicOwners owners;
    private final Collection<MappedDialect> dialects;
    private final Set<String> groups;
    private final Set<String> publish = new TreeSet<>();
    private final Set<String> subscribe = new TreeSet<>();

    private DeviceTopics(String tenant, TopicOwners owners, Collection<MappedDialect> dialects) {
        this.tenant = tenant;
        this.owners = owners;
        this.dialects = dialects;
        this.groups = Stream.concat(owners.of(tenant, SPARKPLUG).stream(), Stream.of(SPARKPLUG + tenant))
                .filter(group -> group.indexOf('/', SPARKPLUG.length()) < 0)
                .filter(group -> owners.belongs(group + "/#", tenant, tenant))
                .filter(group -> !group.equals(SPARKPLUG + STATE))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What a user may do. A tenant or a device whose name is no level of a topic has none. */
    static TopicRights of(MqttUser user, TopicOwners owners, Collection<MappedDialect> dialects) {
        if (!user.enabled() || !isLevel(user.tenant())) {
            return TopicRights.NONE;
        }
        DeviceTopics topics = new DeviceTopics(user.tenant(), owners, dialects);
        user.devices().forEach(topics::add);
        user.prefixes().forEach(topics::addPrefix);
        return TopicRights.of(topics.publish, topics.subscribe);
    }

    private void add(String device) {
        if (!TopicRights.isTopic(device)) {
            return;
        }
        if (device.toLowerCase(Locale.ROOT).startsWith("f2-")) {
            addF2(device);
            return;
        }
        if (isLevel(device)) {
            addIot("iot/" + tenant + '/' + device);
            publish.add("iot/" + tenant + '/' + device + "/commands/+/ack");
            if (tenant.equals(DEFAULT_TENANT)) {
                addIot("iot/" + device);
            }
            String building = "building/" + tenant + '/' + device;
            if (owners.belongs(building, tenant, null)) {
                publish.add(building);
            }
            groups.forEach(group -> addSparkplug(group, device));
        }
        List<MessageRules> before = new ArrayList<>();
        for (MappedDialect dialect : dialects) {
            dialect.rules().forEach(rules -> addMapped(rules, before, device));
            if (dialect.enabled()) {
                dialect.rules().stream().filter(MessageRules::isRead).forEach(before::add);
            }
        }
    }

    private void addIot(String base) {
        Stream.of("/raw", "/trends", "/status").forEach(kind -> publish.add(base + kind));
        subscribe.add(base + "/commands");
    }

    /** What sensors measure may come below {@code cmnd}, too: controllers of the first generation do so. */
    private void addF2(String device) {
        boolean owned = isLevel(device)
                && Stream.of("cmnd/", "stat/", "tele/").allMatch(kind -> owners.belongs(kind + device, tenant, null));
        if (owned) {
            publish.add("stat/" + device + "/#");
            publish.add("tele/" + device + "/#");
            publish.add("cmnd/" + device + "/sensor-mode/+/+");
            subscribe.add("cmnd/" + device + "/#");
        }
    }

    private void addSparkplug(String group, String node) {
        Stream.of("/NBIRTH/", "/NDATA/", "/NDEATH/").forEach(type -> publish.add(group + type + node));
        Stream.of("/DBIRTH/", "/DDATA/", "/DDEATH/").forEach(type -> publish.add(group + type + node + "/+"));
        subscribe.add(group + "/NCMD/" + node);
        subscribe.add(group + "/DCMD/" + node + "/+");
        subscribe.add(SPARKPLUG + STATE + "/+");
        subscribe.add(STATE + "/+");
    }

    private void addMapped(MessageRules rules, List<MessageRules> before, String device) {
        if (!rules.isRead() || !rules.topic().names(Variable.DEVICE)) {
            return;
        }
        boolean named = rules.topic().names(Variable.TENANT);
        String filter = rules.topic()
                .filterOf(
                        named
                                ? Map.of(Variable.DEVICE, device, Variable.TENANT, tenant)
                                : Map.of(Variable.DEVICE, device));
        String otherwise = named ? tenant : rules.tenant() != null ? rules.tenant() : DEFAULT_TENANT;
        if (filter != null
                && isGiven(filter, rules)
                && isApart(filter, before)
                && owners.belongs(filter, tenant, otherwise)) {
            publish.add(filter);
        }
    }

    /** What dialects before it have in common with a topic they read, by rules of their own: perhaps as another tenant's. */
    private static boolean isApart(String filter, List<MessageRules> before) {
        if (before.isEmpty()) {
            return true;
        }
        if (filter.indexOf('{') >= 0) {
            return false; // would be read as a template
        }
        TopicTemplate given = TopicTemplate.parse(filter);
        return before.stream().noneMatch(other -> other.topic().overlaps(given));
    }

    /** Who is called like the first level of other topics must not get these by a topic that begins with his name. */
    private boolean isGiven(String filter, MessageRules rules) {
        String first = firstLevel(filter);
        return !first.startsWith("$")
                && !OURS.contains(first)
                && (!rules.topic().toString().startsWith("{")
                        || dialects.stream()
                                .flatMap(dialect -> dialect.rules().stream())
                                .noneMatch(other ->
                                        firstLevel(other.topic().toString()).equals(first)));
    }

    private static String firstLevel(String topic) {
        return topic.split("/", 2)[0];
    }

    private void addPrefix(String prefix) {
        if (TopicRights.isTopic(prefix) && owners.belongs(prefix + "/#", tenant, null)) {
            publish.add(prefix + "/#");
            subscribe.add(prefix + "/#");
        }
    }

    private static boolean isLevel(String name) {
        return TopicRights.isTopic(name) && name.indexOf('/') < 0;
    }
}
