package io.caravan.ledger;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * What became of every message that Kafka has acknowledged, stage by stage and in all, as of one moment. Immutable.
 *
 * @param balanced whether every account is
 * @param all from iot.raw to the database
 * @param stages in the order of the data
 */
@JsonPropertyOrder({"balanced", "all", "stages"})
public record Ledger(boolean balanced, Account all, List<Account> stages) {

    /**
     * Messages of one stage. Balanced means that received = forwarded + dead_lettered + duplicates + ignored + in_flight +
     * lost.
     *
     * @param received what there was to be read, whether it has been or not
     * @param forwarded what was sent on, or stored
     * @param deadLettered what became a dead letter
     * @param duplicates what was there already
     * @param ignored what is of no use, as its dialect says
     * @param inFlight what is still to be done
     * @param lost what was deleted, or skipped, before it was read
     */
    public record Account(
            String stage,
            long received,
            long forwarded,
            @JsonProperty("dead_lettered") long deadLettered,
            long duplicates,
            long ignored,
            @JsonProperty("in_flight") long inFlight,
            long lost,
            boolean balanced) {}

    /**
     * Puts the stages together. What the enrich stage wrote to iot.enriched and the store has not seen as repeated must be what it counts as
     * forwarded, but for records that it has written and not committed yet: those are in flight.
     *
     * @param repeated how many of the store's duplicates the enrich stage had written before
     */
    static Ledger of(Account enrich, Account store, long repeated) {
        long ahead = store.received - repeated - enrich.forwarded;
        long waiting = enrich.inFlight + store.inFlight;
        boolean chained = ahead >= 0 && ahead <= waiting;
        boolean balanced = enrich.balanced && store.balanced && chained;
        Account all = new Account(
                "all",
                enrich.received,
                store.forwarded,
                enrich.deadLettered + store.deadLettered,
                store.duplicates - repeated,
                enrich.ignored + store.ignored,
                waiting - Math.max(0, Math.min(ahead, waiting)),
                enrich.lost + store.lost,
                balanced);
        return new Ledger(balanced, all, List.of(enrich, store));
    }
}
