package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.TlsFiles;
import io.caravan.settings.UserError;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SSLOptions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that the HTTP servers show ({@code caravan.http.tls.certificate}, {@code .key}), in TLS 1.2 or 1.3. When the
 * files change, new connections get the new one; one that cannot be used is told in the log, and the old one stays. Thread-safe.
 */
final class HttpCertificate {

    private static final Logger LOG = LoggerFactory.getLogger(HttpCertificate.class);
    private static final String PREFIX = "caravan.http";
    private static final String CERTIFICATE = PREFIX + ".tls.certificate";
    private static final String MANAGEMENT = "caravan.management.tls";
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

    private final Supplier<TlsFiles> files;
    private final Map<HttpServer, SSLOptions> servers = new ConcurrentHashMap<>();
    private TlsFiles read;
    private volatile KeyCertOptions shown;

    private HttpCertificate(Supplier<TlsFiles> files) {
        this.files = files;
        this.read = files.get();
        this.shown = KeyCertOptions.wrap(read.own());
    }

    /**
     * As the settings say.
     *
     * @return empty for servers without TLS
     * @throws UserError when a file cannot be used, one is missing, or the management server is to have TLS without them
     */
    static Optional<HttpCertificate> of(Settings settings) {
        boolean none = settings.text(CERTIFICATE, null) == null && settings.text(PREFIX + ".tls.key", null) == null;
        if (none && settings.flag(MANAGEMENT)) {
            throw new UserError(MANAGEMENT + " is true: give " + CERTIFICATE + " and " + PREFIX + ".tls.key");
        }
        return none ? Optional.empty() : Optional.of(new HttpCertificate(TlsFiles.followed(settings, PREFIX)));
    }

    /** http or https. */
    static String scheme(Settings settings) {
        return settings.text(CERTIFICATE, null) == null ? "http" : "https";
    }

    /** http or https, of the management server. */
    static String managementScheme(Settings settings) {
        return settings.flag(MANAGEMENT) ? "https" : "http";
    }

    void show(HttpServerOptions options) {
        options.setKeyCertOptions(shown).setEnabledSecureTransportProtocols(PROTOCOLS);
    }

    /** Gives a server what the files hold from now on. */
    void follow(HttpServer server, HttpServerOptions options) {
        servers.put(server, options.getSslOptions());
    }

    /** Reads the files again where they have changed. */
    synchronized void refresh() {
        TlsFiles now = files.get();
        if (now.equals(read)) {
            return;
        }
        read = now;
        shown = KeyCertOptions.wrap(now.own());
        servers.forEach(
                (server, options) -> server.updateSSLOptions(new SSLOptions(options).setKeyCertOptions(shown), true)
                        .onFailure(e -> LOG.warn("HTTP keeps its certificate", e)));
    }
}
