package io.caravan.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.embedded.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsFilesTest {

    private static final String PREFIX = "caravan.mqtt";

    @TempDir
    Path folder;

    private TestCertificate certificate;

    @BeforeEach
    void make() throws Exception {
        certificate = TestCertificate.make(folder, "own");
    }

    /** As a secret store hands it out that keeps no ends of lines. */
    @Test
    void aKeyMayStandOnOneLine() throws Exception {
        String key = Files.readString(certificate.key());
        Files.writeString(certificate.key(), key.replaceAll("\\R", ""));

        assertThat(of(certificate).own()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----",
                "-----END PRIVATE KEY----------BEGIN PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----A-----END PRIVATE KEY-----",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----AAAA-----END ENCRYPTED PRIVATE KEY-----"
            })
    void ofAKeyThatCannotBeUsedTheErrorNamesTheSetting(String text) throws Exception {
        Files.writeString(certificate.key(), text);

        assertThatThrownBy(() -> of(certificate))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(PREFIX + ".tls.key");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        TestCertificate other = TestCertificate.make(folder, "other");

        assertThatThrownBy(() -> of(new TestCertificate(certificate.certificate(), other.key())))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the key is not that of the first certificate");
    }

    private static TlsFiles of(TestCertificate shown) {
        return TlsFiles.of(
                Settings.load(Path.of("application.properties"), Map.of())
                        .with(Map.of(
                                PREFIX + ".tls.certificate",
                                shown.certificate().toString(),
                                PREFIX + ".tls.key",
                                shown.key().toString())),
                PREFIX);
    }
}
