package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.caravan.embedded.TestCertificate;
import io.caravan.kafka.KafkaAccess;
import io.caravan.kafka.LoginByFile;
import io.caravan.kafka.TlsByFile;
import io.caravan.settings.KafkaSecurity;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.security.authenticator.SaslClientCallbackHandler;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of settings of TLS and SASL that cannot be used, before anything starts. */
class TlsSettingsTest {

    private static final String CERTIFICATE = "caravan.http.tls.certificate";
    private static final String KEY = "caravan.http.tls.key";
    private static final String JAAS = "org.apache.kafka.common.security.scram.ScramLoginModule required"
            + " username=\"caravan\" password=\"not to be told\";";

    @TempDir
    Path folder;

    private final Settings settings = Settings.load(Path.of("application.properties"), Map.of());

    @Test
    void httpNamesTheKeyOfWhatIsMissing() throws Exception {
        String there = TestCertificate.make(folder, "there").certificate().toString();
        String absent = folder.resolve("absent.pem").toString();

        assertThat(HttpCertificate.of(settings)).isEmpty();
        refused(() -> http(Map.of(CERTIFICATE, there)), CERTIFICATE + " and " + KEY + " go together");
        refused(() -> http(Map.of(KEY, there)), CERTIFICATE + " and " + KEY + " go together");
        refused(() -> http(Map.of(CERTIFICATE, absent, KEY, there)), CERTIFICATE + ": there is no file " + absent);
        refused(() -> http(Map.of(CERTIFICATE, there, KEY, absent)), KEY + ": there is no file " + absent);
        refused(() -> http(Map.of("caravan.management.tls", "true")), "caravan.management.tls is true: give");
    }

    @Test
    void httpTakesNoFileThatIsNotWhatItShouldBe() throws Exception {
        TestCertificate one = TestCertificate.make(folder, "one");
        TestCertificate other = TestCertificate.make(folder, "other");
        String text =
                Files.writeString(folder.resolve("text"), "no certificate").toString();

        http(Map.of(CERTIFICATE, one.certificate().toString(), KEY, one.key().toString()));
        refused(() -> http(Map.of(CERTIFICATE, text, KEY, one.key().toString())), CERTIFICATE + ": ");
        refused(() -> http(Map.of(CERTIFICATE, one.certificate().toString(), KEY, text)), KEY + ": ");
        refused(
                () -> http(Map.of(
                        CERTIFICATE,
                        one.certificate().toString(),
                        KEY,
                        other.key().toString())),
                "the key is not that of the first certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void httpTakesKeysOfTheseAlgorithms(String algorithm) throws Exception {
        TestCertificate one = TestCertificate.make(folder, "one", algorithm);

        http(Map.of(CERTIFICATE, one.certificate().toString(), KEY, one.key().toString()));
    }

    @Test
    void kafkaTakesItsSecretFromAFile() throws Exception {
        Path file = Files.writeString(folder.resolve("jaas"), JAAS + "\n");
        Settings fromFile = Settings.load(
                Path.of("application.properties"),
                Map.of(
                        "CARAVAN_KAFKA_SECURITY_PROTOCOL",
                        "SASL_PLAINTEXT",
                        "CARAVAN_KAFKA_SASL_JAAS_CONFIG_FILE",
                        file.toString()));

        Map<String, Object> security = KafkaSecurity.access(fromFile).security();

        assertThat(security)
                .containsEntry("security.protocol", "SASL_PLAINTEXT")
                .containsEntry("sasl.jaas.config", JAAS);
        Supplier<?> login = (Supplier<?>) security.get(LoginByFile.LOGIN);
        assertThat(login.get()).isEqualTo(new LoginByFile.Login("caravan", "not to be told"));
        Files.writeString(file, JAAS.replace("not to be told", "another"));
        await().until(() -> login.get().equals(new LoginByFile.Login("caravan", "another")));
    }

    @Test
    void kafkaNamesTheFileThatHasNoLoginAndTellsNothingOfIt() throws Exception {
        Path file = folder.resolve("jaas");
        Map<String, String> environment = Map.of(
                "CARAVAN_KAFKA_SECURITY_PROTOCOL",
                "SASL_PLAINTEXT",
                "CARAVAN_KAFKA_SASL_JAAS_CONFIG_FILE",
                file.toString());
        for (String line : new String[] {
            JAAS.replace("\"", ""), JAAS.replace("username", "user"), JAAS.replace("required", ""), "not to be told"
        }) {
            Files.writeString(file, line);
            Settings fromFile = Settings.load(Path.of("application.properties"), environment);

            refused(() -> KafkaSecurity.access(fromFile), "caravan.kafka.sasl.jaas.config: the file " + file);
        }
    }

    @Test
    void kafkaLeavesToOthersWhatTheyDo() throws Exception {
        Path file = Files.writeString(folder.resolve("jaas"), JAAS);
        Map<String, String> environment = Map.of(
                "CARAVAN_KAFKA_SECURITY_PROTOCOL",
                "SASL_PLAINTEXT",
                "CARAVAN_KAFKA_SASL_JAAS_CONFIG_FILE",
                file.toString());
        Settings own = Settings.load(Path.of("application.properties"), environment)
                .with(Map.of(
                        "caravan.kafka.sasl.client.callback.handler.class", SaslClientCallbackHandler.class.getName()));
        assertThat(KafkaSecurity.access(own).security())
                .containsEntry("sasl.client.callback.handler.class", SaslClientCallbackHandler.class.getName())
                .doesNotContainKey(LoginByFile.LOGIN);

        Files.writeString(file, "org.example.Module required;");
        Settings module = Settings.load(Path.of("application.properties"), environment);
        assertThat(KafkaSecurity.access(module).security())
                .doesNotContainKeys("sasl.client.callback.handler.class", LoginByFile.LOGIN);
    }

    @Test
    void kafkaShowsWhatIsInTheFilesNow() throws Exception {
        TestCertificate one = TestCertificate.make(folder, "one");
        TestCertificate other = TestCertificate.make(folder, "other");
        Path shown = Files.writeString(folder.resolve("shown.pem"), both(one));
        TlsByFile tls = new TlsByFile();
        tls.configure(kafka(Map.of(
                        "security.protocol",
                        "SSL",
                        "ssl.keystore.type",
                        "PEM",
                        "ssl.keystore.location",
                        shown.toString(),
                        "ssl.truststore.type",
                        "PEM",
                        "ssl.truststore.location",
                        one.certificate().toString()))
                .security());
        assertThat(names(tls.keystore())).containsExactly("CN=one");
        assertThat(names(tls.truststore())).containsExactly("CN=one");

        Files.writeString(shown, "half of a certific");
        Files.copy(other.certificate(), one.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(shown, both(other));

        await().untilAsserted(() -> assertThat(names(tls.keystore())).containsExactly("CN=other"));
        assertThat(names(tls.truststore())).containsExactly("CN=other");
    }

    private static String both(TestCertificate own) throws IOException {
        return Files.readString(own.key()) + Files.readString(own.certificate());
    }

    private static List<String> names(KeyStore store) throws GeneralSecurityException {
        List<String> names = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            names.add(((X509Certificate) store.getCertificate(alias))
                    .getSubjectX500Principal()
                    .getName());
        }
        return names;
    }

    @Test
    void kafkaTakesItsOwnNamesAndTellsNoSecret() {
        KafkaAccess access = kafka(
                Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-256", "sasl.jaas.config", JAAS));

        assertThat(KafkaSecurity.access(settings).security()).isEmpty();
        assertThat(access.with(Map.of("client.id", "c")))
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.jaas.config", JAAS)
                .containsEntry("client.id", "c")
                .containsKey("bootstrap.servers");
        assertThat(access.toString()).doesNotContain("not to be told");
    }

    @Test
    void kafkaNamesTheKeyOfWhatCannotBeUsed() throws Exception {
        refused(() -> kafka(Map.of("security.protocol", "TLS")), "caravan.kafka.security.protocol must be one of");
        refused(() -> kafka(Map.of("ssl.endpoint", "x")), "caravan.kafka.ssl.endpoint: Kafka's clients have no");
        refused(() -> kafka(Map.of("sasl.jaas.config", JAAS)), "caravan.kafka.security.protocol must be one of");
        refused(() -> kafka(Map.of("security.protocol", "SASL_SSL")), "caravan.kafka.sasl.jaas.config goes with");
        refused(
                () -> kafka(Map.of("security.protocol", "SSL", "ssl.truststore.location", "absent.pem")),
                "caravan.kafka.ssl.truststore.location: there is no file absent.pem");
        String text =
                Files.writeString(folder.resolve("text"), "no certificate").toString();
        refused(
                () -> kafka(Map.of(
                        "security.protocol", "SSL", "ssl.truststore.type", "PEM", "ssl.truststore.location", text)),
                "caravan.kafka.ssl.truststore.location: Failed to load PEM SSL keystore " + text);
        refused(
                () -> kafka(Map.of("security.protocol", "SSL", "sasl.login.retry.backoff.ms", "soon")),
                "sasl.login.retry.backoff.ms");
    }

    private void http(Map<String, String> overrides) {
        HttpCertificate.of(settings.with(overrides));
    }

    private KafkaAccess kafka(Map<String, String> security) {
        Settings overlaid = settings;
        for (Map.Entry<String, String> one : security.entrySet()) {
            overlaid = overlaid.with(Map.of("caravan.kafka." + one.getKey(), one.getValue()));
        }
        return KafkaSecurity.access(overlaid);
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("not to be told");
    }
}
