package io.caravan.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How long a device may be silent before it counts as offline: three times the {@code update_frequency} of its type in the
 * registry that is in use. Thread-safe.
 */
public final class Patience {

    private static final int MISSED = 3;

    private final DeviceRegistry registry;
    private final Duration unknown;

    /** @param unknown how often a device reports whose type the registry does not declare */
    public Patience(DeviceRegistry registry, Duration unknown) {
        this.registry = registry;
        this.unknown = unknown;
    }

    /**
     * The parameters of a statement that calls the database's function {@code patience}: the names of the types, and how
     * long each may be silent in milliseconds. The first is what holds for all types that are not there.
     */
    public Map<String, Object> parameters() {
        DeviceTypes inUse = registry.types();
        List<DeviceType> types = new ArrayList<>();
        types.add(inUse.unknown());
        types.addAll(inUse.all());
        return Map.of(
                "types", types.stream().map(DeviceType::name).toArray(String[]::new),
                "silences", types.stream().mapToLong(this::millis).toArray());
    }

    private long millis(DeviceType type) {
        return type.updateFrequency().orElse(unknown).toMillis() * MISSED;
    }
}
