package io.caravan.tenant;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Somebody who may log in to the MQTT broker: a device, or a gateway that speaks for several.
 *
 * @param name unique over all tenants
 * @param passwordSha256 of its password, which nobody knows but it
 * @param salt by which Caravan's own key makes the password again; null where it does not
 * @param enabled whether it may log in
 * @param devices the ids of the devices that it speaks for
 * @param prefixes topic prefixes of its tenant all of whose topics it may use
 */
public record MqttUser(
        String name,
        String tenant,
        byte[] passwordSha256,
        byte[] salt,
        boolean enabled,
        List<String> devices,
        List<String> prefixes) {

    /** The user of a row of {@code select-mqtt-users.sql}. */
    public static MqttUser of(Map<String, Object> row) {
        return new MqttUser(
                (String) row.get("user_name"),
                (String) row.get("tenant_id"),
                (byte[]) row.get("password_sha256"),
                (byte[]) row.get("password_salt"),
                (Boolean) row.get("enabled"),
                texts(row.get("devices")),
                texts(row.get("topic_prefixes")));
    }

    /** Whether it logs in by the same password as another, or neither can. */
    boolean logsInAs(MqttUser other) {
        return enabled == other.enabled && Arrays.equals(passwordSha256, other.passwordSha256);
    }

    /** Whether it may do less than before, or has to log in again. */
    boolean hasLess(MqttUser before) {
        return !logsInAs(before)
                || !tenant.equals(before.tenant)
                || lacks(devices, before.devices)
                || lacks(prefixes, before.prefixes);
    }

    /** In linear time: a gateway may speak for thousands. */
    private static boolean lacks(List<String> now, List<String> before) {
        return !now.equals(before) && !new HashSet<>(now).containsAll(before);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MqttUser user
                && name.equals(user.name)
                && tenant.equals(user.tenant)
                && logsInAs(user)
                && Arrays.equals(salt, user.salt)
                && devices.equals(user.devices)
                && prefixes.equals(user.prefixes);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** Without what has to do with its password. */
    @Override
    public String toString() {
        return "MQTT user " + name + " of tenant " + tenant;
    }

    private static List<String> texts(Object array) {
        try {
            return array instanceof java.sql.Array sql ? List.of((String[]) sql.getArray()) : List.of((String[]) array);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException("a column of type text[] cannot be read", e);
        }
    }
}
