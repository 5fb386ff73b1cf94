package io.caravan.api;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Turns the rows of a statement into the answer of a request. Stateless. */
final class Answer {

    /** What a page holds in payloads or bodies, in bytes, before it ends; thousands of large ones must not fill the memory. */
    static final int MOST_BYTES = 8 * 1024 * 1024;

    static final String JSON = "application/json; charset=utf-8";

    private Answer() {}

    /** The rows that the statement answered. */
    @SuppressWarnings("unchecked")
    static List<Row> rows(Exchange exchange) {
        List<Map<String, Object>> rows = exchange.getMessage().getBody(List.class);
        return rows.stream().map(Row::new).toList();
    }

    /** Answers a value. */
    static void with(Exchange exchange, Object value) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, JSON);
        message.setBody(value);
    }

    /** Answers that something was taken on, and where it can be followed. */
    static void accepted(Exchange exchange, Object value, String location) {
        with(exchange, value);
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
        exchange.getMessage().setHeader("Location", Request.of(exchange).sameTenant(location));
    }

    /**
     * Answers a page of a list, and where the next one begins if there is more: a row beyond the limit, or a last row that
     * says so in its column {@code more}.
     */
    static void page(Exchange exchange, List<Row> rows, Function<Row, ?> shape, Function<Row, Cursor> key) {
        Request request = Request.of(exchange);
        List<Row> page = rows.subList(0, Math.min(rows.size(), request.limit()));
        with(exchange, page.stream().map(shape).toList());
        if (!page.isEmpty()) {
            Row last = page.get(page.size() - 1);
            if (rows.size() > page.size() || Boolean.TRUE.equals(last.value("more"))) {
                exchange.getMessage().setHeader("Link", request.query().linkTo(key.apply(last)));
            }
        }
    }

    /** The rows of a device; a statement answers none at all, not even an empty one, when there is no such device. */
    static List<Row> ofDevice(Exchange exchange, String column) {
        return of("device", exchange, column);
    }

    /** The rows of something that devices belong to; a statement answers none at all when there is no such thing. */
    static List<Row> of(String what, Exchange exchange, String column) {
        List<Row> rows = rows(exchange);
        if (rows.isEmpty()) {
            throw ApiProblem.notFound("There is no such " + what + " of the tenant '"
                    + Request.of(exchange).tenant() + "'");
        }
        return rows.stream().filter(row -> row.value(column) != null).toList();
    }
}
