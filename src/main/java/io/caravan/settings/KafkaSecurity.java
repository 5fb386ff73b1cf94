package io.caravan.settings;

import io.caravan.kafka.KafkaAccess;
import io.caravan.kafka.LoginByFile;
import io.caravan.kafka.LoginByFile.Login;
import io.caravan.kafka.TlsByFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/**
 * TLS and SASL of all clients of Kafka: {@code caravan.kafka.} before Kafka's own names, of
 * <a href="https://kafka.apache.org/documentation/#adminclientconfigs">security.protocol, sasl.* and ssl.*</a>. What stands in
 * files counts as it is when a client connects.
 */
public final class KafkaSecurity {

    private static final String PREFIX = "caravan.kafka.";
    private static final String PROTOCOL = "security.protocol";
    private static final String JAAS = "sasl.jaas.config";
    private static final String LOGIN_CLASS = "sasl.client.callback.handler.class";
    private static final String TLS_CLASS = "ssl.engine.factory.class";
    private static final Set<String> FILES = Set.of("ssl.truststore.location", "ssl.keystore.location");
    private static final Set<String> WITH_PASSWORD =
            Set.of(PlainLoginModule.class.getName(), ScramLoginModule.class.getName());

    private final Settings settings;
    private final Map<String, String> security = new TreeMap<>();

    private KafkaSecurity(Settings settings) {
        this.settings = settings;
        settings.asMap().keySet().stream()
                .filter(key -> key.matches("caravan\\.kafka\\.(security|sasl|ssl)\\..+"))
                .filter(key -> settings.text(key, null) != null)
                .forEach(key -> security.put(key.substring(PREFIX.length()), settings.text(key)));
    }

    /** @throws UserError naming the key of a value that cannot be used */
    public static KafkaAccess access(Settings settings) {
        KafkaSecurity kafka = new KafkaSecurity(settings);
        if (!kafka.security.isEmpty()) {
            kafka.require();
        }
        return new KafkaAccess(settings.text("caravan.kafka.brokers"), kafka.followed());
    }

    private void require() {
        for (Map.Entry<String, String> one : security.entrySet()) {
            if (!AdminClientConfig.configNames().contains(one.getKey())) {
                throw new UserError(PREFIX + one.getKey() + ": Kafka's clients have no setting " + one.getKey());
            }
            if (FILES.contains(one.getKey()) && !Files.isReadable(Path.of(one.getValue()))) {
                throw new UserError(PREFIX + one.getKey() + ": there is no file " + one.getValue() + " to be read");
            }
        }
        String protocol = protocol();
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

    private String protocol() {
        return security.getOrDefault(PROTOCOL, "");
    }

    /** With what reads the files in place of Kafka, where the user has not put something else there. */
    private Map<String, Object> followed() {
        Map<String, Object> followed = new HashMap<>(security);
        if (settings.file(PREFIX + JAAS).isPresent()
                && !security.containsKey(LOGIN_CLASS)
                && WITH_PASSWORD.contains(entry(security.get(JAAS)).getLoginModuleName())) {
            followed.put(LOGIN_CLASS, LoginByFile.class);
            followed.put(LoginByFile.LOGIN, settings.secret(PREFIX + JAAS, this::login));
        }
        Map<String, Path> files = tlsFiles();
        if (protocol().endsWith("SSL") && !files.isEmpty() && !security.containsKey(TLS_CLASS)) {
            String keys = String.join(", ", files.keySet());
            Supplier<SslEngineFactory> factory = new Followed<>(keys, files.values(), () -> tls(keys));
            followed.put(TLS_CLASS, TlsByFile.class);
            followed.put(TlsByFile.FACTORY, factory);
        }
        return followed;
    }

    /** Where stands what TLS needs, by key. */
    private Map<String, Path> tlsFiles() {
        Map<String, Path> files = new TreeMap<>();
        tlsKeys().forEach(key -> settings.file(PREFIX + key).ifPresent(file -> files.put(PREFIX + key, file)));
        tlsKeys().filter(FILES::contains).forEach(key -> files.put(PREFIX + key, Path.of(security.get(key))));
        return files;
    }

    private Stream<String> tlsKeys() {
        return security.keySet().stream().filter(key -> key.startsWith("ssl."));
    }

    private Login login(String line) {
        Map<String, ?> options = entry(line).getOptions();
        if (options.get("username") instanceof String username && options.get("password") instanceof String password) {
            return new Login(username, password);
        }
        throw noLogin();
    }

    private AppConfigurationEntry entry(String line) {
        try {
            return JaasContext.loadClientContext(Map.of(JAAS, new Password(line)))
                    .configurationEntries()
                    .get(0);
        } catch (KafkaException | IllegalArgumentException e) {
            throw noLogin(); // and not why: that may quote a part of the password
        }
    }

    private UserError noLogin() {
        return new UserError(PREFIX + JAAS
                + settings.file(PREFIX + JAAS).map(file -> ": the file " + file).orElse("")
                + " must be one line such as org.apache.kafka.common.security.scram.ScramLoginModule required"
                + " username=\"...\" password=\"...\";");
    }

    private SslEngineFactory tls(String keys) {
        Map<String, String> now = new HashMap<>(security);
        tlsKeys().forEach(key -> now.put(key, settings.current(PREFIX + key)));
        try {
            DefaultSslEngineFactory factory = new DefaultSslEngineFactory();
            factory.configure(
                    new AdminClientConfig(KafkaAccess.open("127.0.0.1:9092").with(now)).values());
            return factory;
        } catch (KafkaException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            String why = cause == e ? "" : " (" + cause.getMessage() + ")";
            throw new UserError(keys + ": " + e.getMessage() + why, e);
        }
    }
}
