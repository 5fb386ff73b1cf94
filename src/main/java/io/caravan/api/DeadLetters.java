package io.caravan.api;

import org.apache.camel.Exchange;

/**
 * The messages that could not be used, the newest first: {@link #ask} before the statement, {@link #answer} after it. A page
 * ends early rather than carry more than {@value Answer#MOST_BYTES} bytes of payload and one payload more. Or one of them, by
 * {@link #askOne} and {@link #answerOne}. Stateless.
 */
public final class DeadLetters {

    private static final int MOST_ROWS = 1_000;
    private static final String WAITING = "waiting";

    public void ask(Exchange exchange) {
        Request request = Request.open(exchange, DeadLetterFilter.parametersAnd(WAITING, "limit", Cursor.PARAMETER))
                .withLimit(100, MOST_ROWS);
        Query query = request.query();
        Cursor cursor = query.cursor(Long.class);
        request.with(DeadLetterFilter.of(query, null))
                .with(WAITING, query.flag(WAITING))
                .with("before", cursor == null ? Long.MAX_VALUE : cursor.number(0))
                .with("bytes", Answer.MOST_BYTES)
                .handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), DeadLetter::of, last -> Cursor.after(last.number("id")));
    }

    public void askOne(Exchange exchange) {
        long id = idOf(exchange);
        Request.open(exchange).with("id", id).handOver(exchange);
    }

    public void answerOne(Exchange exchange) {
        Answer.with(exchange, DeadLetter.of(only(exchange)));
    }

    /** The id in the path; there is no dead letter by what is no number. */
    static long idOf(Exchange exchange) {
        String id = Request.inPath(exchange, "id");
        if (!id.matches("\\d{1,18}")) {
            throw ApiProblem.notFound("There is no dead letter of this id: ids are numbers");
        }
        return Long.parseLong(id);
    }

    /** The row of the one that was asked for. */
    static Row only(Exchange exchange) {
        return Answer.of("dead letter", exchange, "id").get(0);
    }
}
