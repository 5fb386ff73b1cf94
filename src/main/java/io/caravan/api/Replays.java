package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.apache.camel.Exchange;

/**
 * Replays of dead letters: of one ({@link #askOne}, {@link #answerOne}), of those that a filter chooses ({@link #ask}, {@link
 * #answer}; with {@code dry_run} {@link #answerCount}), and what has become of them ({@link #askOutcome}, {@link
 * #answerOutcome}). They are asked for here; the stage {@code store} sends them. Stateless.
 */
public final class Replays {

    private static final int MOST_ROWS = 10_000;
    private static final String DRY_RUN = "dry_run";

    public void askOne(Exchange exchange) {
        OwnPages.require(exchange);
        long id = DeadLetters.idOf(exchange);
        Request.open(exchange).with("id", id).handOver(exchange);
    }

    public void answerOne(Exchange exchange) {
        Row row = DeadLetters.only(exchange);
        DeadLetter letter = DeadLetter.of(row).requireReplayable(row);
        Answer.accepted(exchange, letter, "/api/dead-letters/" + letter.id());
    }

    public void ask(Exchange exchange) {
        OwnPages.require(exchange);
        Request request = Request.open(exchange, DeadLetterFilter.parametersAnd(DRY_RUN, "limit", Cursor.PARAMETER))
                .withLimit(1_000, MOST_ROWS);
        Query query = request.query();
        query.flag(DRY_RUN);
        Cursor cursor = query.cursor(Long.class, Long.class);
        request.with(DeadLetterFilter.of(query, "open"))
                .with("request", cursor == null ? null : cursor.number(0))
                .with("after", cursor == null ? 0L : cursor.number(1))
                .handOver(exchange);
    }

    /** Whether they are only to be counted. */
    public boolean isDryRun(Exchange exchange) {
        return Boolean.TRUE.equals(Request.of(exchange).query().flag(DRY_RUN));
    }

    public void answer(Exchange exchange) {
        Row row = Answer.rows(exchange).get(0);
        long replay = row.number("replay");
        boolean more = Boolean.TRUE.equals(row.value("more"));
        Query query = Request.of(exchange).query();
        Answer.accepted(exchange, new Requested(replay, row.number("requested")), "/api/replays/" + replay);
        if (more) {
            exchange.getMessage().setHeader("Link", query.linkTo(Cursor.after(replay, row.number("last"))));
        }
    }

    public void answerCount(Exchange exchange) {
        Row row = Answer.rows(exchange).get(0);
        Answer.with(exchange, new Count(row.number("replayable"), row.number("not_replayable")));
    }

    public void askOutcome(Exchange exchange) {
        String replay = Request.inPath(exchange, "replay");
        if (!replay.matches("\\d{1,18}")) {
            throw ApiProblem.notFound("There is no replay of this number");
        }
        Request.open(exchange).with("replay", Long.valueOf(replay)).handOver(exchange);
    }

    public void answerOutcome(Exchange exchange) {
        Row row = Answer.of("replay", exchange, "replayed_at").stream()
                .findFirst()
                .orElseThrow(
                        () -> ApiProblem.notFound("There is no dead letter whose last replay this was, of the tenant '"
                                + Request.of(exchange).tenant() + "'"));
        Answer.with(
                exchange,
                new Outcome(
                        row.number("replay"),
                        row.time("replayed_at"),
                        row.number("requested"),
                        row.number("replaying"),
                        row.number("resolved"),
                        row.number("open")));
    }

    private record Requested(long replay, long requested) {}

    private record Count(long replayable, @JsonProperty("not_replayable") long notReplayable) {}

    private record Outcome(
            long replay,
            @JsonProperty("replayed_at") String replayedAt,
            long requested,
            long replaying,
            long resolved,
            long open) {}
}
