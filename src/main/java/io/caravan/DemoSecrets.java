package io.caravan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The secrets that the demo makes at its first start: files in its data folder that only their owner reads. The commands that
 * ask its API sign in by them. Stateless.
 */
final class DemoSecrets {

    /** Where the demo keeps its data when nobody says. */
    static final Path DATA = Path.of("data");

    /** The user that Caravan itself is at the demo's MQTT broker. */
    static final String MQTT_USER = "caravan";

    private static final Map<String, String> FILES = Map.of(
            "caravan.auth.secret", "auth-secret",
            "caravan.auth.master-key", "master-key",
            "caravan.mqtt.password", "mqtt-password");
    private static final int BYTES = 32;

    private DemoSecrets() {}

    /** The file that holds the key of {@code POST /api/generate-token}. */
    static Path masterKey(Path data) {
        return data.resolve(FILES.get("caravan.auth.master-key"));
    }

    /** The file that holds the password of {@link #MQTT_USER}. */
    static Path mqttPassword(Path data) {
        return data.resolve(FILES.get("caravan.mqtt.password"));
    }

    /** Settings for what is not configured otherwise; makes what is not there yet. */
    static Map<String, String> make(Settings settings, Path data) throws IOException {
        Map<String, String> secrets = new HashMap<>();
        for (Map.Entry<String, String> secret : FILES.entrySet()) {
            if (settings.text(secret.getKey(), null) == null) {
                Path file = data.resolve(secret.getValue());
                if (!Files.exists(file)) {
                    byte[] made = new byte[BYTES];
                    new SecureRandom().nextBytes(made);
                    write(file, Base64.getUrlEncoder().withoutPadding().encodeToString(made));
                }
                secrets.put(secret.getKey(), Files.readString(file).strip());
            }
        }
        secrets.put("caravan.mqtt.username", settings.text("caravan.mqtt.username", MQTT_USER));
        return secrets;
    }

    /** The settings, with the secret of a demo on this machine where none is configured. */
    static Settings find(Settings settings, Path data) {
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

    /** Puts a secret into a file that only its owner reads, in the place of what it held. */
    static void write(Path file, String secret) throws IOException {
        Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");
        FileAttribute<?>[] attributes =
                file.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(owner)}
                        : new FileAttribute<?>[0];
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file);
        Files.createFile(file, attributes);
        Files.writeString(file, secret + "\n");
    }
}
