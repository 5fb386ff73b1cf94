package io.caravan.api;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What chooses dead letters, the same for lists and replays. Stateless. */
final class DeadLetterFilter {

    private static final String[] PARAMETERS = {"reason", "dialect", "device", "state", "replay", "from", "to"};

    private DeadLetterFilter() {}

    /** The query parameters that choose, and others. */
    static String[] parametersAnd(String... others) {
        return Stream.of(PARAMETERS, others).flatMap(Stream::of).toArray(String[]::new);
    }

    /**
     * The parameters of a statement.
     *
     * @param state the one that is meant where the query names none; null for all
     */
    static Map<String, Object> of(Query query, String state) {
        TimeRange range = TimeRange.of(query);
        String asked = query.word("state", DeadLetter.STATES);
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("reason", query.text("reason", null));
        parameters.put("dialect", query.text("dialect", null));
        parameters.put("device", query.text("device", null));
        parameters.put("state", asked == null ? state : asked);
        parameters.put("replay", query.number("replay"));
        parameters.put("from", TimeRange.toDatabase(range.from()));
        parameters.put("to", TimeRange.toDatabase(range.to()));
        return parameters;
    }
}
