package io.caravan.settings;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an MQTT broker is: {@code tcp://host:port}, or {@code ssl:}, {@code mqtt:}, {@code mqtts:}. The host may be a name
 * that is none by the book, such as {@code mqtt_broker} in a composition of containers; java.net.URI finds no host there.
 *
 * @param host a name or an address, without the brackets of an IPv6 address
 * @param port the one that was given, else 1883, or 8883 with TLS
 * @param tls whether the connection is encrypted
 * @param userInfo {@code user:password}, or null where there is none
 */
public record MqttAddress(String host, int port, boolean tls, String userInfo) {

    private static final Pattern FORM = Pattern.compile(
            "(tcp|mqtt|ssl|mqtts)://(?:([^\\s/@]*)@)?(\\[[0-9a-fA-F:.]+]|[^\\s/?#:@]+)(?::(\\d{1,5}))?/?");

    /** @throws IllegalArgumentException when it is no such address */
    public static MqttAddress of(String url) {
        Matcher parts = FORM.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no address of an MQTT broker");
        }
        boolean tls = parts.group(1).equals("ssl") || parts.group(1).equals("mqtts");
        int port = parts.group(4) != null ? Integer.parseInt(parts.group(4)) : tls ? 8883 : 1883;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("no port");
        }
        return new MqttAddress(parts.group(3).replaceAll("[\\[\\]]", ""), port, tls, parts.group(2));
    }
}
