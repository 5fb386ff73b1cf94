package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.tenant.Credentials;
import java.nio.charset.StandardCharsets;

/** What makes the passwords of MQTT users, as {@code caravan.mqtt.*} says. Stateless. */
final class CredentialsKey {

    private static final String KEY = "caravan.mqtt.credentials-key";
    private static final String DYNAMIC_SECURITY = "caravan.mqtt.dynamic-security";
    private static final int SHORTEST = 32;

    private CredentialsKey() {}

    /** Whether Caravan keeps the users of the broker. */
    static boolean isUsed(Settings settings) {
        return settings.flag(DYNAMIC_SECURITY);
    }

    /** @throws UserError when the key is too short, or missing where a broker has to be told passwords */
    static Credentials of(Settings settings) {
        String key = settings.text(KEY, null);
        if (key == null && !isUsed(settings)) {
            return new Credentials(null);
        }
        if (key == null || key.length() < SHORTEST) {
            throw new UserError(KEY + " must have " + SHORTEST
                    + " characters or more, as `openssl rand -base64 32` makes them (" + Settings.variableOf(KEY)
                    + "_FILE names a file with it); " + DYNAMIC_SECURITY + "=true needs it");
        }
        return new Credentials(key.getBytes(StandardCharsets.UTF_8));
    }
}
