package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.util.RawValue;
import io.caravan.tenant.Identity;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * Notes every request under /api that was to change something, refused or not, with its outcome: who, when, from where, what; and
 * of those that only read the ones without a good token.
 * {@link #ask} before the statement that reads the notes, {@link #answer} after it. Bound to the registry, it installs itself
 * before all else. Thread-safe.
 */
public final class Audit extends LifecycleStrategySupport {

    private static final int MOST_ROWS = 1_000;
    private static final int LONGEST = 1_000;
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final Set<HttpMethod> KNOWN = Set.of(
            HttpMethod.GET,
            HttpMethod.HEAD,
            HttpMethod.OPTIONS,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE);
    private static final List<String> METHODS = List.of("POST", "PUT", "PATCH", "DELETE", "GET");
    private static final int UNAUTHORIZED = 401;

    private final int port;
    private final AuditLog log;

    /** @param port that of the API's server */
    public Audit(int port, AuditLog log) {
        this.port = port;
        this.log = log;
    }

    @Override
    public void onContextStarted(CamelContext context) {
        VertxPlatformHttpRouter router =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        router.route().order(HttpOrder.AUDIT).handler(this::watch);
    }

    private void watch(RoutingContext request) {
        if (AccessRules.isGuarded(request.normalizedPath())) {
            boolean reads = READING.contains(request.request().method());
            Instant at = Instant.now();
            UUID id = UUID.randomUUID();
            if (!reads) {
                request.put(SignIn.AUDIT_ID, id.toString());
            }
            request.addEndHandler(ended -> {
                if (!reads || request.response().getStatusCode() == UNAUTHORIZED) {
                    log.add(entry(request, id, at));
                }
            });
        }
        request.next();
    }

    private static AuditEntry entry(RoutingContext request, UUID id, Instant at) {
        Identity identity = SignIn.identity(request);
        int status = request.response().ended() ? request.response().getStatusCode() : 0;
        return new AuditEntry(
                id,
                at,
                tenantOf(request, identity),
                identity == null ? null : identity.subject(),
                identity == null ? null : identity.role().label(),
                methodOf(request),
                cut(request.request().path()),
                status >= 400 ? null : cut(request.request().query()),
                status,
                Tries.addressOf(request),
                1);
    }

    /** A method may be any word, and what is alike is counted by it. */
    private static String methodOf(RoutingContext request) {
        HttpMethod method = request.request().method();
        return KNOWN.contains(method) ? method.name() : "OTHER";
    }

    /** The tenant that {@link Request} would find, or that of the token where the request asks for another. */
    private static String tenantOf(RoutingContext request, Identity identity) {
        if (identity == null) {
            return AuditEntry.NOBODY;
        }
        List<String> asked = request.queryParam(Request.TENANT);
        if (!asked.isEmpty() && !asked.get(0).isEmpty() && identity.mayEnter(asked.get(0))) {
            return cut(asked.get(0));
        }
        return identity.tenant() == null ? Request.DEFAULT_TENANT : identity.tenant();
    }

    /** PostgreSQL has no text with a zero in it. */
    private static String cut(String text) {
        return text == null
                ? null
                : text.substring(0, Math.min(text.length(), LONGEST)).replace('\0', ' ');
    }

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, "subject", "method", "from", "to", "limit", Cursor.PARAMETER)
                .withLimit(100, MOST_ROWS);
        Query query = request.query();
        Cursor cursor = query.cursor(Long.class);
        TimeRange range = TimeRange.of(query);
        request.with("subject", query.text("subject", null))
                .with("method", query.word("method", METHODS))
                .with("from", TimeRange.toDatabase(range.from()))
                .with("to", TimeRange.toDatabase(range.to()))
                .with("before", cursor == null ? Long.MAX_VALUE : cursor.number(0))
                .with("bytes", Answer.MOST_BYTES)
                .handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), Noted::of, last -> Cursor.after(last.number("id")));
    }

    private record Noted(
            long id,
            String time,
            @JsonProperty("tenant_id") String tenant,
            String subject,
            String role,
            String method,
            String path,
            String query,
            long status,
            String address,
            long times,
            RawValue changes,
            @JsonProperty("changes_in_all") long changesInAll) {

        static Noted of(Row row) {
            return new Noted(
                    row.number("id"),
                    row.time("at"),
                    row.text("tenant_id"),
                    row.text("subject"),
                    row.text("role"),
                    row.text("method"),
                    row.text("path"),
                    row.text("query"),
                    row.number("status"),
                    row.text("address"),
                    row.number("times"),
                    row.json("changes"),
                    row.number("changes_in_all"));
        }
    }
}
