package io.caravan.ledger;

import io.caravan.kafka.RecordPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.kafka.common.TopicPartition;

/**
 * What becomes of the records of one batch, by partition. Belongs to the batch's exchange; used by one thread.
 */
public final class Tally {

    private static final String PROPERTY = "caravanTally";

    private final Map<TopicPartition, Outcomes> partitions = new HashMap<>();

    /** What becomes of a record. */
    public enum Fate {
        FORWARDED,
        DEAD_LETTER,
        /** Its dialect says that such messages are of no use. */
        IGNORED,
        /** It holds several messages, which are counted when they come as such. */
        TAKEN_APART
    }

    /** The offsets of one partition that have an outcome, ascending, and those whose outcome is not to be forwarded. */
    private static final class Outcomes {
        private final List<Long> offsets = new ArrayList<>();
        private final Map<Long, Fate> others = new HashMap<>();
    }

    /** Begins to count the batch, or begins anew where its steps are tried again. */
    public static void open(Exchange exchange) {
        exchange.setProperty(PROPERTY, new Tally());
    }

    /** The tally of the batch. */
    public static Tally of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Tally.class);
    }

    /** Counts a record. */
    public void add(RecordPosition position, Fate fate) {
        Outcomes outcomes = partitions.computeIfAbsent(position.partition(), partition -> new Outcomes());
        outcomes.offsets.add(position.offset());
        if (fate != Fate.FORWARDED) {
            outcomes.others.put(position.offset(), fate);
        }
    }

    /**
     * Counts a record that was forwarded, and that its next topic does not take, as the dead letter that it becomes; once, also
     * where the step is tried again.
     *
     * @param origin its place, as topic/partition/offset
     */
    public void refused(String origin) {
        String[] place = origin.split("/");
        partitions
                .get(new TopicPartition(place[0], Integer.parseInt(place[1])))
                .others
                .put(Long.parseLong(place[2]), Fate.DEAD_LETTER);
    }

    /** How many records from an offset on were forwarded. */
    long forwarded(TopicPartition partition, long from) {
        return count(partition, from, Fate.FORWARDED);
    }

    /** How many records from an offset on became dead letters. */
    long deadLettered(TopicPartition partition, long from) {
        return count(partition, from, Fate.DEAD_LETTER);
    }

    /** How many records from an offset on are of no use. */
    long ignored(TopicPartition partition, long from) {
        return count(partition, from, Fate.IGNORED);
    }

    /** How many records from an offset on held several messages. */
    long takenApart(TopicPartition partition, long from) {
        return count(partition, from, Fate.TAKEN_APART);
    }

    private long count(TopicPartition partition, long from, Fate fate) {
        Outcomes outcomes = partitions.get(partition);
        return outcomes == null
                ? 0
                : outcomes.offsets.stream()
                        .filter(offset ->
                                offset >= from && outcomes.others.getOrDefault(offset, Fate.FORWARDED) == fate)
                        .count();
    }
}
