package io.caravan.tenant;

import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.MappedDialect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Everybody who may log in to the MQTT broker, and what they may do there, held in memory: a database that is away keeps nobody out
 * who was known before. Rights are worked out when they are asked for first, and again when the device registry has changed.
 * Thread-safe.
 */
public final class MqttUsers {

    private final DeviceRegistry registry;
    private final TopicOwners owners = new TopicOwners();
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private volatile Consumer<String> onLoss = user -> {};

    private record Known(MqttUser user, Rights rights) {}

    private record Rights(long registry, TopicRights topics) {}

    /** @param registry declares the topics of other makes */
    public MqttUsers(DeviceRegistry registry) {
        this.registry = registry;
    }

    /**
     * Takes who is told the name of a user whose open connections must not go on: gone, switched off, with another password, or with less to
     * speak for.
     */
    public void onLoss(Consumer<String> listener) {
        onLoss = listener;
    }

    /** Takes all users, and whose the topics are, in the place of what there was. */
    public void take(Collection<MqttUser> users, List<Map<String, Object>> topics) {
        owners.take(topics);
        Map<String, MqttUser> fresh = new HashMap<>();
        users.forEach(user -> fresh.put(user.name(), user));
        // rights follow from the topics of everybody
        known.replaceAll((name, before) -> new Known(before.user(), null));
        new ArrayList<>(known.keySet()).forEach(name -> put(name, fresh.get(name)));
        fresh.forEach(this::put);
    }

    /**
     * Takes some users as they are now.
     *
     * @param names of whom; one who is not among the users is gone
     */
    public void change(Collection<String> names, Collection<MqttUser> users) {
        Map<String, MqttUser> fresh = new HashMap<>();
        users.forEach(user -> fresh.put(user.name(), user));
        names.forEach(name -> put(name, fresh.get(name)));
    }

    private void put(String name, MqttUser user) {
        Known before = known.get(name);
        if (user == null) {
            known.remove(name);
        } else if (before == null || !before.user().equals(user)) {
            known.put(name, new Known(user, null));
        }
        if (before != null && (user == null || user.hasLess(before.user()))) {
            onLoss.accept(name);
        }
    }

    /** The user who logs in so; empty where there is none, he is switched off or the password is wrong. */
    public Optional<MqttUser> login(String name, String password) {
        Known found = name == null || password == null ? null : known.get(name);
        return Optional.ofNullable(found)
                .map(Known::user)
                .filter(user -> Credentials.matches(password, user.passwordSha256()) && user.enabled());
    }

    /** Whether a user would still be let in by the password that let him in. */
    public boolean isCurrent(MqttUser user) {
        Known found = known.get(user.name());
        return found != null && user.enabled() && user.logsInAs(found.user());
    }

    /** What a user may do now; nothing, where there is none of that name. */
    public TopicRights rights(String name) {
        Known found = known.get(name);
        if (found == null) {
            return TopicRights.NONE;
        }
        long version = registry.version();
        if (found.rights() != null && found.rights().registry() == version) {
            return found.rights().topics();
        }
        Collection<MappedDialect> dialects = registry.types().dialects().values();
        TopicRights topics = DeviceTopics.of(found.user(), owners, dialects);
        // unless somebody else has taken its place meanwhile
        known.replace(name, found, new Known(found.user(), new Rights(version, topics)));
        return topics;
    }

    /** All of them, in no order. */
    public List<MqttUser> all() {
        return known.values().stream().map(Known::user).toList();
    }
}
