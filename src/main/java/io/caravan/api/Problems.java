package io.caravan.api;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Turns the failure of a request into its answer. Of a failure that is not the client's, the answer tells neither text nor
 * type: both may name tables or hosts. Stateless.
 */
public final class Problems {

    private static final int RETRY_AFTER_SECONDS = 5;

    /** Replaces the message by problem details; the failure is the one that the exchange caught. */
    public void answer(Exchange exchange) {
        ApiProblem problem = of(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
        message.setHeader(Exchange.CONTENT_TYPE, ProblemDetails.MEDIA_TYPE);
        if (problem.status() == 503) {
            message.setHeader("Retry-After", RETRY_AFTER_SECONDS);
        }
        if (problem.status() == 401) {
            message.setHeader("WWW-Authenticate", ProblemDetails.CHALLENGE);
        }
        message.setBody(ProblemDetails.of(problem));
    }

    /** Answers 304, which has no body. */
    public void answerNotModified(Exchange exchange) {
        String tag = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, NotModified.class)
                .tag();
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
        message.setHeader("ETag", tag);
        message.setBody(null);
    }

    static ApiProblem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApiProblem problem) {
                return problem;
            }
            if (cause instanceof SQLException refused) {
                return of(refused);
            }
            if (cause instanceof RecordTooLargeException) {
                return ApiProblem.of(413, "Kafka's topic does not take an event of this size");
            }
            if (cause instanceof KafkaException) {
                return ApiProblem.unavailable("Kafka is not available");
            }
        }
        return ApiProblem.internal();
    }

    private static ApiProblem of(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        if (failure instanceof SQLTimeoutException || state.equals("57014")) {
            return ApiProblem.unavailable(
                    "The database took too long; a shorter time range or a smaller limit may help");
        }
        if (state.equals("23503")) {
            return ApiProblem.conflict("Something else still refers to this, or what this refers to has gone");
        }
        if (state.equals("23505")) { // two at once
            return ApiProblem.conflict("Something else has this name or id already");
        }
        if (state.equals("42501")) { // row-level security: a row of another tenant stands in the way
            return ApiProblem.conflict("This id belongs to somebody else");
        }
        // 08 connection, 40 lost against another transaction, 53 out of resources, 57 shut down or starting, 42P01 not
        // migrated yet
        boolean away = failure instanceof SQLTransientException
                || state.startsWith("08")
                || state.startsWith("40")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.equals("42P01");
        return away ? ApiProblem.unavailable("The database is not available") : ApiProblem.internal();
    }
}
