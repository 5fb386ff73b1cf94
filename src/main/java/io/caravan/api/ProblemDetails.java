package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.netty.handler.codec.http.HttpResponseStatus;
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
}
