package io.caravan.faults;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What Kafka knows of topics and of those who read them. Its questions throw while Kafka does not answer. */
final class KafkaView implements AutoCloseable {

    /** The stages whose work has an end, and what they read. */
    private static final Map<String, String> STAGES = Map.of(
            "caravan-enrich", "iot.raw",
            "caravan-store", "iot.enriched",
            "caravan-latest", "iot.enriched",
            "caravan-dead-letters", "iot.dlq");

    private static final long ANSWER_SECONDS = 60;

    private final String brokers;
    private final Admin admin;

    KafkaView(String brokers) {
        this.brokers = brokers;
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

    /** Deletes topics, with all that they hold. */
    void delete(Collection<String> topics) throws Exception {
        answer(admin.deleteTopics(topics).all());
    }

    /** Deletes all groups, with all that they have committed; none of them may have a member. */
    void deleteGroups() throws Exception {
        List<String> groups = answer(admin.listConsumerGroups().all()).stream()
                .map(ConsumerGroupListing::groupId)
                .toList();
        answer(admin.deleteConsumerGroups(groups).all());
    }

    /** Has a group without members go on at the end of a topic, whatever it has read. */
    void readOn(String group, String topic) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
        ends(topic).forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end)));
        answer(admin.alterConsumerGroupOffsets(group, ends).all());
    }

    /** Has a group without members read a topic again from its beginning. */
    void readAgain(String group, String topic) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
        ends(topic).keySet().forEach(partition -> beginning.put(partition, new OffsetAndMetadata(0)));
        answer(admin.alterConsumerGroupOffsets(group, beginning).all());
    }

    /**
     * In a line, what the ledger has to go by: how many records iot.enriched has, how many messages of iot.raw they are of, and
     * which of these were written first behind a later one of their partitions.
     */
    String chain() throws Exception {
        Map<TopicPartition, Long> ends = ends("iot.enriched");
        Set<String> seen = new HashSet<>();
        Map<String, Long> newest = new HashMap<>();
        List<String> behind = new ArrayList<>();
        long records = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", brokers), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(ends.keySet());
            consumer.seekToBeginning(ends.keySet());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> next : consumer.poll(Duration.ofSeconds(1))) {
                    records++;
                    String origin =
                            new String(next.headers().lastHeader("origin").value(), StandardCharsets.UTF_8);
                    long offset = Long.parseLong(origin.substring(origin.lastIndexOf('/') + 1));
                    String way = origin.substring(0, origin.lastIndexOf('/')) + " > " + next.partition();
                    Long before = newest.merge(way, offset, Math::max);
                    if (seen.add(origin) && offset < before) {
                        behind.add(origin + " at " + next.partition() + '/' + next.offset() + " behind " + before);
                    }
                }
            }
        }
        return "caravan-enrich has committed of iot.raw, which ends at " + new TreeMap<>(byNumber(ends("iot.raw")))
                + ":\n"
                + new TreeMap<>(byNumber(
                        answer(admin.listConsumerGroupOffsets("caravan-enrich").partitionsToOffsetAndMetadata())))
                + '\n' + records + " records of " + seen.size() + " messages, written first behind a later one: "
                + behind.size()
                + ' ' + behind.subList(0, Math.min(20, behind.size()));
    }

    private static <T> Map<Integer, T> byNumber(Map<TopicPartition, T> partitions) {
        return partitions.entrySet().stream()
                .collect(Collectors.toMap(each -> each.getKey().partition(), Map.Entry::getValue));
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
        admin.close(Duration.ZERO);
    }
}
