package io.caravan.console;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Serves Hawtio's pages at {@code /hawtio} of one server; they ask {@link Jolokia} at {@code /jolokia} beside them. Bound to
 * the registry, it installs itself when the context has started.
 */
public final class Hawtio extends LifecycleStrategySupport {

    /** Hawtio's view of sources would fetch its editor from a public server, and run what it gets. */
    private static final String CONTENT_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";

    private final int port;

    /** @param port that of the management server */
    public Hawtio(int port) {
        this.port = port;
    }

    @Override
    public void onContextStarted(CamelContext context) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        router.route("/hawtio/*").handler(Hawtio::protect);
        // Nobody signs in here, and there are no plugins but those of the pages: Hawtio asks, and takes these for an
        // answer.
        router.get("/hawtio/user").handler(request -> json(request, "\"public\""));
        router.get("/hawtio/plugin").handler(request -> json(request, "[]"));
        router.get("/hawtio/auth/config/*").handler(request -> json(request, "{}"));
        router.get("/hawtio").handler(Hawtio::toPages);
        router.get("/hawtio/*")
                .handler(StaticHandler.create("hawtio").setMaxAgeSeconds(0).setIndexPage("index.html"));
        router.get("/hawtio/*").handler(Hawtio::toView);
    }

    private static void toPages(RoutingContext request) {
        if (request.request().path().equals("/hawtio")) {
            request.redirect("/hawtio/");
        } else {
            request.next();
        }
    }

    /** The addresses of views are known to the pages only; a file that is not there must not look as if it were. */
    private static void toView(RoutingContext request) {
        String accepts = request.request().getHeader(HttpHeaders.ACCEPT);
        if (accepts != null && accepts.contains("text/html")) {
            request.reroute("/hawtio/index.html");
        } else {
            request.next();
        }
    }

    private static void protect(RoutingContext request) {
        request.response()
                .putHeader("Content-Security-Policy", CONTENT_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff");
        request.next();
    }

    private static void json(RoutingContext request, String body) {
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(body);
    }
}
