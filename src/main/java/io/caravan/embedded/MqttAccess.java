package io.caravan.embedded;

import io.caravan.tenant.MqttUsers;

/**
 * Whom an embedded MQTT broker lets in.
 *
 * @param serviceName the user that may do everything, which is Caravan itself
 * @param servicePassword its password
 * @param users everybody else; null where anybody may come, without a password
 * @param first what the ids of the clients begin with that may come before {@link EmbeddedMqtt#letInWhen} says that others may;
 *     null where all may at once
 */
public record MqttAccess(String serviceName, String servicePassword, MqttUsers users, String first) {

    /** Anybody, for everything. */
    public static final MqttAccess OPEN = new MqttAccess(null, null, null, null);

    /** Only who logs in, and for what he may. */
    public static MqttAccess secured(String serviceName, String servicePassword, MqttUsers users) {
        return new MqttAccess(serviceName, servicePassword, users, null);
    }

    /** The same, and at first only for clients whose ids begin so. */
    public MqttAccess first(String clientIds) {
        return new MqttAccess(serviceName, servicePassword, users, clientIds);
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
