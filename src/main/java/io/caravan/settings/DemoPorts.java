package io.caravan.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the servers of the demo listen, on 127.0.0.1.
 *
 * @param mqtt the MQTT broker, 1 to 65535, as the others
 * @param kafka Kafka
 * @param postgres PostgreSQL
 * @param http the API and the dashboard
 */
public record DemoPorts(int mqtt, int kafka, int postgres, int http) {

    private static final Path PROPERTIES = Path.of("application.properties");
    private static final DemoPorts USUAL = new DemoPorts(1883, 19092, 15432, 8080);

    /**
     * Those that the working directory's configuration and the environment give, as to the demo itself; else the usual ones.
     *
     * @throws UserError where one of them is no port
     */
    public static DemoPorts here(Map<String, String> environment) {
        if (!Files.exists(PROPERTIES)) {
            return USUAL;
        }
        Settings settings = Settings.load(PROPERTIES, environment);
        return new DemoPorts(
                port(settings, "caravan.embedded.mqtt.port", USUAL.mqtt),
                port(settings, "caravan.embedded.kafka.port", USUAL.kafka),
                port(settings, "caravan.embedded.postgres.port", USUAL.postgres),
                port(settings, "caravan.http.port", USUAL.http));
    }

    /** The MQTT broker's address. */
    public String mqttUrl() {
        return "tcp://127.0.0.1:" + mqtt;
    }

    /** Kafka's address. */
    public String kafkaBrokers() {
        return "127.0.0.1:" + kafka;
    }

    private static int port(Settings settings, String key, int usual) {
        return settings.text(key, null) == null ? usual : settings.port(key);
    }
}
