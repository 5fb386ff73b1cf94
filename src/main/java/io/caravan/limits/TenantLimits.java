package io.caravan.limits;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;

/**
 * The limits of all tenants, held in memory so that neither message nor request waits for the database; routes read them again
 * every two seconds. Thread-safe.
 */
public final class TenantLimits {

    private final Limits defaults;
    private volatile Map<String, Limits> own = Map.of();
    private volatile boolean loaded;

    /** @param defaults what tenants have of which nothing else is said */
    public TenantLimits(Limits defaults) {
        this.defaults = defaults;
    }

    /** What a tenant may use; null for whoever is of no tenant. */
    public Limits of(String tenant) {
        return tenant == null ? defaults : own.getOrDefault(tenant, defaults);
    }

    /** Whether they have been read since the start. Until then a tenant seems to have no limits of its own. */
    public boolean isLoaded() {
        return loaded;
    }

    /** Takes all rows of {@code tenant_limits}, in the place of those before. */
    public void take(@Body List<Map<String, Object>> rows) {
        Map<String, Limits> fresh = new HashMap<>();
        rows.forEach(row -> fresh.put((String) row.get("tenant_id"), merged(row)));
        own = Map.copyOf(fresh);
        loaded = true;
    }

    /** The limits of a tenant, as a row of {@code tenant_limits} has them; null in it stands for the default. */
    public Limits merged(Map<String, Object> row) {
        return new Limits(
                or((Integer) row.get("messages_per_second"), defaults.messagesPerSecond()),
                or((Integer) row.get("devices"), defaults.devices()),
                or((Integer) row.get("api_calls_per_second"), defaults.callsPerSecond()));
    }

    private static Integer or(Integer own, Integer fallback) {
        return own == null ? fallback : own;
    }
}
