package io.caravan.ledger;

import io.caravan.kafka.Batch;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The ledger of a stage that writes to Kafka only: its totals are committed with its offsets. One for each consumer group.
 * Thread-safe, as long as each partition is used by the thread that reads it.
 */
public final class CommittedLedger {

    /**
     * The totals after the last batch of each partition. They hold for the next batch if it begins where they end; if it
     * begins elsewhere (the partition was away, a batch is read again, records are missing), the committed ones do.
     */
    private final Map<TopicPartition, Totals> last = new ConcurrentHashMap<>();

    /**
     * Notes the totals that the commit of the batch is to carry.
     *
     * @throws org.apache.kafka.common.KafkaException when Kafka does not answer; the step may be tried again
     */
    public void note(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getProperty(Batch.MESSAGES, List.class);
        Tally tally = Tally.of(exchange);
        for (Span span : Span.of(batch)) {
            TopicPartition partition = span.partition();
            if (!span.isAssigned()) {
                last.remove(partition); // another member counts the batch
                continue;
            }
            Totals before = before(span);
            if (span.next() <= before.next()) {
                last.remove(partition); // another member has done and counted all of it
                Batch.leave(exchange, partition);
                continue;
            }
            Map<Long, Long> lost = span.lostSince(before.next());
            Totals after = before.plus(
                    span.next(),
                    // what was taken apart is counted as what it held
                    span.recordsFrom(before.next()) - tally.takenApart(partition, before.next()),
                    sum(lost.values()),
                    tally.forwarded(partition, before.next()),
                    tally.deadLettered(partition, before.next()),
                    tally.ignored(partition, before.next()));
            last.put(partition, after);
            Batch.annotate(exchange, partition, after.metadata());
        }
    }

    /** Forgets partitions that are another member's now; what that one commits holds when they come back. */
    public void left(Collection<TopicPartition> partitions) {
        last.keySet().removeAll(partitions);
    }

    /**
     * Where counting goes on. That is behind the first record where the partition was another member's for a while and that one has
     * done what was waiting here; unless the log is another one, whose offsets begin again, or has others in the place of records that were
     * counted: those stay counted, and so will these be.
     */
    private Totals before(Span span) {
        Totals known = last.get(span.partition());
        if (known != null && known.next() == span.first()) {
            return known;
        }
        OffsetAndMetadata committed = span.committed();
        if (committed == null) {
            return Totals.since(span.first());
        }
        Totals totals = Totals.of(committed);
        OptionalLong other = span.firstInPlaceOfAnother(committed);
        if (other.isPresent()) {
            return totals.movedTo(other.getAsLong());
        }
        return totals.next() > span.first() && totals.next() > span.end() ? totals.movedTo(span.first()) : totals;
    }

    private static long sum(Collection<Long> values) {
        return values.stream().mapToLong(Long::longValue).sum();
    }
}
