package io.caravan.embedded;

import io.caravan.tenant.MqttUsers;

/**
 * Whom an embedded MQTT broker lets in.
 *
 * @param serviceName the user that may do everything, which is Caravan itself
 * @param servicePassword its password
 * @param users everybody else; null where anybody may come, without a password
 */
public record MqttAccess(String serviceName, String servicePassword, MqttUsers users) {

    /** Anybody, for everything. */
    public static final MqttAccess OPEN = new MqttAccess(null, null, null);

    /** Only who logs in, and for what he may. */
    public static MqttAccess secured(String serviceName, String servicePassword, MqttUsers users) {
        return new MqttAccess(serviceName, servicePassword, users);
    }

    boolean isOpen() {
        return users == null;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return isOpen() ? "open" : "secured";
    }
}
