package io.caravan.api;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The members that errors of the application registry had in the system that this one replaces, beside those of problem
 * details, so that its clients go on reading them. Stateless.
 */
final class OriginalErrors {

    private OriginalErrors() {}

    static ApiProblem notFound(ApiProblem problem) {
        return problem.with("error", "Application not found");
    }

    static ApiProblem duplicateName(ApiProblem problem) {
        return problem.with("error", "Application with this name already exists")
                .with("code", "DUPLICATE_NAME");
    }

    /** What reads a body, and says of a mistake in it what the other system said. */
    static <T> T of(Supplier<T> reader) {
        try {
            return reader.get();
        } catch (ApiProblem problem) {
            if (problem.parameter() == null) {
                throw problem;
            }
            throw problem.with("error", "Validation failed")
                    .with("details", Map.of(problem.parameter(), List.of(problem.getMessage())));
        }
    }
}
