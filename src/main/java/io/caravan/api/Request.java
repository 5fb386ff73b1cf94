package io.caravan.api;

import io.caravan.decode.Text;
import io.caravan.tenant.Identity;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * One request on its way through a route: it is opened once, before the statement, and found again after it. Belongs to
 * one exchange.
 */
final class Request {

    static final String TENANT = "tenant";

    private static final String PROPERTY = "caravan.api.request";
    static final String DEFAULT_TENANT = "default";
    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final Query query;
    private final Identity identity;
    private final String tenant;
    private final Map<String, Object> parameters = new HashMap<>();
    private final String auditId;
    private String known;
    private int limit;

    private Request(Query query, Identity identity, String auditId) {
        this.query = query;
        this.identity = identity;
        this.auditId = auditId;
        this.tenant = query.text(TENANT, identity.tenant() == null ? DEFAULT_TENANT : identity.tenant());
        if (!identity.mayEnter(tenant)) {
            throw ApiProblem.forbidden("The token is of another tenant");
        }
        parameters.put(TENANT, tenant);
    }

    /**
     * Opens a request and strips it of all that came with it, so that no header of the client's reaches a later step.
     *
     * @param known the query parameters of the endpoint besides tenant
     * @throws ApiProblem 400 when there are others, 401 when nobody has signed in, 403 when the tenant is another
     */
    static Request open(Exchange exchange, String... known) {
        Set<String> names = new LinkedHashSet<>(List.of(known));
        names.add(TENANT);
        Message message = exchange.getMessage();
        if (message.getBody() instanceof HttpServerRequest unread) {
            unread.resume(); // drops the body; a client that is still sending it would wait for good
        }
        Request request = new Request(
                Query.of(message.getHeader(Exchange.HTTP_URI, "", String.class), names),
                SignIn.identity(exchange),
                SignIn.auditId(exchange));
        if (READING.contains(message.getHeader(Exchange.HTTP_METHOD, "", String.class))) {
            request.known = header(exchange, "If-None-Match");
        }
        exchange.setProperty(PROPERTY, request);
        return request;
    }

    /** Opens a request, stripped before, for somebody who has proved otherwise who it is. */
    static Request openFor(Exchange exchange, Identity identity) {
        SignIn.proved(exchange, identity);
        Request request = new Request(Query.of("", Set.of()), identity, SignIn.auditId(exchange));
        exchange.setProperty(PROPERTY, request);
        return request;
    }

    /**
     * Strips a request, for which nobody signs in, of all that came with it.
     *
     * @throws ApiProblem 400 when it has query parameters
     */
    static void openToAll(Exchange exchange) {
        Message message = exchange.getMessage();
        if (message.getBody() instanceof HttpServerRequest unread) {
            unread.resume();
        }
        Query.of(message.getHeader(Exchange.HTTP_URI, "", String.class), Set.of());
        SignIn.keep(exchange);
        message.removeHeaders("*");
    }

    /** A header of the request, whatever the case of its name; null where it is absent. */
    static String header(Exchange exchange, String name) {
        for (Map.Entry<String, Object> header :
                exchange.getMessage().getHeaders().entrySet()) {
            if (header.getKey().equalsIgnoreCase(name)) {
                return String.valueOf(header.getValue());
            }
        }
        return null;
    }

    /** The request that was opened in the same route. */
    static Request of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Request.class);
    }

    /** A part of the path, decoded. A header of the same name, which a client may send, comes before it in a list. */
    static String inPath(Exchange exchange, String name) {
        Object value = exchange.getMessage().getHeader(name);
        Object last = value instanceof List<?> list ? list.get(list.size() - 1) : value;
        String text = String.valueOf(last);
        if (!Text.isClean(text)) {
            throw ApiProblem.parameter(name, name + " must not have control characters");
        }
        return text;
    }

    Query query() {
        return query;
    }

    /** Who asks. */
    Identity identity() {
        return identity;
    }

    /** The id under which the audit log has the request; null where what it changes is not noted. */
    String auditId() {
        return auditId;
    }

    /** The versions that a client has of what it reads, as {@code If-None-Match} lists them; null where it does not say. */
    String known() {
        return known;
    }

    /** Whose data is asked for; whoever asks may have it. */
    String tenant() {
        return tenant;
    }

    /** A path that asks for what is the same tenant's. */
    String sameTenant(String path) {
        return tenant.equals(identity.tenant() == null ? DEFAULT_TENANT : identity.tenant())
                ? path
                : path + "?" + TENANT + "=" + Query.encoded(tenant);
    }

    int limit() {
        return limit;
    }

    /** A parameter of the statement. */
    Request with(String name, Object value) {
        parameters.put(name, value);
        return this;
    }

    /** What a parameter of the statement is. */
    String parameter(String name) {
        return (String) parameters.get(name);
    }

    /** The same of one that is no text. */
    Object value(String name) {
        return parameters.get(name);
    }

    /** Parameters of the statement. */
    Request with(Map<String, Object> more) {
        parameters.putAll(more);
        return this;
    }

    /** The page's size; the statement is asked for a row more, which tells whether there is a next page. */
    Request withLimit(int fallback, int max) {
        limit = query.limit(fallback, max);
        return with("rows", limit + 1);
    }

    /** Leaves nothing in the message but the parameters of the statement. */
    void handOver(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(JdbcConstants.JDBC_PARAMETERS, parameters);
    }
}
