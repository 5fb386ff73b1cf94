package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicsTest {

    @TempDir
    private static Path folder;

    private static EmbeddedKafka kafka;
    private static Admin admin;

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.start(folder, 0);
        admin = Admin.create(Map.of("bootstrap.servers", kafka.kafkaBrokers()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        kafka.close();
    }

    @Test
    void missingTopicsAreCreatedAndThoseThatExistStay() throws Exception {
        assertThat(new Topics(admin, 2, 1, 1_000_000).ensure(List.of("a", "b"))).containsExactlyInAnyOrder("a", "b");
        assertThat(new Topics(admin, 9, 1, 2_000_000).ensure(List.of("b", "c"))).containsExactly("c");

        var topics =
                admin.describeTopics(List.of("a", "b", "c")).allTopicNames().get();
        assertThat(topics.get("b").partitions()).hasSize(2);
        assertThat(topics.get("c").partitions()).hasSize(9);
        ConfigResource c = new ConfigResource(ConfigResource.Type.TOPIC, "c");
        assertThat(admin.describeConfigs(List.of(c))
                        .all()
                        .get()
                        .get(c)
                        .get("max.message.bytes")
                        .value())
                .isEqualTo("2065536");
    }

    @Test
    void lagIsWhatAGroupOfOursHasNotCommitted() throws Exception {
        new Topics(admin, 2, 1, 1_000_000).ensure(List.of("lagging"));
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.kafkaBrokers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("lagging", i % 2, null, new byte[0]));
            }
        }
        commit("caravan-store", 3);
        commit("others", 0);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        ConsumerLag lag = new ConsumerLag(admin, meters);
        lag.measure();

        assertThat(meters.get("caravan.consumer.lag")
                        .tag("group", "caravan-store")
                        .tag("topic", "lagging")
                        .gauge()
                        .value())
                .isEqualTo(7);
        assertThat(meters.find("caravan.consumer.lag").tag("group", "others").gauge())
                .isNull();

        commit("caravan-store", 5);
        lag.measure();
        assertThat(meters.get("caravan.consumer.lag").gauge().value()).isEqualTo(5);
    }

    private static void commit(String group, long offset) throws Exception {
        admin.alterConsumerGroupOffsets(
                        group,
                        Map.of(
                                new TopicPartition("lagging", 0), new OffsetAndMetadata(offset),
                                new TopicPartition("lagging", 1), new OffsetAndMetadata(0)))
                .all()
                .get();
    }
}
