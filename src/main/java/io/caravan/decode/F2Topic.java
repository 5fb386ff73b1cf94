package io.caravan.decode;

import java.util.Locale;

/**
 * A topic of an F2 controller: {@code (cmnd|stat|tele)/f2-<controller>/<mode>/<connector>/<component>}, where commands to
 * readers end in {@code /success}. Immutable.
 *
 * @param command whether it tells the controller what to do, rather than what it has seen
 * @param device the device, {@code f2-} and the controller's id in lower case
 * @param connector the connector; {@code 1} for {@code J1}
 * @param component such as {@code sensor-1} or {@code door-sensors}
 */
public record F2Topic(boolean command, String device, String mode, String connector, String component) {

    private static final String PREFIX = "f2-";
    private static final String SENSOR = "sensor-";

    /** @throws Undecodable {@link Reason#MISSING_DEVICE_ID} or {@link Reason#INVALID_ID} when it is none */
    public static F2Topic parse(String topic) throws Undecodable {
        int first = topic.indexOf('/');
        int second = topic.indexOf('/', first + 1);
        int third = topic.indexOf('/', second + 1);
        int fourth = topic.indexOf('/', third + 1);
        if (first < 0 || second < 0 || third < 0 || fourth < 0) {
            throw new Undecodable(Reason.MISSING_DEVICE_ID, "no topic of an F2 controller: " + Text.excerpt(topic));
        }
        Text.id("the topic", topic);
        String device = topic.substring(first + 1, second).toLowerCase(Locale.ROOT);
        if (!device.startsWith(PREFIX) || device.length() == PREFIX.length()) {
            throw new Undecodable(Reason.INVALID_ID, "an F2 controller is f2- and its id, not " + Text.excerpt(device));
        }
        String component = topic.substring(fourth + 1);
        boolean command = topic.startsWith("cmnd/");
        if (command && component.endsWith("/success")) {
            component = component.substring(0, component.length() - "/success".length());
        }
        return new F2Topic(
                command,
                device,
                topic.substring(second + 1, third),
                connectorOf(topic.substring(third + 1, fourth)),
                component);
    }

    /** The id of the controller, by which its parameters are found. */
    public String controller() {
        return device.substring(PREFIX.length());
    }

    /** The pin of a sensor whose frames are decoded by parameters, -1 for any other component. */
    public int pin() {
        return component.startsWith(SENSOR) ? number(component, SENSOR.length()) : -1;
    }

    /** The connector as a number, -1 where it is none. */
    public int connectorNumber() {
        return number(connector, 0);
    }

    /** What its messages are as events: {@code f2.strike} for {@code strike-2}. */
    String kind() {
        int end = component.length();
        while (end > 0 && isDigit(component.charAt(end - 1))) {
            end--;
        }
        String name = end > 1 && end < component.length() && component.charAt(end - 1) == '-'
                ? component.substring(0, end - 1)
                : component;
        return "f2."
                + switch (name) {
                    case "door-sensors" -> "door";
                    case "exit-buttons" -> "exit-button";
                    case "motion-sensor" -> "motion";
                    default -> name;
                };
    }

    private static String connectorOf(String text) {
        boolean labelled = text.length() == 2 && (text.charAt(0) == 'J' || text.charAt(0) == 'j');
        return labelled && isDigit(text.charAt(1)) ? text.substring(1) : text;
    }

    /** A number of one or two digits from a place to the end, else -1. */
    private static int number(String text, int from) {
        int digits = text.length() - from;
        if (digits < 1 || digits > 2 || !isDigit(text.charAt(from)) || !isDigit(text.charAt(text.length() - 1))) {
            return -1;
        }
        return Integer.parseInt(text, from, text.length(), 10);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
