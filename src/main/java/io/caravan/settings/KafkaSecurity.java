package io.caravan.settings;

import io.caravan.kafka.KafkaAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * TLS and SASL of all clients of Kafka: {@code caravan.kafka.} before Kafka's own names, of
 * <a href="https://kafka.apache.org/documentation/#adminclientconfigs">security.protocol, sasl.* and ssl.*</a>.
 */
public final class KafkaSecurity {

    private static final String PREFIX = "caravan.kafka.";
    private static final String PROTOCOL = "security.protocol";
    private static final String JAAS = "sasl.jaas.config";
    private static final Set<String> FILES = Set.of("ssl.truststore.location", "ssl.keystore.location");

    private KafkaSecurity() {}

    /** @throws UserError naming the key of a value that cannot be used */
    public static KafkaAccess access(Settings settings) {
        Map<String, String> security = new TreeMap<>();
        settings.asMap().keySet().stream()
                .filter(key -> key.matches("caravan\\.kafka\\.(security|sasl|ssl)\\..+"))
                .filter(key -> settings.text(key, null) != null)
                .forEach(key -> security.put(key.substring(PREFIX.length()), settings.text(key)));
        if (!security.isEmpty()) {
            require(security);
        }
        return new KafkaAccess(settings.text("caravan.kafka.brokers"), security);
    }

    private static void require(Map<String, String> security) {
        for (Map.Entry<String, String> one : security.entrySet()) {
            if (!AdminClientConfig.configNames().contains(one.getKey())) {
                throw new UserError(PREFIX + one.getKey() + ": Kafka's clients have no setting " + one.getKey());
            }
            if (FILES.contains(one.getKey()) && !Files.isReadable(Path.of(one.getValue()))) {
                throw new UserError(PREFIX + one.getKey() + ": there is no file " + one.getValue() + " to be read");
            }
        }
        String protocol = security.getOrDefault(PROTOCOL, "");
        if (!SecurityProtocol.names().contains(protocol)) {
            throw new UserError(PREFIX + PROTOCOL + " must be one of " + SecurityProtocol.names() + ", not '" + protocol
                    + "': without it the other settings of TLS and SASL would not count");
        }
        if (protocol.startsWith("SASL_") != security.containsKey(JAAS)) {
            throw new UserError(PREFIX + JAAS + " goes with a " + PREFIX + PROTOCOL + " of SASL_SSL or SASL_PLAINTEXT");
        }
        try {
            new AdminClientConfig(KafkaAccess.open("127.0.0.1:9092").with(security));
        } catch (ConfigException e) {
            throw new UserError(PREFIX + "...: " + e.getMessage(), e);
        }
    }
}
