package io.caravan.ledger;

import io.caravan.kafka.Batch;
import io.caravan.kafka.RecordPosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.Message;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What a batch has of one partition: the offsets from its first record to behind its last, and the holes between them. A
 * hole is either nothing at all (the mark of a transaction, a record that compaction removed) or records that were deleted
 * before anybody had read them. Used on the consumer's thread, which some questions make wait for Kafka.
 */
public final class Span {

    private final RecordPosition origin;
    private final List<long[]> holes = new ArrayList<>();
    private final NavigableMap<Integer, Long> epochs = new TreeMap<>();
    private long next;

    private Span(RecordPosition origin) {
        this.origin = origin;
        this.next = origin.offset();
    }

    /** The spans of a {@linkplain Batch#open batch}, in the order in which its partitions come. */
    public static Collection<Span> of(List<Message> batch) {
        Map<TopicPartition, Span> spans = new LinkedHashMap<>();
        for (Message message : batch) {
            RecordPosition position = Batch.positionOf(message);
            spans.computeIfAbsent(position.partition(), partition -> new Span(position))
                    .add(position);
        }
        return spans.values();
    }

    private void add(RecordPosition position) {
        long offset = position.offset();
        position.epoch().ifPresent(epoch -> epochs.putIfAbsent(epoch, offset));
        if (offset > next) {
            holes.add(new long[] {next, offset});
        }
        next = offset + 1;
    }

    public TopicPartition partition() {
        return origin.partition();
    }

    /** The offset of the first record. */
    public long first() {
        return origin.offset();
    }

    /** The offset behind the last record. */
    public long next() {
        return next;
    }

    /** How many records there are from an offset on, each counted once; before the first one it is all of them. */
    public long recordsFrom(long offset) {
        long start = Math.max(offset, first());
        return next
                - start
                - holes.stream()
                        .mapToLong(hole -> Math.max(0, hole[1] - Math.max(hole[0], start)))
                        .sum();
    }

    /** Whether the partition is still this consumer's. */
    public boolean isAssigned() {
        return origin.consumer().assignment().contains(partition());
    }

    /** The leader epochs of the records, each with the first offset that is of it; none where nobody knows them. */
    public Map<Integer, Long> epochs() {
        return epochs;
    }

    /**
     * The first record that is in the place of another: before what was committed, and of a later leader epoch. Empty in the rule;
     * else Kafka has lost the end of the log since, and has written others there.
     */
    OptionalLong firstInPlaceOfAnother(OffsetAndMetadata committed) {
        var later = committed.leaderEpoch().map(epochs::higherEntry).orElse(null);
        return later != null && later.getValue() < committed.offset()
                ? OptionalLong.of(later.getValue())
                : OptionalLong.empty();
    }

    /** What the group has committed, null where nothing was. */
    public OffsetAndMetadata committed() {
        return origin.committed();
    }

    /** The offset behind the last record that the partition has. */
    public long end() {
        return origin.consumer().endOffsets(Set.of(partition())).get(partition());
    }

    /**
     * How many offsets were deleted unread, by the offset of the record that follows them; empty in the rule, and Kafka is
     * asked only where there is a hole.
     *
     * @param start where reading went on from; what is missing between it and the first record is a hole as well, and holes
     *     before it are none
     */
    public Map<Long, Long> lostSince(long start) {
        List<long[]> all = new ArrayList<>(holes);
        all.removeIf(hole -> hole[1] <= start);
        if (start < first()) {
            all.add(new long[] {start, first()});
        }
        if (all.isEmpty()) {
            return Map.of();
        }
        long oldest = origin.consumer().beginningOffsets(Set.of(partition())).get(partition());
        Map<Long, Long> lost = new HashMap<>();
        for (long[] hole : all) {
            if (oldest > hole[0]) {
                lost.put(hole[1], Math.min(oldest, hole[1]) - hole[0]);
            }
        }
        return lost;
    }
}
