package io.caravan.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * The leader epochs of the records that a consumer has read. A record is known by its offset and its epoch: a leader that has
 * lost the end of its log writes others at these offsets, in a later epoch (KIP-101). Used by the consumer's thread.
 */
final class Epochs {

    /** Each by the first offset that was read of it. */
    private final Map<TopicPartition, NavigableMap<Long, Optional<Integer>>> partitions = new HashMap<>();

    void add(ConsumerRecords<?, ?> records) {
        for (TopicPartition partition : records.partitions()) {
            NavigableMap<Long, Optional<Integer>> epochs =
                    partitions.computeIfAbsent(partition, key -> new TreeMap<>());
            for (ConsumerRecord<?, ?> each : records.records(partition)) {
                var known = epochs.floorEntry(each.offset());
                if (known == null || !known.getValue().equals(each.leaderEpoch())) {
                    epochs.tailMap(each.offset(), true)
                            .clear(); // what was read there before is no longer what is there
                    epochs.put(each.offset(), each.leaderEpoch());
                }
            }
        }
    }

    /** The epoch of a record that was read last at its offset; empty where the broker tells none. */
    Optional<Integer> of(TopicPartition partition, long offset) {
        NavigableMap<Long, Optional<Integer>> epochs = partitions.get(partition);
        var epoch = epochs == null ? null : epochs.floorEntry(offset);
        return epoch == null ? Optional.empty() : epoch.getValue();
    }

    void forget(Collection<TopicPartition> left) {
        partitions.keySet().removeAll(left);
    }
}
