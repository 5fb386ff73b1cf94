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
 * leader. So an offset is committed with the epoch of the record before it, and when a partition comes, that record is read once
 * more, and not handed out. If another is in its place, reading goes on where the log differs; with the first record of the log, where
 * that is not known: the topic may have been made anew. Used by the thread of its route only.
 *
 * <p>The epoch is in the text of the commit, and not in the field that Kafka has for it (KIP-320): of an epoch there that the partition has
 * not reached, Kafka's client waits for that one, for good where it was that of an earlier topic of the same name
 * (kafka-clients 3.9.1).
 */
class ResumingConsumer extends KafkaConsumer<Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(ResumingConsumer.class);

    /** Behind the text of others; JSON is read as if it were not there. */
    private static final String EPOCH = " epoch=";

    private final Epochs epochs = new Epochs();
    /** Where partitions go on of which nothing has been read yet. */
    private final Map<TopicPartition, OffsetAndMetadata> unproven = new HashMap<>();

    /** Those whose log ends before. Its last record tells whether it has got beyond the epoch. */
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
            if (committed != null && committed.leaderEpoch().isPresent() && committed.offset() > 0) {
                unproven.put(partition, committed);
                seek(partition, committed.offset() - 1);
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
            OffsetAndMetadata committed = unproven.remove(partition);
            List<ConsumerRecord<Object, Object>> all = records.records(partition);
            List<ConsumerRecord<Object, Object>> kept = committed == null ? all : following(committed, partition, all);
            if (!kept.isEmpty()) {
                proven.put(partition, kept);
            }
        }
        return new ConsumerRecords<>(proven);
    }

    /** What there is behind a committed offset; nothing where reading is to go on elsewhere. */
    private List<ConsumerRecord<Object, Object>> following(
            OffsetAndMetadata committed, TopicPartition partition, List<ConsumerRecord<Object, Object>> records) {
        ConsumerRecord<Object, Object> first = records.get(0);
        long last = committed.offset() - 1;
        int epoch = committed.leaderEpoch().orElseThrow();
        int found = first.leaderEpoch().orElse(epoch);
        if (found == epoch && first.offset() >= last) {
            return first.offset() == last ? records.subList(1, records.size()) : records;
        }
        if (found > epoch) {
            if (first.offset() <= last) {
                warn(committed, partition, "what it has instead");
            }
            seek(partition, committed); // the leader says where they differ; it has got beyond that epoch
        } else if (first.offset() < last && shorter.add(partition)) {
            unproven.put(partition, committed); // the log ends before, and Kafka's client has gone to its beginning
            seek(partition, endOffsets(Set.of(partition)).get(partition) - 1);
        } else {
            warn(committed, partition, "all that it has");
            seekToBeginning(Set.of(partition));
        }
        return List.of();
    }

    private void warn(OffsetAndMetadata committed, TopicPartition partition, String read) {
        String group = groupMetadata().groupId();
        LOG.warn("{} no longer has what {} has read before {}: {} is read", partition, group, committed.offset(), read);
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, OffsetAndMetadata> written = new HashMap<>(offsets);
        written.replaceAll((partition, offset) -> written(offset));
        super.commitSync(written);
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>(super.committed(partitions));
        committed.replaceAll((partition, offset) -> read(offset));
        return committed;
    }

    private static OffsetAndMetadata written(OffsetAndMetadata offset) {
        String epoch = offset.leaderEpoch().map(number -> EPOCH + number).orElse("");
        return new OffsetAndMetadata(offset.offset(), offset.metadata() + epoch);
    }

    private static OffsetAndMetadata read(OffsetAndMetadata committed) {
        int end = committed == null ? -1 : committed.metadata().lastIndexOf(EPOCH);
        if (end < 0) {
            return committed;
        }
        try {
            int epoch = Integer.parseInt(committed.metadata().substring(end + EPOCH.length()));
            String text = committed.metadata().substring(0, end);
            return new OffsetAndMetadata(committed.offset(), Optional.of(epoch), text);
        } catch (IllegalArgumentException e) {
            return committed; // written by somebody else
        }
    }
}
