package io.caravan.decode;

import java.time.ZoneId;
import java.util.Set;

/**
 * The names by which a dialect of JSON messages calls things. Immutable.
 *
 * @param device the names of the device's id, in a message at the top
 * @param tenant the names of the tenant
 * @param timestamp the names of the time
 * @param known names at the top that are no measurements when the message has no {@code measurements} object
 * @param zone the zone of a time that names none
 */
public record JsonDialect(
        Set<String> device, Set<String> tenant, Set<String> timestamp, Set<String> known, ZoneId zone) {

    private static final Set<String> DEVICE = Set.of("device_id", "deviceId");
    private static final Set<String> TENANT = Set.of("tenant_id", "tenantId");
    private static final Set<String> TIMESTAMP = Set.of("timestamp", "ts");
    private static final Set<String> KNOWN = Set.of("trends", "status", "mqttTopic", "_mqtt_info");

    /** Smart breakers, meters and sensors ({@code iot/...}), and building sensors ({@code building/...}). */
    public static JsonDialect flexible(ZoneId zone) {
        return new JsonDialect(DEVICE, TENANT, TIMESTAMP, KNOWN, zone);
    }
}
