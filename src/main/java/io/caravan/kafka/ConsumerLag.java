package io.caravan.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many records each stage has not committed yet, as the gauge {@code caravan.consumer.lag} by group and topic. Used by
 * one thread.
 */
public final class ConsumerLag {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerLag.class);
    private static final String PREFIX = "caravan-";
    private static final long ANSWER_SECONDS = 5;

    private final Admin admin;
    private final MeterRegistry meters;
    private final Map<List<String>, AtomicLong> gauges = new ConcurrentHashMap<>();

    public ConsumerLag(Admin admin, MeterRegistry meters) {
        this.admin = admin;
        this.meters = meters;
    }

    /** Reads the lag of all groups. What cannot be read keeps its last value. */
    public void measure() {
        try {
            for (var group : admin.listConsumerGroups().all().get(ANSWER_SECONDS, TimeUnit.SECONDS)) {
                if (group.groupId().startsWith(PREFIX)) {
                    measure(group.groupId());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Cannot read the lag", e);
        }
    }

    private void measure(String group) throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        committed.keySet().forEach(partition -> asked.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                admin.listOffsets(asked).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        Map<String, Long> lags = new HashMap<>();
        committed.forEach((partition, offset) -> {
            if (offset != null) {
                lags.merge(partition.topic(), Math.max(0, ends.get(partition).offset() - offset.offset()), Long::sum);
            }
        });
        lags.forEach((topic, lag) -> gauge(group, topic).set(lag));
    }

    private AtomicLong gauge(String group, String topic) {
        return gauges.computeIfAbsent(List.of(group, topic), key -> {
            AtomicLong value = new AtomicLong();
            Gauge.builder("caravan.consumer.lag", value, AtomicLong::get)
                    .description("Records of a topic that a consumer group has not committed")
                    .tag("group", group)
                    .tag("topic", topic)
                    .register(meters);
            return value;
        });
    }
}
