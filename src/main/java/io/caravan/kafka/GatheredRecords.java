package io.caravan.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** What one poll hands out of several that it has made. Used by one thread. */
final class GatheredRecords {

    private final Map<TopicPartition, List<ConsumerRecord<Object, Object>>> records = new HashMap<>();
    private int count;

    void add(ConsumerRecords<Object, Object> more) {
        for (TopicPartition partition : more.partitions()) {
            records.computeIfAbsent(partition, key -> new ArrayList<>()).addAll(more.records(partition));
        }
        count += more.count();
    }

    /** Leaves out what there is of these partitions by now. */
    void forget(Collection<TopicPartition> partitions) {
        records.keySet().removeAll(partitions);
    }

    /** How many were added, forgotten ones among them. */
    int count() {
        return count;
    }

    ConsumerRecords<Object, Object> all() {
        return new ConsumerRecords<>(records);
    }
}
