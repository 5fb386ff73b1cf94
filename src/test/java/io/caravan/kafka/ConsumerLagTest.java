package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravan.embedded.EmbeddedKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ForwardingAdmin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsumerLagTest {

    private static final int RECORDS = 10;

    @TempDir
    private static Path folder;

    private static EmbeddedKafka kafka;
    private static Admin admin;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ConsumerLag lag = new ConsumerLag(() -> admin, meters);

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.start(folder, 0);
        admin = Admin.create(Map.of("bootstrap.servers", kafka.kafkaBrokers()));
        new Topics(admin, 2, 1, 1_000_000).ensure(List.of("lagging"));
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.kafkaBrokers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>("lagging", i % 2, null, new byte[0]));
            }
        }
    }

    @AfterAll
    static void stop() {
        admin.close();
        kafka.close();
    }

    @Test
    void lagIsWhatAGroupOfOursHasNotCommitted() throws Exception {
        commit("caravan-store", 0, 3);
        commit("caravan-store", 1, 0);
        commit("others", 0, 0);
        lag.measure();

        assertThat(of("caravan-store")).isEqualTo(RECORDS - 3);
        assertThat(meters.find("caravan.consumer.lag").tag("group", "others").gauge())
                .isNull();

        commit("caravan-store", 0, 5);
        lag.measure();
        assertThat(of("caravan-store")).isEqualTo(RECORDS - 5);
    }

    @Test
    void aPartitionOfWhichNothingWasCommittedLagsByAllThatItHolds() throws Exception {
        commit("caravan-enrich", 1, 5);
        lag.measure();

        assertThat(of("caravan-enrich")).isEqualTo(RECORDS - 5);
    }

    @Test
    void aGroupThatReadsAndHasCommittedNothingLagsByAllThatTheTopicHolds() throws Exception {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.kafkaBrokers(), "group.id", "caravan-latest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of("lagging"));
            await().until(() -> {
                consumer.poll(Duration.ofMillis(100));
                return !consumer.assignment().isEmpty();
            });
            lag.measure();

            assertThat(of("caravan-latest")).isEqualTo(RECORDS);
        }
    }

    @Test
    void aGroupThatCannotBeReadHidesNoOther() throws Exception {
        commit("caravan-broken-1", 0, 0);
        commit("caravan-broken-2", 0, 0);
        commit("caravan-whole", 0, 5);
        commit("caravan-whole", 1, 5);
        try (Admin partly = new PartlyBroken(kafka.kafkaBrokers())) {
            new ConsumerLag(() -> partly, meters).measure();
        }

        assertThat(of("caravan-whole")).isZero();
        assertThat(meters.find("caravan.consumer.lag")
                        .tag("group", "caravan-broken-1")
                        .gauge())
                .isNull();
    }

    @Test
    void whatCannotBeReadAnyMoreHasNoValue() throws Exception {
        commit("caravan-gone", 0, 0);
        commit("caravan-gone", 1, 0);
        AtomicReference<Admin> asked = new AtomicReference<>(admin);
        Admin switching = (Admin) Proxy.newProxyInstance(
                Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (self, method, arguments) -> method.invoke(asked.get(), arguments));
        ConsumerLag gone = new ConsumerLag(() -> switching, meters);
        gone.measure();
        assertThat(of("caravan-gone")).isEqualTo(RECORDS);

        try (Admin nowhere = Admin.create(
                Map.of("bootstrap.servers", "localhost:1", "default.api.timeout.ms", 300, "request.timeout.ms", 200))) {
            asked.set(nowhere);
            gone.measure();
            assertThat(meters.find("caravan.consumer.lag").gauges()).isEmpty();
        }

        asked.set(admin);
        gone.measure();
        assertThat(of("caravan-gone")).isEqualTo(RECORDS);
    }

    /** Asks where nobody answers for the groups whose name says that they are broken. */
    private static final class PartlyBroken extends ForwardingAdmin {

        private final Admin nowhere = Admin.create(Map.of("bootstrap.servers", "localhost:1"));

        PartlyBroken(String brokers) {
            super(Map.of("bootstrap.servers", brokers));
        }

        @Override
        public void close(Duration timeout) {
            nowhere.close(timeout);
            super.close(timeout);
        }

        @Override
        public ListConsumerGroupOffsetsResult listConsumerGroupOffsets(
                Map<String, ListConsumerGroupOffsetsSpec> groups, ListConsumerGroupOffsetsOptions options) {
            boolean broken = groups.keySet().stream().anyMatch(group -> group.startsWith("caravan-broken"));
            return broken
                    ? nowhere.listConsumerGroupOffsets(groups, options.timeoutMs(200))
                    : super.listConsumerGroupOffsets(groups, options);
        }
    }

    private double of(String group) {
        return meters.get("caravan.consumer.lag")
                .tag("group", group)
                .tag("topic", "lagging")
                .gauge()
                .value();
    }

    private static void commit(String group, int partition, long offset) throws Exception {
        admin.alterConsumerGroupOffsets(
                        group, Map.of(new TopicPartition("lagging", partition), new OffsetAndMetadata(offset)))
                .all()
                .get();
    }
}
