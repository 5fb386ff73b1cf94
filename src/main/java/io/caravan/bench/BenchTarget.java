package io.caravan.bench;

import io.caravan.embedded.PostgresPasswords;
import io.caravan.kafka.KafkaAccess;
import io.caravan.settings.DemoPorts;
import io.caravan.settings.KafkaSecurity;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.signin.OwnMqttLogin;
import io.caravan.signin.OwnToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The servers that a run loads and looks at.
 *
 * @param mqtt {@code tcp://host:port}
 * @param dbUrl JDBC URL
 * @param httpPort where the application listens, to find its process
 * @param token what its API is asked with, null where nobody has to sign in
 */
record BenchTarget(
        String mqtt, KafkaAccess kafka, String dbUrl, String dbUser, String dbPassword, int httpPort, String token) {

    private static final String SUBJECT = "caravan bench";
    private static final Path PROPERTIES = Path.of("application.properties");
    private static final Pattern HERE =
            Pattern.compile("jdbc:postgresql://(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d+)?/[^,]*");

    /**
     * The servers of a configuration.
     *
     * @param data the folder of a demo, whose secret is taken where none is configured
     * @throws UserError when the file cannot be read, or a key is missing or wrong
     */
    static BenchTarget ofConfiguration(Path file, Path data, Map<String, String> environment) {
        Settings settings = Settings.load(file, environment);
        return new BenchTarget(
                settings.text("caravan.mqtt.url"),
                KafkaSecurity.access(settings),
                settings.text("caravan.db.url"),
                settings.text("caravan.db.user"),
                settings.text("caravan.db.password", ""),
                settings.port("caravan.http.port"),
                OwnToken.of(settings, data, SUBJECT).orElse(null));
    }

    /** The servers of the demo with this folder, on the ports that the working directory's configuration or the environment gives it. */
    static BenchTarget ofDemo(Path data, Map<String, String> environment) {
        DemoPorts ports = DemoPorts.here(environment);
        String token = Files.exists(PROPERTIES)
                ? OwnToken.of(Settings.load(PROPERTIES, environment), data, SUBJECT)
                        .orElse(null)
                : null;
        String dbUrl = "jdbc:postgresql://127.0.0.1:" + ports.postgres() + "/caravan";
        return new BenchTarget(
                OwnMqttLogin.in(ports.mqttUrl(), data),
                KafkaAccess.open(ports.kafkaBrokers()),
                dbUrl,
                "caravan",
                demoPassword(dbUrl, data),
                ports.http(),
                token);
    }

    /**
     * What the demo with this folder asks {@code caravan} for at a database on this machine; blank where it does not tell.
     *
     * @throws UserError when the file with the password cannot be read
     */
    static String demoPassword(String dbUrl, Path data) {
        Path file = PostgresPasswords.file(data);
        if (!HERE.matcher(dbUrl).matches() || !Files.exists(file)) {
            return "";
        }
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
