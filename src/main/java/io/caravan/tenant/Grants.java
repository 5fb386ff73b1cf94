package io.caravan.tenant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Body;

/**
 * The active applications of all tenants, their keys and device types, by which tokens that they have already are taken back.
 * Held in memory, so that no request waits for the database; replaced as a whole by the route {@code refresh-grants}.
 * Thread-safe.
 */
public final class Grants {

    /** What begins the subject of an application's tokens, before its id. */
    public static final String SUBJECT = "app-";

    private static final JsonMapper MAPPER = new JsonMapper();

    private record Application(String tenant, String key, Set<String> deviceTypes) {}

    private record Snapshot(long readAt, Map<String, Application> bySubject) {}

    private volatile Snapshot snapshot;

    /** @param rows of {@code sql/select-grants.sql}, at least one */
    public void take(@Body List<Map<String, Object>> rows) {
        Map<String, Application> applications = new HashMap<>();
        for (Map<String, Object> row : rows) {
            if (row.get("id") != null) {
                applications.put(
                        SUBJECT + row.get("id"),
                        new Application((String) row.get("tenant_id"), (String) row.get("key"), types((String)
                                row.get("devicetypes"))));
            }
        }
        snapshot = new Snapshot((Long) rows.get(0).get("read_at"), Map.copyOf(applications));
    }

    /**
     * Whether an application still has the key that its token was given for, and all device types that the token names. What
     * was given later than the applications were read is good: it is judged by the next reading.
     *
     * @throws KeysUnavailable until they have been read
     */
    boolean isGood(Identity identity, Grant grant) throws KeysUnavailable {
        Snapshot known = snapshot;
        if (known == null) {
            throw new KeysUnavailable("The registered applications have not been read yet", null);
        }
        Application application = known.bySubject.get(identity.subject());
        return application != null
                        && application.tenant.equals(identity.tenant())
                        && application.key.equals(grant.key())
                        && application.deviceTypes.containsAll(identity.deviceTypes())
                || grant.asOf() > known.readAt;
    }

    private static Set<String> types(String json) {
        try {
            Set<String> types = new HashSet<>();
            MAPPER.readTree(json).forEach(type -> types.add(type.textValue()));
            return types;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database gives what is no JSON", e);
        }
    }
}
