package io.caravan;

import io.caravan.limits.Limits;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;

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

    /**
     * Whether messages beyond a limit wait, or are dead letters that somebody has to replay.
     *
     * @throws UserError when the setting is neither
     */
    static boolean isWaiting(Settings settings) {
        String key = "caravan.limits.over-quota";
        String value = settings.text(key);
        if (!value.equals("wait") && !value.equals("dead-letter")) {
            throw new UserError(key + " must be dead-letter or wait, not '" + value + "'");
        }
        return value.equals("wait");
    }

    private static Integer rate(Settings settings, String key, int least) {
        return settings.text(key).equals("off") ? null : settings.number(key, least, MOST);
    }
}
