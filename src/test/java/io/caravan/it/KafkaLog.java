package io.caravan.it;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads topics from their beginning, as a program of somebody else would. */
record KafkaLog(String brokers, Duration limit) {

    KafkaLog(String brokers) {
        this(brokers, Duration.ofSeconds(60));
    }

    /** The records of a topic that are wanted and there by then, as soon as there are that many; fewer when they do not come. */
    List<ConsumerRecord<String, byte[]>> read(
            String topic, int atLeast, Predicate<ConsumerRecord<String, byte[]>> wanted) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", brokers), new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = rewind(consumer, topic);
            List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
            long deadline = System.nanoTime() + limit.toNanos();
            while (found.size() < atLeast && System.nanoTime() < deadline) {
                poll(consumer, wanted, found);
            }
            // those that are there already beyond the wanted number: the newest says more than the first
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))
                    && System.nanoTime() < deadline) {
                poll(consumer, wanted, found);
            }
            return found;
        }
    }

    private static List<TopicPartition> rewind(KafkaConsumer<String, byte[]> consumer, String topic) {
        RunningCaravan.await().until(() -> !consumer.partitionsFor(topic).isEmpty());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return partitions;
    }

    private static void poll(
            KafkaConsumer<String, byte[]> consumer,
            Predicate<ConsumerRecord<String, byte[]>> wanted,
            List<ConsumerRecord<String, byte[]>> found) {
        for (ConsumerRecord<String, byte[]> candidate : consumer.poll(Duration.ofMillis(200))) {
            if (wanted.test(candidate)) {
                found.add(candidate);
            }
        }
    }

    /** The first record of a key. */
    ConsumerRecord<String, byte[]> first(String topic, String key) {
        List<ConsumerRecord<String, byte[]>> found = read(topic, 1, candidate -> key.equals(candidate.key()));
        if (found.isEmpty()) {
            throw new AssertionError(topic + " has no record of the key " + key);
        }
        return found.get(0);
    }

    static String header(ConsumerRecord<?, ?> candidate, String name) {
        Header header = candidate.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
