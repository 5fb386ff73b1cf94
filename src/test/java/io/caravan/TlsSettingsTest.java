package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.embedded.TestCertificate;
import io.caravan.kafka.KafkaAccess;
import io.caravan.settings.KafkaSecurity;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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

        assertThat(KafkaSecurity.access(fromFile).security())
                .isEqualTo(Map.of("security.protocol", "SASL_PLAINTEXT", "sasl.jaas.config", JAAS));
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
    void kafkaNamesTheKeyOfWhatCannotBeUsed() {
        refused(() -> kafka(Map.of("security.protocol", "TLS")), "caravan.kafka.security.protocol must be one of");
        refused(() -> kafka(Map.of("ssl.endpoint", "x")), "caravan.kafka.ssl.endpoint: Kafka's clients have no");
        refused(() -> kafka(Map.of("sasl.jaas.config", JAAS)), "caravan.kafka.security.protocol must be one of");
        refused(() -> kafka(Map.of("security.protocol", "SASL_SSL")), "caravan.kafka.sasl.jaas.config goes with");
        refused(
                () -> kafka(Map.of("security.protocol", "SSL", "ssl.truststore.location", "absent.pem")),
                "caravan.kafka.ssl.truststore.location: there is no file absent.pem");
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
