package io.caravan;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;

/**
 * Has the HTTP servers that Camel makes compress their answers (gzip, deflate) for clients that accept it, and close connections
 * on which nothing happens; Camel has no settings for either. Bound to the registry, Camel takes it for its Vert.x. Thread-safe.
 */
final class HttpVertx extends VertxWrapper {

    private static final int IDLE_SECONDS = 120;

    private HttpVertx(VertxInternal delegate) {
        super(delegate);
    }

    static HttpVertx create() {
        return new HttpVertx((VertxInternal) Vertx.vertx());
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        return super.createHttpServer(options.setCompressionSupported(true).setIdleTimeout(IDLE_SECONDS));
    }
}
