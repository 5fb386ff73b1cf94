package io.caravan.api;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses a condition (RFC 9110, section 13) for the change of what has no versions, for it could not be kept. {@link EntityTag}
 * keeps the others. Dates are not looked at: no answer says when something was modified. Stateless.
 */
final class Preconditions {

    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Set<HttpMethod> OF_ONE = Set.of(HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);
    private static final Pattern VERSIONED = Pattern.compile("/api/(devices|sites|zones|gateways)/[^/]+");
    private static final List<String> CONDITIONS = List.of("If-Match", "If-None-Match");

    private Preconditions() {}

    static void look(RoutingContext request) {
        MultiMap headers = request.request().headers();
        HttpMethod method = request.request().method();
        String path = request.normalizedPath();
        if (!AccessRules.isGuarded(path) || READING.contains(method)) {
            request.next();
        } else if (OF_ONE.contains(method) && VERSIONED.matcher(path).matches()) {
            request.next();
        } else {
            CONDITIONS.stream()
                    .filter(headers::contains)
                    .findFirst()
                    .ifPresentOrElse(
                            name -> ProblemDetails.end(
                                    request,
                                    ApiProblem.parameter(name, name + " is of no use here: this has no versions")),
                            request::next);
        }
    }
}
