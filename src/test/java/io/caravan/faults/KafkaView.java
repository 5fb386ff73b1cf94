package io.caravan.faults;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What Kafka knows of topics and of those who read them. Its questions throw while Kafka does not answer. */
final class KafkaView implements AutoCloseable {

    /** The stages whose work has an end, and what they read. */
    private static final Map<String, String> STAGES = Map.of(
            "caravan-enrich", "iot.raw",
            "caravan-store", "iot.enriched",
            "caravan-latest", "iot.enriched",
            "caravan-dead-letters", "iot.dlq");

    private static final long ANSWER_SECONDS = 20;

    private final Admin admin;

    KafkaView(String brokers) {
        this.admin = Admin.create(Map.of("bootstrap.servers", brokers));
    }

    /** How many records a topic has been given. */
    long records(String topic) throws Exception {
        return ends(topic).values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many records wait for any of the stages. */
    long lag() throws Exception {
        long lag = 0;
        for (Map.Entry<String, String> stage : STAGES.entrySet()) {
            lag += records(stage.getValue()) - read(stage.getKey(), stage.getValue());
        }
        return lag;
    }

    /** How many records of a topic a group has committed. */
    long read(String group, String topic) throws Exception {
        return answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata()).entrySet().stream()
                .filter(each -> each.getKey().topic().equals(topic) && each.getValue() != null)
                .mapToLong(each -> each.getValue().offset())
                .sum();
    }

    /** What a group is: its state and its members. */
    ConsumerGroupDescription group(String group) throws Exception {
        return answer(admin.describeConsumerGroups(List.of(group)).all()).get(group);
    }

    /** Has a group without members read a topic again from its beginning. */
    void readAgain(String group, String topic) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
        ends(topic).keySet().forEach(partition -> beginning.put(partition, new OffsetAndMetadata(0)));
        answer(admin.alterConsumerGroupOffsets(group, beginning).all());
    }

    private Map<TopicPartition, Long> ends(String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> latest =
                answer(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic).partitions().stream()
                        .collect(Collectors.toMap(
                                partition -> new TopicPartition(topic, partition.partition()),
                                partition -> OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        answer(admin.listOffsets(latest).all()).forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private static <T> T answer(KafkaFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        admin.close(java.time.Duration.ZERO);
    }
}
