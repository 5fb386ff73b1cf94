package io.caravan.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer that goes on where its group has stopped as long as Kafka has what the group has read. A Kafka that has lost the end
 * of a log (a power cut, an unclean election) writes other records at the same offsets, in a later epoch of the partition's
 * leader. So an offset is committed with the {@link Mark} of the record before it, and when a partition comes, that record is read once
 * more, and not handed out. If another is in its place, reading goes on where the log differs; if there is none, and what is there is no
 * younger, with what comes. Else the topic was made anew, and is read from its beginning. Used by the thread of its route only.
 *
 * <p>The epoch is in the text of the commit, and not in the field that Kafka has for it (KIP-320): of an epoch there that the partition has
 * not reached, Kafka's client waits for that one, for good where it was that of an earlier topic of the same name
 * (kafka-clients 3.9.1).
 */
class ResumingConsumer extends KafkaConsumer<Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(ResumingConsumer.class);

    private final Epochs epochs = new Epochs();
    /** The last record that the group has read of partitions of which nothing has been read yet. */
    private final Map<TopicPartition, Mark> unproven = new HashMap<>();

    /** Those whose log ends before. Its last record tells whether it is the same log. */
    private final Set<TopicPartition> shorter = new HashSet<>();

    ResumingConsumer(Properties settings) {
        super(settings);
    }

    /** The leader epoch of a record that a consumer has handed out, empty where nobody knows it. */
    static Optional<Integer> epoch(Consumer<?, ?> consumer, TopicPartition partition, long offset) {
        return consumer instanceof ResumingConsumer resuming ? resuming.epochs.of(partition, offset) : Optional.empty();
    }

    /** Partitions have come. To be called while the group assigns them. */
    void prove(Collection<TopicPartition> partitions) {
        committed(Set.copyOf(partitions)).forEach((partition, committed) -> {
            Mark last = committed == null ? null : Mark.of(committed).orElse(null);
            if (last != null) {
                unproven.put(partition, last);
                seek(partition, last.offset());
            }
        });
    }

    /** Partitions have left; they come back from what is committed. */
    void forget(Collection<TopicPartition> partitions) {
        epochs.forget(partitions);
        unproven.keySet().removeAll(partitions);
        shorter.removeAll(partitions);
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        ConsumerRecords<Object, Object> records = super.poll(timeout);
        ConsumerRecords<Object, Object> proven = unproven.isEmpty() ? records : proven(records);
        epochs.add(proven);
        return proven;
    }

    private ConsumerRecords<Object, Object> proven(ConsumerRecords<Object, Object> records) {
        Map<TopicPartition, List<ConsumerRecord<Object, Object>>> proven = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            Mark last = unproven.remove(partition);
            List<ConsumerRecord<Object, Object>> all = records.records(partition);
            List<ConsumerRecord<Object, Object>> kept = last == null ? all : following(last, partition, all);
            if (!kept.isEmpty()) {
                proven.put(partition, kept);
            }
        }
        return new ConsumerRecords<>(proven);
    }

    /** What there is behind the last record that was read; nothing where reading is to go on elsewhere. */
    private List<ConsumerRecord<Object, Object>> following(
            Mark last, TopicPartition partition, List<ConsumerRecord<Object, Object>> records) {
        ConsumerRecord<Object, Object> first = records.get(0);
        int found = first.leaderEpoch().orElse(last.epoch());
        if (found > last.epoch()) {
            if (first.offset() <= last.offset()) {
                warn(partition, last, "what it has instead");
            }
            // the leader says where they differ; it has got beyond that epoch
            seek(partition, new OffsetAndMetadata(last.offset() + 1, Optional.of(last.epoch()), ""));
            return List.of();
        }
        if (found == last.epoch() && first.offset() > last.offset()) {
            return records;
        }
        if (found == last.epoch() && first.offset() == last.offset() && first.timestamp() == last.timestamp()) {
            return records.subList(1, records.size());
        }
        if (first.offset() < last.offset() && shorter.add(partition)) {
            unproven.put(partition, last); // the log ends before, and Kafka's client has gone to its beginning
            seek(partition, endOffsets(Set.of(partition)).get(partition) - 1);
            return List.of();
        }
        if (first.offset() < last.offset() && first.timestamp() <= last.timestamp()) {
            warn(partition, last, "what comes in its place");
            return records.subList(1, records.size());
        }
        warn(partition, last, "all that it has");
        seekToBeginning(Set.of(partition));
        return List.of();
    }

    private void warn(TopicPartition partition, Mark last, String read) {
        String group = groupMetadata().groupId();
        LOG.warn("{} no longer has what {} has read up to {}: {} is read", partition, group, last.offset(), read);
    }
}
