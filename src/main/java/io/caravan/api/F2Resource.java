package io.caravan.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.camel.Exchange;

/**
 * A kind of parameters of F2 controllers: a list in pages, and one that is put and deleted under its id. {@code ask...} before
 * the statement, {@code answer...} after it. Stateless.
 */
public abstract class F2Resource {

    private static final int LARGEST_BODY = 1_048_576;
    private static final int MOST_ROWS = 1_000;
    private static final String ID = "[a-z0-9][a-z0-9_-]{0,63}";

    private final String name;
    private final String parameter;
    private final String column;
    private final String ruleOfIds;

    /**
     * @param name what people call it
     * @param parameter its id in the path, and in statements
     * @param column its id in their rows
     * @param ruleOfIds what an id must be, in words
     */
    F2Resource(String name, String parameter, String column, String ruleOfIds) {
        this.name = name;
        this.parameter = parameter;
        this.column = column;
        this.ruleOfIds = ruleOfIds;
    }

    /** What is answered of a row. */
    abstract Object of(Row row);

    /**
     * A body as the database takes it.
     *
     * @throws ApiProblem when it is wrong
     */
    abstract ObjectNode toStore(String id, byte[] body);

    String idInPath(Exchange exchange) {
        return Request.inPath(exchange, parameter);
    }

    public final void ask(Exchange exchange) {
        Request request = Request.open(exchange, "limit", Cursor.PARAMETER).withLimit(100, MOST_ROWS);
        Cursor cursor = request.query().cursor(String.class);
        request.with("after", cursor == null ? "" : cursor.text(0)).handOver(exchange);
    }

    public final void answer(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), this::of, last -> Cursor.after(last.text(column)));
    }

    public final void askOne(Exchange exchange) {
        String id = idInPath(exchange);
        Request.open(exchange).with(parameter, id).handOver(exchange);
    }

    public final void answerOne(Exchange exchange) {
        Row row = Answer.of(name, exchange, column).get(0);
        int status = exchange.getProperty(Stored.CREATED, false, Boolean.class) ? 201 : 200;
        Answer.with(exchange, of(row));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    }

    /** Hands the body over to the statement that stores it. */
    public final void askPut(Exchange exchange) {
        byte[] body = RequestBody.read(exchange, LARGEST_BODY, null);
        exchange.getMessage().setBody(body);
        String id = idInPath(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        if (!id.matches(ID)) {
            throw ApiProblem.parameter(parameter, parameter + " must be " + ruleOfIds);
        }
        request.with(parameter, id).with("body", toStore(id, body).toString()).handOver(exchange);
    }

    public final void askDelete(Exchange exchange) {
        String id = idInPath(exchange);
        Request request = Request.open(exchange);
        OwnPages.require(exchange);
        request.with(parameter, id).handOver(exchange);
    }

    public void answerDelete(Exchange exchange) {
        Answer.of(name, exchange, column);
        Stored.deleted(exchange);
    }
}
