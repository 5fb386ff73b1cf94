package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravan.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ConsumerGroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Kafka that has lost the end of a log, as in a power cut, and has written others in its place. */
@Timeout(120)
class LostTailIT {

    private static final TopicPartition LOG = new TopicPartition("t", 0);

    @TempDir
    Path folder;

    private EmbeddedKafka kafka;

    @BeforeEach
    void start() throws Exception {
        kafka = EmbeddedKafka.start(folder, 0);
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(LOG.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    /** The log goes beyond the committed offset, up to it, and not as far. */
    @ParameterizedTest
    @ValueSource(ints = {20, 10, 5})
    void whatIsWrittenInThePlaceOfWhatWasReadIsReadToo(int count) throws Exception {
        write("before", 90);
        Path kept = copy(log(), folder.resolve("kept"));
        write("lost", 10);
        assertThat(read(100, 100)).endsWith("lost 8", "lost 9");

        kafka.close();
        delete(log());
        copy(kept, log());
        Files.delete(folder.resolve("kafka/.kafka_cleanshutdown"));
        kafka = EmbeddedKafka.start(folder, 0);
        write("after", count);

        assertThat(read(count, 90 + count)).containsExactlyElementsOf(texts("after", count));
    }

    /** What is there is no younger than what was read: it was read as well. */
    @Test
    void aLogThatEndsEarlierIsNotReadTwice() throws Exception {
        write("read", 3);
        commit(5, " last=4/0/" + Instant.now().toEpochMilli());
        kafka.close();
        kafka = EmbeddedKafka.start(folder, 0);

        CompletableFuture<List<String>> read = CompletableFuture.supplyAsync(() -> {
            try {
                return read(2, 5);
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        await().until(this::hasMember);
        write("new", 2);

        assertThat(read.get()).containsExactlyElementsOf(texts("new", 2));
    }

    /** What is there is younger than all that was read. */
    @ParameterizedTest
    @ValueSource(strings = {"1 last=0", "3 last=2", "5 last=4"})
    void aTopicThatWasMadeAnewInTheSameEpochIsReadFromItsBeginning(String place) throws Exception {
        write("new", 3);
        commit(Long.parseLong(place.substring(0, 1)), place.substring(1) + "/0/1700000000000");

        assertThat(read(3, 3)).containsExactlyElementsOf(texts("new", 3));
    }

    /** As what mirrors clusters does. */
    @Test
    void theMarkOfAnotherOffsetSaysNothing() throws Exception {
        write("new", 3);
        commit(1, " last=4/0/1700000000000");

        assertThat(read(2, 3)).containsExactly("new 1", "new 2");
    }

    @Test
    void whatHasANewLeaderOnlyIsNotReadTwice() throws Exception {
        write("read", 3);
        assertThat(read(3, 3)).hasSize(3);
        kafka.close();
        kafka = EmbeddedKafka.start(folder, 0);
        write("new", 3);

        assertThat(read(3, 6)).containsExactlyElementsOf(texts("new", 3));
    }

    /** The group of a topic that was deleted, and made anew, while it had a batch of it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100})
    void whatAnEarlierTopicOfTheNameHadDoesNotKeepTheNewOneFromBeingRead(int offset) throws Exception {
        write("new", 3);
        commit(offset, "{} last=" + (offset - 1) + "/7/1700000000000");

        assertThat(read(3, 3)).containsExactlyElementsOf(texts("new", 3));
    }

    @Test
    void whatOthersHaveCommittedIsBelieved() throws Exception {
        write("new", 3);
        commit(1, "by hand, last=x");

        assertThat(read(2, 3)).containsExactly("new 1", "new 2");
    }

    private boolean hasMember() throws Exception {
        try (Admin admin = admin()) {
            return admin.describeConsumerGroups(List.of("g"))
                            .all()
                            .get()
                            .get("g")
                            .state()
                    == ConsumerGroupState.STABLE;
        }
    }

    private void commit(long offset, String text) throws Exception {
        try (Admin admin = admin()) {
            admin.alterConsumerGroupOffsets("g", Map.of(LOG, new OffsetAndMetadata(offset, text)))
                    .all()
                    .get();
        }
    }

    /** Reads by the route of a stage until it has read so many, and a place is committed. */
    private List<String> read(int count, long until) throws Exception {
        List<String> read = new CopyOnWriteArrayList<>();
        Batch batch = new Batch();
        try (CamelContext camel = new DefaultCamelContext();
                Admin admin = admin()) {
            KafkaComponent component = new KafkaComponent();
            component.getConfiguration().setBrokers(kafka.kafkaBrokers());
            component.getConfiguration().setAutoCommitEnable(false);
            component.getConfiguration().setAllowManualCommit(true);
            component.getConfiguration().setAutoOffsetReset("earliest");
            component.getConfiguration().setBreakOnFirstError(true);
            component.setKafkaManualCommitFactory(new RecordPosition.Factory());
            component.setKafkaClientFactory(new WatchedConsumers(1_000_000));
            camel.addComponent("kafka", component);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("kafka:t?groupId=g&batching=true&maxPollRecords=50&batchingIntervalMs=100&pollTimeoutMs=100"
                                    + "&valueDeserializer=org.apache.kafka.common.serialization.ByteArrayDeserializer")
                            .process(batch::open)
                            .process(exchange -> {
                                for (Object message : exchange.getMessage().getBody(List.class)) {
                                    byte[] value = ((Message) message).getBody(byte[].class);
                                    read.add(new String(value, StandardCharsets.UTF_8));
                                }
                            })
                            .process(batch::commit);
                }
            });
            camel.start();
            await().until(() -> {
                var offsets = admin.listConsumerGroupOffsets("g").partitionsToOffsetAndMetadata();
                OffsetAndMetadata committed = offsets.get().get(LOG);
                return read.size() >= count && committed != null && committed.offset() == until;
            });
        }
        return read;
    }

    private void write(String what, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.kafkaBrokers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (String text : texts(what, count)) {
                producer.send(new ProducerRecord<>(LOG.topic(), text.getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
        }
    }

    private static List<String> texts(String what, int count) {
        return IntStream.range(0, count).mapToObj(i -> what + " " + i).toList();
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", kafka.kafkaBrokers()));
    }

    private Path log() {
        return folder.resolve("kafka").resolve(LOG.toString());
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file :
                    files.filter(file -> !file.toString().endsWith("index")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private static void delete(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}
