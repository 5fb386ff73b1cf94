package io.caravan.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Serves {@code /livez}, {@code /readyz} and {@code /health} at the management server, which every process has, whatever its
 * stages; the answers are those of the API. Bound to the registry, it installs itself when the context has started.
 */
public final class HealthPaths extends LifecycleStrategySupport {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Health health;
    private final int port;

    /** @param port that of the management server */
    public HealthPaths(Health health, int port) {
        this.health = health;
        this.port = port;
    }

    @Override
    public void onContextStarted(CamelContext context) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        router.get("/livez").handler(request -> answer(request, health.live()));
        router.get("/readyz").handler(request -> answer(request, health.report()));
        router.get("/health").handler(request -> answer(request, health.report()));
    }

    private static void answer(RoutingContext request, Report report) {
        try {
            request.response()
                    .setStatusCode(report.httpStatus())
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8")
                    .end(MAPPER.writeValueAsString(report));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
