package io.caravan.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/**
 * Adds to the OpenAPI document what stands in none of the route files: how one signs in, the answers of whoever stands before
 * the routes, and what bodies look like. Thread-safe.
 */
public final class OpenApi implements RoutePolicyFactory {

    /** The route that Camel makes for the document, as routes/api.camel.yaml names it. */
    private static final String ROUTE = "api-openapi";

    /** Of which Camel's document, written as 3.0, is one as well, and whose schemas are those of JSON. */
    private static final String VERSION = "3.1.0";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ApiSchemas SCHEMAS = ApiSchemas.read();

    private static final String COMPONENTS =
            """
            {
              "securitySchemes": {
                "token": {
                  "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                  "description": "Its claim tenant_id says whose data one may have, its roles what one may do."
                }
              },
              "schemas": {
                "Problem": {
                  "type": "object",
                  "description": "Problem details (RFC 9457)",
                  "properties": {
                    "type": {"type": "string", "example": "about:blank"},
                    "title": {"type": "string", "example": "Bad Request"},
                    "status": {"type": "integer", "example": 400},
                    "detail": {"type": "string", "example": "limit must be a whole number from 1 to 1000"},
                    "parameter": {"type": "string", "description": "The parameter or field that is to blame", "example": "limit"},
                    "errors": {"type": "array", "description": "The places of a body that are to blame", "items": {"type": "object"}}
                  }
                }
              },
              "responses": {
                "Unauthorized": {
                  "description": "The token is missing, or not accepted",
                  "headers": {"WWW-Authenticate": {"schema": {"type": "string"}, "example": "Bearer realm=\\"caravan\\""}},
                  "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": "The token is not accepted: Expired JWT"}}}
                },
                "Forbidden": {
                  "description": "The role may not do this, or the tenant is another's",
                  "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "The token is of another tenant"}}}
                },
                "TooManyRequests": {
                  "description": "The tenant has made more requests than it may",
                  "headers": {
                    "Retry-After": {"description": "When to come again, in seconds", "schema": {"type": "integer"}, "example": 1},
                    "RateLimit-Limit": {"description": "How many requests per second", "schema": {"type": "integer"}, "example": 500},
                    "RateLimit-Remaining": {"description": "How many are left", "schema": {"type": "integer"}, "example": 0},
                    "RateLimit-Reset": {"description": "When all are to be had again, in seconds", "schema": {"type": "integer"}, "example": 1}
                  },
                  "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {"type": "about:blank", "title": "Too Many Requests", "status": 429,
                      "detail": "More than 500 requests per second, the most that the tenant may make"}}}
                }
              }
            }
            """;

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        return routeId.equals(ROUTE) ? new Completion() : null;
    }

    private static final class Completion extends RoutePolicySupport {
        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            String document = exchange.getMessage().getBody(String.class);
            if (document != null && document.startsWith("{")) {
                exchange.getMessage().setBody(completed(document));
            }
        }
    }

    static String completed(String document) {
        try {
            ObjectNode api = (ObjectNode) MAPPER.readTree(document);
            api.put("openapi", VERSION);
            ObjectNode components = api.withObject("/components");
            SCHEMAS.addTo(components);
            for (Map.Entry<String, JsonNode> part : MAPPER.readTree(COMPONENTS).properties()) {
                components.withObject("/" + part.getKey()).setAll((ObjectNode) part.getValue());
            }
            api.putArray("security").addObject().putArray("token");
            api.putArray("servers").addObject().put("url", "/");
            api.get("paths").properties().forEach(path -> path.getValue()
                    .properties()
                    .forEach(method -> complete(
                            method.getKey().toUpperCase(Locale.ROOT), path.getKey(), (ObjectNode) method.getValue())));
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(api);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Camel's OpenAPI document is no JSON", e);
        }
    }

    private static void complete(String method, String path, ObjectNode operation) {
        ObjectNode responses = operation.withObject("/responses");
        if (!AccessRules.isGuarded(path)) {
            operation.putArray("security");
        } else {
            boolean open = AccessRules.isPublic(method, path);
            if (open) {
                operation.putArray("security");
            } else {
                refer(responses, "401", "Unauthorized");
                refer(responses, "403", "Forbidden");
            }
            refer(responses, "429", "TooManyRequests");
        }
        responses.properties().forEach(response -> describe(response.getKey(), (ObjectNode) response.getValue()));
        SCHEMAS.complete(method + ' ' + path, operation);
    }

    private static void describe(String status, ObjectNode response) {
        if (status.compareTo("400") >= 0 && !response.has("$ref")) {
            response.withObject("/content")
                    .withObject("/" + ProblemDetails.MEDIA_TYPE.replace("/", "~1"))
                    .withObject("/schema")
                    .put("$ref", "#/components/schemas/Problem");
        }
    }

    /** What the route file says itself stays. */
    private static void refer(ObjectNode responses, String status, String response) {
        if (!responses.has(status)) {
            responses.putObject(status).put("$ref", "#/components/responses/" + response);
        }
    }
}
