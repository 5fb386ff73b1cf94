package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;

/**
 * An error as clients see it: problem details for HTTP (RFC 9457), with the member {@code parameter} for the name of the
 * parameter that is to blame, and {@code errors} for the places of the body that are; some have members of their own.
 */
@JsonPropertyOrder({"type", "title", "status", "detail", "parameter", "errors"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProblemDetails(
        String type,
        String title,
        int status,
        String detail,
        String parameter,
        List<BodyFault> errors,
        @JsonAnyGetter Map<String, Object> members) {

    ProblemDetails(String type, String title, int status, String detail, String parameter) {
        this(type, title, status, detail, parameter, null, Map.of());
    }

    /** The media type of problem details. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** What a request that is answered 401 lacks (RFC 6750). */
    static final String CHALLENGE = "Bearer realm=\"caravan\"";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static ProblemDetails of(ApiProblem problem) {
        String title = HttpResponseStatus.valueOf(problem.status()).reasonPhrase();
        return new ProblemDetails(
                "about:blank",
                title,
                problem.status(),
                problem.getMessage(),
                problem.parameter(),
                problem.faults(),
                problem.members());
    }

    /** Answers a request that no route takes. */
    static void end(RoutingContext request, ApiProblem problem) {
        if (request.response().ended()) {
            return;
        }
        request.request().resume(); // what is left of the body is dropped
        if (problem.status() == 401) {
            request.response().putHeader("WWW-Authenticate", CHALLENGE);
        }
        try {
            request.response()
                    .setStatusCode(problem.status())
                    .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
                    .end(MAPPER.writeValueAsString(of(problem)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
