package io.caravan.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Answers what no route takes: 404 for a path that is not there, 405 for a method that the path does not have, 406 where the
 * client accepts none of its media types, 400 for a request that HTTP does not allow. While routes are being started or
 * stopped, a path that none takes may be one that is there before or after: 503, for who hears 404 does not send again. Bound
 * to the registry, it installs itself behind all routes of every HTTP server when the context has started. Stateless.
 */
public final class UnknownPaths extends LifecycleStrategySupport {

    private static final String RETRY_AFTER_SECONDS = "5";

    @Override
    public void onContextStarted(CamelContext context) {
        for (VertxPlatformHttpRouter router : context.getRegistry().findByType(VertxPlatformHttpRouter.class)) {
            router.route()
                    .order(Integer.MAX_VALUE)
                    .handler(request -> answer(request, router, context))
                    .failureHandler(UnknownPaths::fail);
        }
    }

    private static void answer(RoutingContext request, VertxPlatformHttpRouter router, CamelContext context) {
        if (!areRoutesThere(context)) {
            request.response().putHeader("Retry-After", RETRY_AFTER_SECONDS);
            ProblemDetails.end(request, ApiProblem.unavailable("Caravan is starting, or ends"));
            return;
        }
        Set<String> allowed = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null && matches(route.getPath(), request.normalizedPath())) {
                Set<HttpMethod> methods = route.methods();
                (methods == null ? Set.<HttpMethod>of() : methods).forEach(method -> allowed.add(method.name()));
            }
        }
        if (allowed.isEmpty()) {
            ProblemDetails.end(request, ApiProblem.notFound("There is nothing at this path"));
        } else if (allowed.contains(request.request().method().name())) {
            ProblemDetails.end(request, ApiProblem.of(406, "This path has no media type that the request accepts"));
        } else {
            String methods = String.join(", ", allowed);
            request.response().putHeader("Allow", methods);
            ProblemDetails.end(request, ApiProblem.of(405, "This path allows " + methods));
        }
    }

    /** All of them that can be started: one that waits for its server counts. */
    private static boolean areRoutesThere(CamelContext context) {
        return context.isStarted() && !context.getRouteController().isStartingRoutes();
    }

    private static boolean matches(String template, String path) {
        String[] wanted = template.split("/");
        String[] given = path.split("/");
        boolean matches = wanted.length == given.length;
        for (int i = 0; matches && i < wanted.length; i++) {
            matches = wanted[i].startsWith(":") || wanted[i].equals(given[i]);
        }
        return matches;
    }

    private static void fail(RoutingContext request) {
        boolean mistaken = request.failure() instanceof IllegalArgumentException
                || request.statusCode() >= 400 && request.statusCode() < 500;
        ProblemDetails.end(
                request, mistaken ? ApiProblem.of(400, "The request is not well formed") : ApiProblem.internal());
    }
}
