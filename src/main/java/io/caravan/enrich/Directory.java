package io.caravan.enrich;

import io.caravan.registry.DeviceType;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * The devices that are known, held in memory so that no message waits for the database: refreshed by the route {@code
 * refresh-directory}, which reads what is new every time and everything once a minute, and extended by {@code
 * provision-devices}. Thread-safe.
 */
public final class Directory {

    private static final Duration WHOLE = Duration.ofMinutes(1);
    /** An entry becomes visible when its transaction ends, some time after the moment it is stamped with. */
    private static final Duration OVERLAP = Duration.ofSeconds(30);

    /** By a device's id, what each tenant calls by it: as a rule one tenant has it. */
    private volatile Map<String, Map<String, Device>> byId = Map.of();

    private volatile boolean loaded;
    private long lastWhole; // System.nanoTime(): a clock that is set back must not put it off
    private boolean whole = true;

    /** The device of a tenant, or null where the directory has none. */
    public Device find(String tenant, String id) {
        Map<String, Device> owners = byId.get(id);
        return owners == null ? null : owners.get(tenant);
    }

    /**
     * The one device of that id, whoever it belongs to; null where there is none, or more than one. One that was decommissioned
     * counts where there is no other.
     */
    public Device findOnly(String id) {
        Map<String, Device> owners = byId.get(id);
        if (owners == null || owners.size() == 1) {
            return owners == null ? null : owners.values().iterator().next();
        }
        List<Device> inService =
                owners.values().stream().filter(Device::isInService).toList();
        return inService.size() == 1 ? inService.get(0) : null;
    }

    /** Whether any tenant has a device of that id. */
    boolean isKnown(String id) {
        return byId.containsKey(id);
    }

    /** Whether it has been loaded since the start. Until then nobody can tell who is unknown. */
    public boolean isLoaded() {
        return loaded;
    }

    /** Says since when the route is to read: since 1970 when it is time to read everything. */
    public synchronized void ask(Exchange exchange) {
        Instant now = Instant.now();
        whole = !loaded || System.nanoTime() - lastWhole > WHOLE.toNanos();
        Instant since = whole ? Instant.EPOCH : now.minus(WHOLE).minus(OVERLAP);
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, Map.of("since", since.toString()));
    }

    /** Takes what was read; when it was everything, what is not among it is forgotten. */
    public synchronized void take(@Body List<Map<String, Object>> rows) {
        if (!whole) {
            add(rows);
            return;
        }
        Map<String, Map<String, Device>> fresh = new ConcurrentHashMap<>();
        rows.forEach(row -> put(fresh, row));
        byId = fresh;
        loaded = true;
        lastWhole = System.nanoTime();
    }

    /** Adds rows of {@code devices}. */
    public synchronized void add(@Body List<Map<String, Object>> rows) {
        Map<String, Map<String, Device>> current = byId.isEmpty() ? new ConcurrentHashMap<>() : byId;
        rows.forEach(row -> put(current, row));
        byId = current;
    }

    private static void put(Map<String, Map<String, Device>> into, Map<String, Object> row) {
        Device device = deviceOf(row);
        into.merge(device.id(), Map.of(device.tenant(), device), Directory::together);
    }

    private static Map<String, Device> together(Map<String, Device> owners, Map<String, Device> more) {
        Map<String, Device> all = new HashMap<>(owners);
        all.putAll(more);
        return Map.copyOf(all);
    }

    /** The device that a row of {@code devices} holds. */
    static Device deviceOf(Map<String, Object> row) {
        String type = (String) row.get("device_type");
        Timestamp decommissioned = (Timestamp) row.get("decommissioned_at");
        return new Device(
                (String) row.get("tenant_id"),
                (String) row.get("device_id"),
                type,
                (String) row.get("site_id"),
                (String) row.get("zone_id"),
                DeviceType.UNKNOWN.equals(type) && Boolean.TRUE.equals(row.get("auto_provisioned")),
                decommissioned == null ? Device.IN_SERVICE : decommissioned.getTime() * 1_000);
    }
}
