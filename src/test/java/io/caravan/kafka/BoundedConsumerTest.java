package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.Patience;
import io.caravan.embedded.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedConsumerTest {

    private static final int COUNT = 200;
    private static final int SIZE = 10_000;
    private static final int LIMIT = 300_000;
    private static final int ONE_POLL = 8 * SIZE;

    @TempDir
    private static Path folder;

    private static EmbeddedKafka kafka;

    @BeforeAll
    static void fill() throws Exception {
        kafka = EmbeddedKafka.start(folder, 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.kafkaBrokers()))) {
            admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
        }
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.kafkaBrokers(), "compression.type", "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < COUNT; i++) {
                producer.send(new ProducerRecord<>("t", new byte[SIZE]));
            }
        }
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void aBatchEndsAtItsBytesAndTheNextGoesOnWhereItEnded() {
        List<Long> offsets = new ArrayList<>();
        try (Consumer<Object, Object> consumer = consumer("taken")) {
            while (offsets.size() < COUNT) {
                int before = offsets.size();
                drain(consumer, Duration.ofHours(1), offsets);
                assertThat((offsets.size() - before) * SIZE).isBetween(1, LIMIT + ONE_POLL);
                BoundedConsumer.batchTaken(consumer);
            }
        }
        assertThat(offsets)
                .containsExactlyElementsOf(
                        IntStream.range(0, COUNT).mapToObj(Long::valueOf).toList());
    }

    @Test
    void aMessageMayWeighMoreThanItsBytes() {
        try (Consumer<Object, Object> consumer =
                new BoundedConsumer(properties("heavy", 2_000), LIMIT, value -> 10L * value.length)) {
            consumer.subscribe(List.of("t"));
            List<Long> offsets = new ArrayList<>();
            drain(consumer, Duration.ofHours(1), offsets);
            assertThat(offsets.size() * SIZE).isBetween(1, LIMIT / 10 + ONE_POLL);
        }
    }

    @Test
    void aRouteThatTellsNothingOfItsBatchesGoesOnAfterThePollTimeout() {
        List<Long> offsets = new ArrayList<>();
        try (Consumer<Object, Object> consumer = consumer("untold")) {
            long deadline = System.nanoTime() + Patience.LONGEST.toNanos();
            while (offsets.size() < COUNT && System.nanoTime() < deadline) {
                read(consumer, Duration.ofMillis(20), offsets);
            }
        }
        assertThat(offsets).hasSize(COUNT);
    }

    @Test
    void onePollBringsAllThatIsThereUpToTheNumberAskedFor() {
        Map<String, Integer> bytesAndMost = Map.of("few bytes", LIMIT, "few messages", Integer.MAX_VALUE);
        bytesAndMost.forEach((group, limit) -> {
            try (Consumer<Object, Object> consumer =
                    new BoundedConsumer(properties(group, 100), limit, value -> value.length)) {
                consumer.subscribe(List.of("t"));
                List<Long> offsets = new ArrayList<>();
                read(consumer, Duration.ofSeconds(30), offsets);
                assertThat(offsets)
                        .as(group)
                        .hasSizeBetween(limit == LIMIT ? LIMIT / SIZE : 100, limit == LIMIT ? LIMIT / SIZE + 8 : 108);
            }
        });
    }

    /** Reads until there is nothing more for this batch. */
    private static void drain(Consumer<Object, Object> consumer, Duration timeout, List<Long> offsets) {
        int before;
        do {
            before = offsets.size();
            read(consumer, before == COUNT ? Duration.ZERO : timeout, offsets);
        } while (offsets.size() > before);
    }

    private static void read(Consumer<Object, Object> consumer, Duration timeout, List<Long> offsets) {
        for (ConsumerRecord<Object, Object> each : consumer.poll(timeout)) {
            offsets.add(each.offset());
        }
    }

    private static Consumer<Object, Object> consumer(String group) {
        Consumer<Object, Object> consumer = new BoundedConsumer(properties(group, 2_000), LIMIT, value -> value.length);
        consumer.subscribe(List.of("t"));
        return consumer;
    }

    private static Properties properties(String group, int most) {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "bootstrap.servers",
                kafka.kafkaBrokers(),
                "group.id",
                group,
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                most,
                "key.deserializer",
                ByteArrayDeserializer.class,
                "value.deserializer",
                ByteArrayDeserializer.class));
        return properties;
    }
}
