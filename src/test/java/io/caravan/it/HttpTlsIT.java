package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.embedded.EmbeddedServers;
import io.caravan.embedded.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The API and the management port with TLS. */
@ExtendWith(RealServers.class)
class HttpTlsIT {

    @TempDir
    Path folder;

    private final int http = FreePort.next();
    private final int management = FreePort.next();

    @Test
    void bothServersSpeakTlsOnlyAndShowANewCertificateWhenTheFilesChange(EmbeddedServers servers) throws Exception {
        TestCertificate shown = TestCertificate.make(folder, "shown");
        HttpClient client = trusting(shown);
        try (RunningCaravan caravan = RunningCaravan.started(settings(servers, shown, true))) {
            await().until(() -> status(client, "https", http, "/readyz") == 200);
            assertThat(status(client, "https", http, "/api/devices")).isEqualTo(200);
            assertThat(status(client, "https", management, "/readyz")).isEqualTo(200);
            assertThat(status(client, "https", management, "/metrics")).isEqualTo(200);
            for (int port : new int[] {http, management}) {
                assertThatThrownBy(() -> status(client, "http", port, "/readyz"))
                        .isInstanceOf(IOException.class);
                assertThatThrownBy(() -> status(HttpClient.newHttpClient(), "https", port, "/readyz"))
                        .isInstanceOf(SSLException.class);
                assertThat(protocol(shown, port, "TLSv1.2")).isEqualTo("TLSv1.2");
                assertThat(protocol(shown, port, "TLSv1.2", "TLSv1.3")).isEqualTo("TLSv1.3");
            }

            TestCertificate next = TestCertificate.make(folder, "next");
            Files.copy(next.certificate(), shown.certificate(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(next.key(), shown.key(), StandardCopyOption.REPLACE_EXISTING);

            for (int port : new int[] {http, management}) {
                await().ignoreExceptionsInstanceOf(SSLException.class)
                        .until(() -> status(trusting(next), "https", port, "/readyz") == 200);
            }
        }
    }

    @Test
    void theManagementPortIsPlainUnlessItIsAskedToBeOtherwise(EmbeddedServers servers) throws Exception {
        TestCertificate shown = TestCertificate.make(folder, "shown");
        HttpClient client = trusting(shown);
        try (RunningCaravan caravan = RunningCaravan.started(settings(servers, shown, false))) {
            await().until(() -> status(client, "https", http, "/readyz") == 200);
            assertThat(status(client, "http", management, "/readyz")).isEqualTo(200);
        }
    }

    private Map<String, String> settings(EmbeddedServers servers, TestCertificate shown, boolean both) {
        Map<String, String> settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        settings.put("caravan.stages", "api");
        settings.put("caravan.http.port", Integer.toString(http));
        settings.put("caravan.management.port", Integer.toString(management));
        settings.put("caravan.http.tls.certificate", shown.certificate().toString());
        settings.put("caravan.http.tls.key", shown.key().toString());
        settings.put("caravan.management.tls", Boolean.toString(both));
        return settings;
    }

    /** A new one has connections of its own. */
    private static HttpClient trusting(TestCertificate certificate) throws Exception {
        return HttpClient.newBuilder().sslContext(certificate.trusting()).build();
    }

    private static int status(HttpClient client, String scheme, int port, String path) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private static String protocol(TestCertificate certificate, int port, String... offered) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) certificate.trusting().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setEnabledProtocols(offered);
            socket.startHandshake();
            return socket.getSession().getProtocol();
        }
    }
}
