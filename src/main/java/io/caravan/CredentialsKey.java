package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.tenant.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

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
        if (settings.text(KEY, null) != null) {
            return Credentials.ofKeys(settings.secret(KEY, CredentialsKey::keys));
        }
        if (isUsed(settings)) {
            throw mistake();
        }
        return new Credentials(null);
    }

    /** Several are separated by spaces or lines: the first makes passwords, all can make them again. */
    private static List<byte[]> keys(String text) {
        return Arrays.stream(text.split("\\s+")).map(CredentialsKey::key).toList();
    }

    private static byte[] key(String text) {
        if (text.length() < SHORTEST) {
            throw mistake();
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static UserError mistake() {
        return new UserError(KEY + " must have " + SHORTEST
                + " characters or more, without spaces, as `openssl rand -base64 32` makes them ("
                + Settings.variableOf(KEY) + "_FILE names a file with it); " + DYNAMIC_SECURITY + "=true needs it");
    }
}
