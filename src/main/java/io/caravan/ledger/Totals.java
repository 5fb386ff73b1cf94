package io.caravan.ledger;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * What a stage has done with the records of one partition, all told. The totals travel as the metadata of the offset that
 * they lead to, so that offset and totals are stored by one write, or not at all. Immutable.
 *
 * @param first the first offset that was counted
 * @param next the offset behind the last that was counted; the committed one
 * @param gaps offsets between the two that never held a record for readers, such as the marks of transactions, or whose record
 *     held several messages, which come as such
 * @param lost offsets between the two that were deleted before they had been read
 * @param forwarded records that were sent on
 * @param deadLettered records that became dead letters
 * @param ignored records that their dialect says are of no use; 0 in what was committed before there were any
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Totals(
        @JsonProperty(required = true) long first,
        @JsonProperty(required = true) long next,
        @JsonProperty(required = true) long gaps,
        @JsonProperty(required = true) long lost,
        @JsonProperty(required = true) long forwarded,
        @JsonProperty(value = "dead_lettered", required = true) long deadLettered,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JsonProperty long ignored) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The totals of a stage that ignores nothing. */
    Totals(long first, long next, long gaps, long lost, long forwarded, long deadLettered) {
        this(first, next, gaps, lost, forwarded, deadLettered, 0);
    }

    /** Nothing counted yet; the offset is the first that will be. */
    static Totals since(long offset) {
        return new Totals(offset, offset, 0, 0, 0, 0);
    }

    /** The totals that were committed; where somebody else has moved the offset, counting begins anew there. What follows them is not theirs. */
    static Totals of(OffsetAndMetadata committed) {
        try {
            Totals totals = MAPPER.readValue(committed.metadata(), Totals.class);
            if (totals != null && totals.next == committed.offset()) {
                return totals;
            }
        } catch (JsonProcessingException e) {
            // no totals of ours: what other tools write, or nothing at all
            return since(committed.offset());
        }
        return since(committed.offset());
    }

    /** Well under 200 bytes, of the 4096 that Kafka allows. */
    String metadata() {
        try {
            return MAPPER.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * With what was done up to an offset. What is neither among the records nor among the lost, was a gap.
     *
     * @param records how many records there were
     */
    Totals plus(long upTo, long records, long moreLost, long moreForwarded, long moreDeadLettered, long moreIgnored) {
        return new Totals(
                first,
                upTo,
                gaps + upTo - next - records - moreLost,
                lost + moreLost,
                forwarded + moreForwarded,
                deadLettered + moreDeadLettered,
                ignored + moreIgnored);
    }

    /** The same totals, for a log in which the next record has another offset: it is read again, or it is a new one. */
    Totals movedTo(long offset) {
        return new Totals(first + offset - next, offset, gaps, lost, forwarded, deadLettered, ignored);
    }

    /** The records that there were to be read. */
    long received() {
        return next - first - gaps;
    }
}
