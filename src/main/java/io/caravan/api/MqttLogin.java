package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Locale;

/**
 * What a device logs in to the MQTT broker with, told once, and where it publishes and hears its commands. A device whose id is
 * no level of a topic has no topics of its own, but those of a gateway.
 *
 * @param publish a topic for what it measures
 * @param commands a topic, or filter, on which it hears its commands
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record MqttLogin(String username, String password, String publish, String commands) {

    static MqttLogin of(String tenant, String device, String user, String password) {
        if (device.toLowerCase(Locale.ROOT).startsWith("f2-")) {
            return new MqttLogin(user, password, "tele/" + device + "/#", "cmnd/" + device + "/#");
        }
        if (device.matches("[^/+#$][^/+#]*") && tenant.matches("[^/+#]+")) {
            String topic = "iot/" + tenant + '/' + device;
            return new MqttLogin(user, password, topic + "/raw", topic + "/commands");
        }
        return new MqttLogin(user, password, null, null);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "login " + username;
    }
}
