package io.caravan.api;

import io.caravan.tenant.Identity;
import io.caravan.tenant.InvalidToken;
import io.caravan.tenant.KeysUnavailable;
import io.caravan.tenant.TokenVerifier;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConstants;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Has everybody who asks the API say who it is, by a bearer token (RFC 6750), before any route hears of the request: 401
 * without a good token, 403 where its role may not do this. Bound to the registry, it installs itself before all routes of the
 * API's server; a request that reaches a route without it is refused there ({@link #identity}). Thread-safe.
 */
public final class SignIn extends LifecycleStrategySupport {

    private static final String SCHEME = "Bearer ";
    private static final String IDENTITY = "caravan";
    private static final String PROVED = "caravan-proved";
    private static final String USER = "caravan.api.user";

    /** Where the id stands that the audit log has for a request. */
    static final String AUDIT_ID = "caravan-audit-id";

    private final int port;
    private final List<TokenVerifier> verifiers;
    private final Tries tries;

    /**
     * @param port that of the API's server
     * @param verifiers of which one must take a token; none where nobody has to sign in
     * @param tries how often one may try
     */
    public SignIn(int port, List<TokenVerifier> verifiers, Tries tries) {
        this.port = port;
        this.verifiers = List.copyOf(verifiers);
        this.tries = tries;
    }

    @Override
    public void onContextStarted(CamelContext context) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        router.route().order(HttpOrder.SIGN_IN).handler(this::admit);
    }

    /**
     * Who has made the request of an exchange.
     *
     * @throws ApiProblem 401 when nobody has looked
     */
    static Identity identity(Exchange exchange) {
        User user = exchange.getMessage().getHeader(VertxPlatformHttpConstants.AUTHENTICATED_USER, User.class);
        if (user != null && user.principal().getValue(IDENTITY) instanceof Identity identity) {
            return identity;
        }
        throw unauthorized("Sign in with a bearer token");
    }

    /** The id under which the audit log has the request of an exchange; null for one that only reads. */
    static String auditId(Exchange exchange) {
        User user = user(exchange);
        return user == null ? null : user.principal().getString(AUDIT_ID);
    }

    /** Keeps what is known of a request, for which nobody signs in, before its headers go. */
    static void keep(Exchange exchange) {
        exchange.setProperty(USER, user(exchange));
    }

    /** Notes who has made a request of that kind, once a key has told. */
    @SuppressWarnings("unchecked")
    static void proved(Exchange exchange, Identity identity) {
        User user = user(exchange);
        if (user != null && user.principal().getValue(PROVED) instanceof AtomicReference<?> proved) {
            ((AtomicReference<Identity>) proved).set(identity);
        }
    }

    private static User user(Exchange exchange) {
        User kept = exchange.getProperty(USER, User.class);
        return kept != null
                ? kept
                : exchange.getMessage().getHeader(VertxPlatformHttpConstants.AUTHENTICATED_USER, User.class);
    }

    /** Who has made a request; null where nobody has looked, or a key has told nobody. */
    static Identity identity(RoutingContext request) {
        if (request.user() == null) {
            return null;
        }
        JsonObject known = request.user().principal();
        return known.getValue(PROVED) instanceof AtomicReference<?> proved && proved.get() instanceof Identity identity
                ? identity
                : (Identity) known.getValue(IDENTITY);
    }

    private void admit(RoutingContext request) {
        String path = request.normalizedPath();
        if (!AccessRules.isGuarded(path)) {
            request.next();
            return;
        }
        // what one is shown is for nobody after him, keys and tokens least of all
        request.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        if (verifiers.isEmpty()) {
            note(request, Identity.ANYBODY);
            request.next();
        } else if (AccessRules.isPublic(request.request().method().name(), path)) {
            if (request.request().method() != HttpMethod.POST || tries.admit(request)) {
                note(request, null);
                request.next();
            } else {
                ProblemDetails.end(request, Tries.tooMany());
            }
        } else {
            verify(request);
        }
    }

    /** Off the event loop: keys may have to be fetched. */
    private void verify(RoutingContext request) {
        String authorization = request.request().getHeader(HttpHeaders.AUTHORIZATION);
        request.request().pause();
        Callable<Identity> work = () -> verified(authorization);
        request.vertx().executeBlocking(work, false).onComplete(outcome -> {
            if (outcome.failed()) {
                ApiProblem problem = Problems.of(outcome.cause());
                boolean denied = problem.status() == 401 && !tries.admit(request);
                ProblemDetails.end(request, denied ? Tries.tooMany() : problem);
            } else {
                authorize(request, outcome.result());
            }
        });
    }

    private Identity verified(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw unauthorized("Sign in with a bearer token: Authorization: Bearer <token>");
        }
        String token = authorization.substring(SCHEME.length()).strip();
        Optional<String> why = Optional.empty();
        for (TokenVerifier verifier : verifiers) {
            try {
                return verifier.verify(token);
            } catch (InvalidToken e) {
                why = Optional.of(e.getMessage());
            } catch (KeysUnavailable e) {
                throw ApiProblem.unavailable(e.getMessage());
            }
        }
        throw unauthorized("The token is not accepted: " + why.orElse("nobody issues tokens"));
    }

    private static ApiProblem unauthorized(String detail) {
        return ApiProblem.of(401, detail);
    }

    private void authorize(RoutingContext request, Identity identity) {
        note(request, identity);
        String method = request.request().method().name();
        if (AccessRules.rolesFor(method, request.normalizedPath()).contains(identity.role())) {
            request.next();
        } else {
            ProblemDetails.end(
                    request, ApiProblem.forbidden("The role " + identity.role().label() + " may not do this"));
        }
    }

    /** Camel's consumer reads the user from there; what Vert.x wants used instead is internal to it. */
    @SuppressWarnings("deprecation")
    private static void note(RoutingContext request, Identity identity) {
        request.setUser(User.create(new JsonObject()
                .put(IDENTITY, identity)
                .put(PROVED, new AtomicReference<Identity>())
                .put(AUDIT_ID, request.get(AUDIT_ID))));
    }
}
