package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * The registered applications of a tenant, in the order of their names: {@code ask...} before the statement, {@code answer...}
 * after it. Stateless.
 */
public final class Applications {

    private static final String TYPES = "caravan.api.device-types";

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, "status", "platform", "category");
        Query query = request.query();
        request.with("status", query.word("status", ApplicationBody.STATUSES))
                .with("platform", query.word("platform", ApplicationBody.PLATFORMS))
                .with("category", query.text("category", null))
                .handOver(exchange);
    }

    public void answer(Exchange exchange) {
        List<Application> applications = applications(exchange);
        Answer.with(exchange, new Listed(applications, applications.size()));
    }

    public void askOne(Exchange exchange) {
        Request request = Request.open(exchange);
        request.with("application", idIn(exchange)).handOver(exchange);
    }

    public void answerOne(Exchange exchange) {
        Answer.with(exchange, new One(Application.of(only(exchange))));
    }

    public void askOfType(Exchange exchange) {
        String type = Request.inPath(exchange, "type");
        askOf(exchange, Request.open(exchange), List.of(type));
    }

    public void answerOfType(Exchange exchange) {
        List<Application> applications = applications(exchange);
        Answer.with(exchange, new OfType(types(exchange).get(0), applications, applications.size()));
    }

    public void askOfTypes(Exchange exchange) {
        byte[] body = ApplicationBody.read(exchange);
        Request request = Request.open(exchange);
        askOf(exchange, request, OriginalErrors.of(() -> ApplicationBody.ofSearch(body)));
    }

    public void answerOfTypes(Exchange exchange) {
        List<Application> applications = applications(exchange);
        Answer.with(exchange, new OfTypes(types(exchange), applications, applications.size()));
    }

    private static void askOf(Exchange exchange, Request request, List<String> types) {
        exchange.setProperty(TYPES, types);
        request.with("types", types.toArray(String[]::new)).handOver(exchange);
    }

    @SuppressWarnings("unchecked")
    private static List<String> types(Exchange exchange) {
        return exchange.getProperty(TYPES, List.class);
    }

    /** The id in the path. One that is no UUID is of no application. */
    static String idIn(Exchange exchange) {
        String id = Request.inPath(exchange, "application");
        if (!id.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            throw notFound();
        }
        return id;
    }

    /** The one row that there is where the application is. */
    static Row only(Exchange exchange) {
        return Answer.rows(exchange).stream().findFirst().orElseThrow(Applications::notFound);
    }

    private static ApiProblem notFound() {
        return OriginalErrors.notFound(ApiProblem.notFound("The tenant has no application of this id"));
    }

    private static List<Application> applications(Exchange exchange) {
        return Answer.rows(exchange).stream().map(Application::of).toList();
    }

    private record Listed(List<Application> applications, int count) {}

    private record One(Application application) {}

    @JsonPropertyOrder({"device_type", "applications", "count"})
    private record OfType(@JsonProperty("device_type") String type, List<Application> applications, int count) {}

    @JsonPropertyOrder({"device_types", "applications", "count"})
    private record OfTypes(
            @JsonProperty("device_types") List<String> types, List<Application> applications, int count) {}
}
