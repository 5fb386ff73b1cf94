package io.caravan.api;

import java.util.Locale;

/**
 * Where a device hears its commands: {@code iot/{tenant}/{device}/commands}, or for an F2 controller the topic of the part that
 * the command is for, {@code cmnd/f2-.../{mode}/{connector}/{component}}. Stateless.
 */
final class CommandTopic {

    private static final String F2 = "f2-";
    private static final String CMND = "cmnd/";

    private CommandTopic() {}

    /**
     * @param target the part of an F2 controller, such as {@code access-control-mode/1/strike-2}; null where none is told
     * @throws ApiProblem 400 when a target is missing, bad or too much; 409 when names cannot be levels of a topic
     */
    static String of(String tenant, String device, String target) {
        if (device.toLowerCase(Locale.ROOT).startsWith(F2) && isLevel(device)) {
            if (target == null || !target.matches("[^/+#]+/[^/+#]+/[^/+#]+(/success)?")) {
                throw ApiProblem.parameter(
                        "target", "target must be mode/connector/component, such as access-control-mode/1/strike-2");
            }
            return CMND + device + '/' + target;
        }
        if (target != null) {
            throw ApiProblem.parameter("target", "target is for F2 controllers only");
        }
        if (!isLevel(device) || !isLevel(tenant)) {
            throw ApiProblem.conflict("Its name cannot be part of a topic, so it has no topic for commands");
        }
        return "iot/" + tenant + '/' + device + "/commands";
    }

    /** The prefix that must not be another tenant's; null where the topic itself names the tenant. */
    static String owned(String topic) {
        return topic.startsWith(CMND) ? topic.substring(0, topic.indexOf('/', CMND.length())) : null;
    }

    private static boolean isLevel(String name) {
        return name.matches("[^/+#$][^/+#]*");
    }
}
