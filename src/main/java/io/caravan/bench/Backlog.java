package io.caravan.bench;

import io.caravan.kafka.KafkaAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * How many messages are on their way, told by Kafka's offsets alone, which costs the servers next to nothing: those that
 * the broker has acknowledged and {@code iot.raw} does not hold yet, plus the lag of the stages enrich and store. Other
 * publishers on the same broker blur the first part. Not thread-safe.
 */
final class Backlog implements AutoCloseable {

    static final String RAW = "iot.raw";
    static final String ENRICHED = "iot.enriched";

    private static final Map<String, String> TOPIC_OF_GROUP = Map.of("caravan-enrich", RAW, "caravan-store", ENRICHED);
    private static final long TIMEOUT_SECONDS = 5;

    /**
     * A look at the backlog.
     *
     * @param nanos when, as of System.nanoTime
     * @param messages on their way
     */
    record Sample(long nanos, long messages) {}

    private final Admin admin;
    private final Map<String, List<TopicPartition>> partitions = new HashMap<>();
    private final List<Sample> samples = new ArrayList<>();
    private long rawBefore = -1;

    Backlog(KafkaAccess kafka) {
        admin = Admin.create(kafka.with(
                Map.of("client.id", "caravan-bench", "request.timeout.ms", "4000", "default.api.timeout.ms", "5000")));
    }

    /**
     * Looks for the topics, and marks where {@code iot.raw} ends now.
     *
     * @return false when Kafka does not answer or has no such topics
     */
    boolean mark() throws InterruptedException {
        try {
            var descriptions = admin.describeTopics(TOPIC_OF_GROUP.values())
                    .allTopicNames()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            descriptions.forEach((topic, description) -> partitions.put(
                    topic,
                    description.partitions().stream()
                            .map(TopicPartitionInfo::partition)
                            .map(partition -> new TopicPartition(topic, partition))
                            .toList()));
            rawBefore = sum(offsets(partitions.get(RAW), OffsetSpec.latest()));
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /**
     * How many messages are on their way now, empty when Kafka does not answer.
     *
     * @param acknowledged how many messages the broker has acknowledged since the mark
     */
    OptionalLong look(long acknowledged) throws InterruptedException {
        if (rawBefore < 0) {
            return OptionalLong.empty();
        }
        try {
            long raw = sum(offsets(partitions.get(RAW), OffsetSpec.latest()));
            long messages = Math.max(0, acknowledged - (raw - rawBefore));
            for (Map.Entry<String, String> group : TOPIC_OF_GROUP.entrySet()) {
                messages += lag(group.getKey(), partitions.get(group.getValue()));
            }
            return OptionalLong.of(messages);
        } catch (ExecutionException | TimeoutException e) {
            return OptionalLong.empty();
        }
    }

    /** Keeps a look for the verdict on steadiness. */
    void keep(long nanos, long messages) {
        samples.add(new Sample(nanos, messages));
    }

    List<Sample> samples() {
        return samples;
    }

    /**
     * Whether the backlog stayed put in the last half of the samples: it does not grow, in a straight line fitted through
     * them, by more than a hundredth of the rate.
     *
     * @param rate messages per second
     */
    static boolean steady(List<Sample> samples, double rate) {
        List<Sample> half = samples.subList(samples.size() / 2, samples.size());
        if (half.size() < 2) {
            return true;
        }
        double time = half.stream().mapToLong(Sample::nanos).average().orElse(0);
        double backlog = half.stream().mapToLong(Sample::messages).average().orElse(0);
        double covariance = 0;
        double variance = 0;
        for (Sample sample : half) {
            double seconds = (sample.nanos - time) / 1e9;
            covariance += seconds * (sample.messages - backlog);
            variance += seconds * seconds;
        }
        double span = (half.get(half.size() - 1).nanos - half.get(0).nanos) / 1e9;
        double growth = variance == 0 ? 0 : covariance / variance;
        // A consumer works in batches: a second's worth of messages more or less within the span is no trend.
        return growth <= rate / 100 || growth * span <= rate;
    }

    private long lag(String group, List<TopicPartition> of)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        Map<TopicPartition, Long> ends = offsets(of, OffsetSpec.latest());
        List<TopicPartition> untouched = of.stream()
                .filter(partition -> committed.get(partition) == null)
                .toList();
        Map<TopicPartition, Long> starts = offsets(untouched, OffsetSpec.earliest());
        long lag = 0;
        for (TopicPartition partition : of) {
            OffsetAndMetadata offset = committed.get(partition);
            long done = offset == null ? starts.get(partition) : offset.offset();
            lag += Math.max(0, ends.get(partition) - done);
        }
        return lag;
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> of, OffsetSpec spec)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> query = new HashMap<>();
        of.forEach(partition -> query.put(partition, spec));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listOffsets(query)
                .all()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    private static long sum(Map<TopicPartition, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }
}
