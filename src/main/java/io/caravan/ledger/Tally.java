package io.caravan.ledger;

import io.caravan.kafka.RecordPosition;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.kafka.common.TopicPartition;

/**
 * What becomes of the records of one batch, by partition. A record that the batch holds twice counts once. Belongs to the
 * batch's exchange; used by one thread.
 */
public final class Tally {

    private static final String PROPERTY = "caravanTally";

    private final Map<TopicPartition, Counts> partitions = new HashMap<>();

    /** The counts of one partition. */
    private static final class Counts {
        private long next = Long.MIN_VALUE;
        private long forwarded;
        private long deadLettered;
    }

    /** Begins to count the batch, or begins anew where its steps are tried again. */
    public static void open(Exchange exchange) {
        exchange.setProperty(PROPERTY, new Tally());
    }

    /** The tally of the batch. */
    public static Tally of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Tally.class);
    }

    /** Counts a record, in the order of offsets. */
    public void add(RecordPosition position, boolean deadLetter) {
        Counts counts = partitions.computeIfAbsent(position.partition(), partition -> new Counts());
        if (position.offset() < counts.next) {
            return;
        }
        counts.next = position.offset() + 1;
        if (deadLetter) {
            counts.deadLettered++;
        } else {
            counts.forwarded++;
        }
    }

    long forwarded(TopicPartition partition) {
        Counts counts = partitions.get(partition);
        return counts == null ? 0 : counts.forwarded;
    }

    long deadLettered(TopicPartition partition) {
        Counts counts = partitions.get(partition);
        return counts == null ? 0 : counts.deadLettered;
    }
}
