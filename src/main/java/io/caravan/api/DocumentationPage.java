package io.caravan.api;

import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * The page {@code /api/docs}, which shows the OpenAPI document and lets one try it: Swagger UI, from the class path and from
 * nowhere else. Bound to the registry, it installs itself. Stateless.
 */
public final class DocumentationPage extends LifecycleStrategySupport {

    /** The version of org.webjars:swagger-ui. */
    private static final String SWAGGER_UI = "META-INF/resources/webjars/swagger-ui/5.30.2";

    /** Swagger UI styles elements by attributes, and has its icons in the style sheet. */
    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final int port;

    /** @param port that of the API's server */
    public DocumentationPage(int port) {
        this.port = port;
    }

    @Override
    public void onContextStarted(CamelContext context) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        router.get("/api/docs").order(HttpOrder.PAGES).handler(DocumentationPage::toPage);
        router.get("/api/docs/*").order(HttpOrder.PAGES).handler(DocumentationPage::protect);
        router.get("/api/docs/swagger-ui/*").order(HttpOrder.PAGES).handler(files(SWAGGER_UI));
        router.get("/api/docs/*")
                .order(HttpOrder.PAGES)
                .handler(files("api-docs").setIndexPage("index.html"));
    }

    private static StaticHandler files(String folder) {
        return StaticHandler.create(folder).setCachingEnabled(false);
    }

    private static void toPage(RoutingContext request) {
        if (request.request().path().equals("/api/docs")) {
            request.redirect("docs/");
        } else {
            request.next();
        }
    }

    private static void protect(RoutingContext request) {
        request.response().putHeader("Content-Security-Policy", CONTENT_POLICY);
        request.next();
    }
}
