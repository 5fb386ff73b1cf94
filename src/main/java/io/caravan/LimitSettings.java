package io.caravan;

import io.caravan.limits.Limits;

/** What tenants may use of which nothing else is said, as {@code caravan.limits.*} says. Stateless. */
final class LimitSettings {

    private static final int MOST = 1_000_000_000;

    private LimitSettings() {}

    /** @throws UserError when a setting is not valid */
    static Limits defaults(Settings settings) {
        return new Limits(
                rate(settings, "caravan.limits.messages-per-second", 0),
                settings.number("caravan.devices.cap", 1, Integer.MAX_VALUE),
                rate(settings, "caravan.limits.api-calls-per-second", 1));
    }

    private static Integer rate(Settings settings, String key, int least) {
        return settings.text(key).equals("off") ? null : settings.number(key, least, MOST);
    }
}
