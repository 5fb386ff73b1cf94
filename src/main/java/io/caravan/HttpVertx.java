package io.caravan;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Has the HTTP servers that Camel makes compress their answers (gzip, deflate) for clients that accept it, close connections on
 * which nothing happens, speak HTTP/1.1 only, and show a certificate that changes with its files; Camel has no settings for any of it. Until the
 * context has started they close connections at once: they listen before, and would answer 404. Bound to the registry, Camel takes it for its Vert.x. Thread-safe.
 */
final class HttpVertx extends VertxWrapper {

    private static final int IDLE_SECONDS = 120;
    private static final long CHANGE_MILLIS = 2_000;

    private final HttpCertificate certificate;
    private volatile boolean open;

    private HttpVertx(VertxInternal delegate, HttpCertificate certificate) {
        super(delegate);
        this.certificate = certificate;
    }

    /** @param certificate what servers with TLS show, null where there is none */
    static HttpVertx create(HttpCertificate certificate) {
        HttpVertx vertx = new HttpVertx((VertxInternal) Vertx.vertx(), certificate);
        if (certificate != null) {
            vertx.setPeriodic(
                    CHANGE_MILLIS,
                    timer -> vertx.executeBlocking(() -> {
                        certificate.refresh();
                        return null;
                    }));
        }
        return vertx;
    }

    /** Has the servers answer, once all handlers stand that are not routes; to be bound to the registry behind theirs. */
    LifecycleStrategy opening() {
        return new LifecycleStrategySupport() {
            @Override
            public void onContextStarted(CamelContext context) {
                open = true;
            }
        };
    }

    private HttpServer closedAtFirst(HttpServer server) {
        return server.connectionHandler(connection -> {
            if (!open) {
                connection.close();
            }
        });
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        // whoever is cut off is cut off with the connection, which requests of HTTP/2 would share
        options.setCompressionSupported(true).setIdleTimeout(IDLE_SECONDS).setHttp2ClearTextEnabled(false);
        if (!options.isSsl()) {
            return closedAtFirst(super.createHttpServer(options));
        }
        certificate.show(options);
        HttpServer server = closedAtFirst(super.createHttpServer(options));
        certificate.follow(server, options);
        return server;
    }
}
