package io.caravan.enrich;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;

/**
 * The devices that are known, held in memory so that no message waits for the database: loaded and refreshed by the route
 * {@code refresh-directory}, extended by {@code provision-devices}. Thread-safe.
 */
public final class Directory {

    /** Devices by tenant, each by its id. */
    private volatile Map<String, Map<String, Device>> byTenant = Map.of();

    private volatile boolean loaded;

    /** The device of a tenant, or null where the directory has none. */
    public Device find(String tenant, String id) {
        Map<String, Device> devices = byTenant.get(tenant);
        return devices == null ? null : devices.get(id);
    }

    /** The one device of that id, whoever it belongs to; null where there is none, or more than one. */
    public Device findOnly(String id) {
        Device only = null;
        for (Map<String, Device> devices : byTenant.values()) {
            Device device = devices.get(id);
            if (device != null) {
                if (only != null) {
                    return null;
                }
                only = device;
            }
        }
        return only;
    }

    /** Whether any tenant has a device of that id. */
    boolean isKnown(String id) {
        return byTenant.values().stream().anyMatch(devices -> devices.containsKey(id));
    }

    /** Whether it has been loaded since the start. Until then nobody can tell who is unknown. */
    public boolean isLoaded() {
        return loaded;
    }

    /** Takes the whole directory from rows of {@code devices}; what is not among them is forgotten. */
    public synchronized void replace(@Body List<Map<String, Object>> rows) {
        Map<String, Map<String, Device>> fresh = new ConcurrentHashMap<>();
        rows.forEach(row -> put(fresh, row));
        byTenant = fresh;
        loaded = true;
    }

    /** Adds rows of {@code devices}. */
    public synchronized void add(@Body List<Map<String, Object>> rows) {
        Map<String, Map<String, Device>> current = byTenant.isEmpty() ? new ConcurrentHashMap<>() : byTenant;
        rows.forEach(row -> put(current, row));
        byTenant = current;
    }

    private static void put(Map<String, Map<String, Device>> into, Map<String, Object> row) {
        Device device = new Device(
                (String) row.get("tenant_id"),
                (String) row.get("device_id"),
                (String) row.get("device_type"),
                (String) row.get("site_id"),
                (String) row.get("zone_id"));
        into.computeIfAbsent(device.tenant(), tenant -> new ConcurrentHashMap<>())
                .put(device.id(), device);
    }
}
