package io.caravan.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.settings.Settings;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of the device registry: what devices of a type measure, in which units and ranges, and which topic their
 * messages go to. Immutable; everything that a message needs of it is computed once.
 */
public final class DeviceType {

    /** The name of the type of devices that no declared type fits. No file can declare it. */
    public static final String UNKNOWN = "unknown";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final Pattern FREQUENCY = Pattern.compile("(\\d{1,6})_(second|minute|hour|day)s?");

    private final String name;
    private final String topic;
    private final ObjectNode declaration;
    private final Map<String, Measurement> measurements = new HashMap<>();
    private final Set<String> measurementNames;
    private final Set<String> requiredMeasurementNames;
    private final List<String> capabilities;
    private final List<String> detectBy;
    private final Duration updateFrequency;
    private final List<Duration> windows;
    private final byte[] metadataJson;
    private final byte[] json;

    DeviceType(String name, ObjectNode declaration, String registryVersion) {
        if (!isName(name)) {
            throw new IllegalArgumentException("no name of a device type: " + name);
        }
        this.name = name;
        this.topic = "iot." + name + ".enriched";
        this.declaration = declaration.deepCopy();
        this.capabilities = strings(declaration.path("capabilities"));
        this.detectBy = strings(declaration.path("detect_by"));
        this.updateFrequency = frequency(declaration.path("update_frequency").asText());
        this.windows = strings(declaration.path("windows")).stream()
                .map(Settings::parseDuration)
                .toList();

        Set<String> names = new LinkedHashSet<>();
        Set<String> required = new LinkedHashSet<>();
        declaration.path("measurements").properties().forEach(entry -> {
            names.add(entry.getKey());
            if (!entry.getValue().path("optional").asBoolean()) {
                required.add(entry.getKey());
            }
            declare(entry.getKey(), entry.getValue());
        });
        this.measurementNames = Collections.unmodifiableSet(names);
        this.requiredMeasurementNames = Collections.unmodifiableSet(required);
        this.metadataJson = Rendering.metadata(name, this.declaration, registryVersion);
        this.json = Rendering.bytes(Rendering.named(name, this.declaration));
    }

    /** The type of devices that no declared type fits: it measures nothing that is known. */
    static DeviceType unknown() {
        ObjectNode declaration = JsonNodeFactory.instance.objectNode();
        declaration.put("name", "Unknown Device Type");
        declaration.put("description", "No device type is declared for this device");
        return new DeviceType(UNKNOWN, declaration, Rendering.ABSENT);
    }

    /** Whether a text can name a device type, and so be part of a topic's name. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** The name that messages and topics carry, such as {@code smart_breaker}: lower case letters, digits, underscores. */
    public String name() {
        return name;
    }

    /** The Kafka topic of its enriched messages, {@code iot.<name>.enriched}. */
    public String topic() {
        return topic;
    }

    /** The name that people read, such as "Smart Circuit Breaker". */
    public String displayName() {
        return declaration.path("name").asText();
    }

    /** One sentence, empty where none is declared. */
    public String description() {
        return declaration.path("description").asText();
    }

    /** The category, such as {@code electrical_protection}; "unknown" where none is declared. */
    public String category() {
        return declaration.path("category").asText(Rendering.ABSENT);
    }

    public List<String> capabilities() {
        return capabilities;
    }

    /** The measurements by which a message that names no type is taken for this one. */
    public List<String> detectBy() {
        return detectBy;
    }

    /** How long data is worth keeping, as declared ({@code 30_days}); "unknown" where it is not. */
    public String retentionPolicy() {
        return declaration.path("retention_policy").asText(Rendering.ABSENT);
    }

    /** How often a device reports; empty only for the unknown type. */
    public Optional<Duration> updateFrequency() {
        return Optional.ofNullable(updateFrequency);
    }

    /** The widths of the windows of its devices, whole seconds that divide a day; none where the common ones are meant. */
    public List<Duration> windows() {
        return windows;
    }

    /** The top-level measurements in the order of the file. */
    public Set<String> measurementNames() {
        return measurementNames;
    }

    /** The top-level measurements that every device of the type has: those not declared {@code optional}. */
    public Set<String> requiredMeasurementNames() {
        return requiredMeasurementNames;
    }

    /**
     * What is declared about a metric, by its path: {@code temperature}, {@code voltage.phase_a}, {@code power.active}.
     * A path below a declaration that names no children has that declaration: {@code temperature.max} is measured as
     * {@code temperature} is.
     *
     * @return null where nothing is declared
     */
    public Measurement measurement(String metric) {
        Measurement declared = measurements.get(metric);
        if (declared != null) {
            return declared;
        }
        int first = metric.indexOf('.');
        if (first < 0) {
            return null;
        }
        // Declarations are two levels deep at most, so a path of any depth costs two more look-ups.
        int second = metric.indexOf('.', first + 1);
        Measurement ancestor = second < 0 ? null : measurements.get(metric.substring(0, second));
        if (ancestor != null) {
            return ancestor;
        }
        String top = metric.substring(0, first);
        JsonNode declaration = this.declaration.path("measurements").path(top);
        return namesChildren(declaration) ? null : measurements.get(top);
    }

    /**
     * The JSON object, in UTF-8, that an enriched message carries as {@code device_metadata}. It is rendered once and
     * shared: not to be changed.
     */
    public byte[] metadataJson() {
        return metadataJson;
    }

    /** The entry of the file as JSON in UTF-8, with {@code device_type} before it. Shared: not to be changed. */
    public byte[] json() {
        return json;
    }

    ObjectNode declaration() {
        return declaration;
    }

    @Override
    public String toString() {
        return name;
    }

    private void declare(String top, JsonNode node) {
        Measurement measurement = Measurement.of(node);
        measurements.put(top, measurement);
        for (JsonNode phase : node.path("phases")) {
            measurements.put(top + '.' + phase.asText(), measurement);
        }
        node.path("components")
                .properties()
                .forEach(
                        entry -> measurements.put(top + '.' + entry.getKey(), measurement.component(entry.getValue())));
    }

    private static boolean namesChildren(JsonNode measurement) {
        return measurement.has("phases") || measurement.has("components");
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(item -> strings.add(item.asText()));
        return List.copyOf(strings);
    }

    private static Duration frequency(String text) {
        Matcher matcher = FREQUENCY.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        ChronoUnit unit = ChronoUnit.valueOf(matcher.group(2).toUpperCase(Locale.ROOT) + "S");
        return Duration.of(Long.parseLong(matcher.group(1)), unit);
    }
}
