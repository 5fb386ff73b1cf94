package io.caravan.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many records each stage has not committed yet, as the gauge {@code caravan.consumer.lag} by group and topic: of the
 * topics of which a group has committed something or reads something now. In a partition of which nothing has been committed
 * yet, these are all records that the log still has. Used by one thread.
 */
public final class ConsumerLag {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerLag.class);
    private static final String PREFIX = "caravan-";
    private static final long ANSWER_SECONDS = 5;

    private final Supplier<Admin> kafka;
    private final MultiGauge gauges;
    /** What is known of each group and topic; a gauge goes on with the number that it began with. */
    private final Map<Tags, AtomicLong> known = new HashMap<>();

    /** @param kafka whom to ask; asked for before every measurement */
    public ConsumerLag(Supplier<Admin> kafka, MeterRegistry meters) {
        this.kafka = kafka;
        this.gauges = MultiGauge.builder("caravan.consumer.lag")
                .description("Records of a topic that a consumer group has not committed")
                .register(meters);
    }

    /**
     * Reads the lag of all groups. What cannot be read, a group or a topic, has no gauge until it can be, and keeps no other
     * from being read.
     *
     * @throws ExecutionException when Kafka does not even name its groups
     */
    public void measure() throws ExecutionException, InterruptedException, TimeoutException {
        Map<Tags, Long> lags = new HashMap<>();
        Admin admin = kafka.get();
        try {
            for (var group : answer(admin.listConsumerGroups().valid())) {
                if (group.groupId().startsWith(PREFIX)) {
                    try {
                        measure(admin, group.groupId(), lags);
                    } catch (ExecutionException | TimeoutException e) {
                        LOG.debug("Cannot read the lag of {}", group.groupId(), e);
                    }
                }
            }
        } finally {
            show(lags);
        }
    }

    private void show(Map<Tags, Long> lags) {
        known.keySet().retainAll(lags.keySet());
        lags.forEach((tags, lag) ->
                known.computeIfAbsent(tags, any -> new AtomicLong()).set(lag));
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        known.forEach((tags, lag) -> rows.add(MultiGauge.Row.of(tags, lag)));
        gauges.register(rows);
    }

    private static void measure(Admin admin, String group, Map<Tags, Long> lags)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetAndMetadata> committed =
                answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        Set<String> topics = new HashSet<>();
        committed.keySet().forEach(partition -> topics.add(partition.topic()));
        answer(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group))
                .members()
                .forEach(member ->
                        member.assignment().topicPartitions().forEach(partition -> topics.add(partition.topic())));
        for (var topic : admin.describeTopics(topics).topicNameValues().entrySet()) {
            try {
                long lag = lag(admin, topic.getKey(), answer(topic.getValue()).partitions(), committed);
                lags.put(Tags.of("group", group, "topic", topic.getKey()), lag);
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("Cannot read the lag of {} in {}", group, topic.getKey(), e);
            }
        }
    }

    private static long lag(
            Admin admin,
            String topic,
            List<TopicPartitionInfo> partitions,
            Map<TopicPartition, OffsetAndMetadata> committed)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        Map<TopicPartition, OffsetSpec> beginnings = new HashMap<>();
        for (TopicPartitionInfo info : partitions) {
            TopicPartition partition = new TopicPartition(topic, info.partition());
            ends.put(partition, OffsetSpec.latest());
            if (committed.get(partition) == null) {
                beginnings.put(partition, OffsetSpec.earliest());
            }
        }
        var first = answer(admin.listOffsets(beginnings).all());
        long lag = 0;
        for (var end : answer(admin.listOffsets(ends).all()).entrySet()) {
            OffsetAndMetadata position = committed.get(end.getKey());
            long from = position != null
                    ? position.offset()
                    : first.get(end.getKey()).offset();
            lag += Math.max(0, end.getValue().offset() - from);
        }
        return lag;
    }

    private static <T> T answer(KafkaFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }
}
