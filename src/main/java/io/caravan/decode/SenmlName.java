package io.caravan.decode;

/**
 * The metric of a SenML name. A name identifies the sensor in all the world (RFC 8428, 4.5.1), a metric within its device: what
 * names the device is left out.
 *
 * @param metric the metric, or what it begins with
 * @param endsWithUnit whether the name says no more than which device it is: then the unit says what is measured
 */
record SenmlName(String metric, boolean endsWithUnit) {

    private static final int LONGEST = 200;
    private static final String DEVICE_URN = "urn:dev:";

    /**
     * The metric of a name.
     *
     * @param name base name and name
     * @param device the device of the topic
     */
    static SenmlName of(String name, String device) {
        int end = endOfDevice(name, device);
        if (end == name.length()) {
            return new SenmlName("", true);
        }
        if (end > 0) {
            return new SenmlName(name.substring(end), false);
        }
        return isDeviceUrn(name) ? new SenmlName(name + ':', true) : new SenmlName(name, false);
    }

    /** The metric of a value with a unit, or without one (null). */
    String with(String unit) {
        if (!endsWithUnit) {
            return metric;
        }
        return metric + (unit == null || unit.isEmpty() ? "value" : unit);
    }

    /** Whether a name is made of the characters of RFC 8428, 4.5.1, and no longer than that of a metric. */
    static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > LONGEST || !isLetterOrDigit(name.charAt(0))) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isLetterOrDigit(c) && c != '-' && c != ':' && c != '.' && c != '/' && c != '_') {
                return false;
            }
        }
        return true;
    }

    /** Where the device's part of a name ends, with the separator behind it; 0 where it does not name the device. */
    private static int endOfDevice(String name, String device) {
        if (device.isEmpty()) {
            return 0;
        }
        for (int at = name.indexOf(device); at >= 0; at = name.indexOf(device, at + 1)) {
            int end = at + device.length();
            if (at == 0 || isSeparator(name.charAt(at - 1))) {
                if (end == name.length()) {
                    return end;
                }
                char next = name.charAt(end);
                if (isSeparator(next) || next == '_' && name.startsWith(DEVICE_URN)) {
                    return end + 1;
                }
            }
        }
        return 0;
    }

    /** RFC 9039: {@code urn:dev:ow:10e2073a01080063}, and no component behind it. */
    private static boolean isDeviceUrn(String name) {
        if (!name.startsWith(DEVICE_URN)) {
            return false;
        }
        int id = name.indexOf(':', DEVICE_URN.length()) + 1;
        if (id == 0) {
            return false;
        }
        for (int i = id; i < name.length(); i++) {
            if (isSeparator(name.charAt(i)) || name.charAt(i) == '_') {
                return false;
            }
        }
        return true;
    }

    private static boolean isSeparator(char c) {
        return c == ':' || c == '/';
    }

    private static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
