package io.caravan.signin;

import io.caravan.settings.PrivateFile;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The secrets that the demo makes at its first start: files in its data folder that only their owner reads. The commands that
 * ask its API sign in by them. Stateless.
 */
public final class DemoSecrets {

    /** Where the demo keeps its data when nobody says. */
    public static final Path DATA = Path.of("data");

    /** The user that Caravan itself is at the demo's MQTT broker. */
    public static final String MQTT_USER = "caravan";

    private static final Map<String, String> FILES = Map.of(
            "caravan.auth.secret", "auth-secret",
            "caravan.auth.master-key", "master-key",
            "caravan.mqtt.password", "mqtt-password");

    private DemoSecrets() {}

    /** The file that holds the key of {@code POST /api/generate-token}. */
    public static Path masterKey(Path data) {
        return data.resolve(FILES.get("caravan.auth.master-key"));
    }

    /** The file that holds the password of {@link #MQTT_USER}. */
    public static Path mqttPassword(Path data) {
        return data.resolve(FILES.get("caravan.mqtt.password"));
    }

    /** Settings for what is not configured otherwise; makes what is not there yet. */
    public static Map<String, String> make(Settings settings, Path data) throws IOException {
        Map<String, String> secrets = new HashMap<>();
        for (Map.Entry<String, String> secret : FILES.entrySet()) {
            if (settings.text(secret.getKey(), null) == null) {
                secrets.put(secret.getKey(), PrivateFile.secret(data.resolve(secret.getValue())));
            }
        }
        secrets.put("caravan.mqtt.username", settings.text("caravan.mqtt.username", MQTT_USER));
        return secrets;
    }

    /** The settings, with the secret of a demo on this machine where none is configured. */
    public static Settings find(Settings settings, Path data) {
        Path file = data.resolve(FILES.get("caravan.auth.secret"));
        if (settings.text("caravan.auth.secret", null) != null || !Files.isReadable(file)) {
            return settings;
        }
        try {
            return settings.with(
                    Map.of("caravan.auth.secret", Files.readString(file).strip()));
        } catch (IOException e) {
            throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
