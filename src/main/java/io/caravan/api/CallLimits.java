package io.caravan.api;

import io.caravan.limits.TenantLimits;
import io.caravan.tenant.Identity;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Answers 429 to requests beyond what the tenant of their token may make, and tells in every answer how many are left ({@code
 * draft-ietf-httpapi-ratelimit-headers-03}). What an admin of no tenant asks for counts for the admin. Where nobody signs in
 * there is nobody to count for. Bound to the registry, it installs itself behind {@link SignIn}. Thread-safe.
 */
public final class CallLimits extends LifecycleStrategySupport {

    private static final Duration WINDOW = Duration.ofSeconds(1);

    private final int port;
    private final TenantLimits limits;
    private final Recent<Metered> buckets = new Recent<>();

    private record Metered(int rate, Bucket bucket) {

        static Metered of(int rate) {
            return new Metered(rate, Buckets.of(rate, WINDOW));
        }
    }

    /** @param port that of the API's server */
    public CallLimits(int port, TenantLimits limits) {
        this.port = port;
        this.limits = limits;
    }

    @Override
    public void onContextStarted(CamelContext context) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        router.route().order(HttpOrder.CALL_LIMITS).handler(this::meter);
    }

    private void meter(RoutingContext request) {
        Identity identity = SignIn.identity(request);
        Integer rate = identity == null || identity == Identity.ANYBODY
                ? null
                : limits.of(identity.tenant()).callsPerSecond();
        if (rate == null) {
            request.next();
            return;
        }
        // no tenant is called with a slash
        String whose = identity.tenant() == null ? "/" + identity.subject() : identity.tenant();
        ConsumptionProbe probe = buckets.compute(
                        whose, known -> known == null || known.rate() != rate ? Metered.of(rate) : known)
                .bucket()
                .tryConsumeAndReturnRemaining(1);
        HttpServerResponse response = request.response();
        response.putHeader("RateLimit-Limit", Integer.toString(rate));
        response.putHeader("RateLimit-Policy", rate + ";w=" + WINDOW.toSeconds());
        response.putHeader("RateLimit-Remaining", Long.toString(probe.getRemainingTokens()));
        response.putHeader("RateLimit-Reset", Buckets.seconds(probe.getNanosToWaitForReset()));
        if (probe.isConsumed()) {
            request.next();
        } else {
            response.putHeader("Retry-After", Buckets.seconds(probe.getNanosToWaitForRefill()));
            ProblemDetails.end(
                    request,
                    ApiProblem.of(
                            429,
                            "More than " + rate + " requests per second, the most that "
                                    + (identity.tenant() == null ? "an admin" : "the tenant") + " may make"));
        }
    }
}
