package io.caravan.window;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/**
 * The stretch of each partition that is being read. It tells records that come again, after a commit that failed, from new
 * ones, and a partition that others have worked on in between from one that stayed. Used by the consumer's thread.
 */
final class Stretches {

    private final Map<TopicPartition, Stretch> current = new ConcurrentHashMap<>();

    /**
     * The stretch that a record belongs to, or null when it has been read before.
     *
     * @param epoch the leader epoch in which the record was written, 0 where nobody knows it
     * @param written when the record was written, microseconds since the epoch
     */
    Stretch take(TopicPartition partition, long offset, int epoch, long written) {
        Stretch stretch = current.get(partition);
        if (stretch == null || !stretch.holds(offset, epoch)) {
            if (stretch != null) {
                stretch.left();
            }
            // before the very first record of a partition there is nothing that others could have read
            stretch = new Stretch(offset, offset == 0 ? Long.MIN_VALUE : written);
            current.put(partition, stretch);
        }
        return stretch.take(offset, epoch) ? stretch : null;
    }

    /** The group has taken partitions away; it may give them back. */
    void left(Collection<TopicPartition> partitions) {
        partitions.stream().map(current::get).filter(stretch -> stretch != null).forEach(Stretch::left);
    }
}
