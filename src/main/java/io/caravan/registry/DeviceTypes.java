package io.caravan.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The device registry at one moment. Immutable: a stage that takes it once per batch sees one version of it for the whole
 * batch.
 */
public final class DeviceTypes {

    private final Map<String, DeviceType> byName;
    private final List<DeviceType> all;
    private final DeviceType unknown = DeviceType.unknown();
    /** For each telling measurement, the first type of the file that it tells of, as its place in {@link #all}. */
    private final Map<String, Integer> placeByMeasurement = new HashMap<>();

    private final byte[] json;
    private final Map<String, MappedDialect> dialects;

    /** Reads a registry that has been validated. */
    DeviceTypes(JsonNode registry, Map<String, MappedDialect> dialects) {
        this.dialects = Collections.unmodifiableMap(dialects);
        String version = registry.path("metadata").path("version").asText(Rendering.ABSENT);
        Map<String, DeviceType> types = new LinkedHashMap<>();
        registry.path("device_types")
                .properties()
                .forEach(entry -> types.put(
                        entry.getKey(), new DeviceType(entry.getKey(), (ObjectNode) entry.getValue(), version)));
        this.byName = Collections.unmodifiableMap(types);
        this.all = List.copyOf(types.values());
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (int place = 0; place < all.size(); place++) {
            DeviceType type = all.get(place);
            for (String measurement : type.detectBy()) {
                placeByMeasurement.putIfAbsent(measurement, place);
            }
            array.add(Rendering.named(type.name(), type.declaration()));
        }
        this.json = Rendering.bytes(array);
    }

    /** The type of a name, null where none is declared. */
    public DeviceType find(String name) {
        return byName.get(name);
    }

    /** The declared types in the order of the file, without {@link #unknown()}. */
    public List<DeviceType> all() {
        return all;
    }

    /** The type of devices that no declared type fits; its messages go to {@code iot.unknown.enriched}. */
    public DeviceType unknown() {
        return unknown;
    }

    /**
     * The type of a message that names none, by the names of its top-level measurements: the first type of the file whose
     * {@code detect_by} has one of them, else {@link #unknown()}.
     */
    public DeviceType detect(Collection<String> topLevelMeasurementNames) {
        int first = all.size();
        for (String name : topLevelMeasurementNames) {
            first = Math.min(first, placeByMeasurement.getOrDefault(name, first));
        }
        return first == all.size() ? unknown : all.get(first);
    }

    /** The dialects that the registry declares, by name, in the order of the file. */
    public Map<String, MappedDialect> dialects() {
        return dialects;
    }

    /** All declared types as a JSON array in UTF-8, each as {@link DeviceType#json()}. Shared: not to be changed. */
    public byte[] json() {
        return json;
    }
}
