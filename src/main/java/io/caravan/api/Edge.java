package io.caravan.api;

import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * What holds for every answer of the API's server, whoever asks: headers that keep browsers from reading more into it than there
 * is, limits in time and size, and leave for the pages of chosen origins to ask (CORS). Bound to the registry, it installs itself. Thread-safe.
 */
public final class Edge extends LifecycleStrategySupport {

    private static final Set<HttpMethod> METHODS = Set.of(
            HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);
    private static final Set<String> ASKED =
            Set.of("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "x-master-key");
    private static final Set<String> ANSWERED = Set.of(
            "Link",
            "Location",
            "ETag",
            "Retry-After",
            "RateLimit-Limit",
            "RateLimit-Policy",
            "RateLimit-Remaining",
            "RateLimit-Reset");
    private static final int PREFLIGHT_SECONDS = 600;

    /** To close at once would reset the connection, and who still sends would not see the answer (RFC 9112, section 9.6). */
    private static final long LINGER_MILLIS = 1_000;

    private final int port;
    private final List<String> origins;
    private final CorsHandler cors;
    private final Set<HttpConnection> refused =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private final long mostMillis;
    private final long mostBytes;

    /**
     * @param port that of the API's server
     * @param origins of the pages that may ask besides its own, such as {@code https://example.org}
     * @param mostMillis how long a request may take
     * @param ingestBytes how large a body the ingest takes; endpoints may take less
     */
    public Edge(int port, List<String> origins, long mostMillis, long ingestBytes) {
        this.port = port;
        this.origins = List.copyOf(origins);
        this.mostMillis = mostMillis;
        this.mostBytes = Math.max(ingestBytes, DeviceImport.LARGEST_BODY);
        this.cors = CorsHandler.create()
                .addOrigins(this.origins)
                .allowedMethods(METHODS)
                .allowedHeaders(new TreeSet<>(ASKED))
                .exposedHeaders(new TreeSet<>(ANSWERED))
                .maxAgeSeconds(PREFLIGHT_SECONDS);
    }

    @Override
    public void onContextStarted(CamelContext context) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        router.route().order(HttpOrder.EDGE).handler(this::protect);
        router.route().order(HttpOrder.CORS).handler(this::allow);
        router.route().order(HttpOrder.AFTER_CORS).handler(this::welcome);
        router.route().order(HttpOrder.PRECONDITIONS).handler(Preconditions::look);
    }

    private void protect(RoutingContext request) {
        if (refused.contains(request.request().connection())) {
            return; // it was told that its connection is closed
        }
        HttpServerResponse response = request.response();
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("Referrer-Policy", "no-referrer");
        response.putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        long timer = request.vertx().setTimer(mostMillis, late -> {
            if (!response.headWritten()) {
                ProblemDetails.end(
                        request, ApiProblem.unavailable("This took longer than " + mostMillis / 1_000 + " s"));
            }
            request.request().connection().close();
        });
        Future<Void> read = request.request().end();
        request.addEndHandler(answered -> {
            if (request.request().isEnded()) {
                request.vertx().cancelTimer(timer);
            } else {
                read.onComplete(ended -> request.vertx().cancelTimer(timer));
                request.request().resume(); // over HTTP/2 even one without a body has no end while it is paused
            }
        });
        ApiProblem fault = Framing.fault(request.request(), mostBytes);
        if (fault != null) {
            refuse(request, fault);
        } else {
            if (Framing.isOfUntoldLength(request.request())) {
                countBytes(request);
            }
            request.next();
        }
    }

    /** Looks every second how much has come of a body that does not say its length, whether somebody reads it or it is dropped. */
    private void countBytes(RoutingContext request) {
        long watch = request.vertx().setPeriodic(LINGER_MILLIS, second -> {
            if (request.request().bytesRead() > mostBytes) {
                request.vertx().cancelTimer(second);
                refuse(request, Framing.tooLarge(mostBytes));
            }
        });
        request.request().end().onComplete(ended -> request.vertx().cancelTimer(watch));
    }

    private void refuse(RoutingContext request, ApiProblem fault) {
        refused.add(request.request().connection());
        if (!request.response().headWritten()) {
            request.response().putHeader("Connection", "close");
            ProblemDetails.end(request, fault);
        }
        request.vertx()
                .setTimer(LINGER_MILLIS, over -> request.request().connection().close());
    }

    private boolean isAllowed(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        return origin != null && origins.contains(origin);
    }

    /** Pages of other origins are not refused here: without these headers their browser tells them nothing. */
    private void allow(RoutingContext request) {
        if (isAllowed(request.request())) {
            cors.handle(request);
        } else {
            if (!origins.isEmpty()) {
                request.response().putHeader("Vary", "Origin");
            }
            request.next();
        }
    }

    /** From here on a page that may ask is no other than a program: {@link OwnPages} lets it pass. */
    private void welcome(RoutingContext request) {
        if (isAllowed(request.request())) {
            request.request().headers().remove("Origin").remove("Sec-Fetch-Site");
        }
        request.next();
    }
}
