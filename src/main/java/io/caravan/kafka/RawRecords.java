package io.caravan.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a record of a topic by its place, with a consumer of its own that is in no group. For the few that are asked for: each
 * costs some answers of Kafka. Thread-safe.
 */
public final class RawRecords implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RawRecords.class);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Pattern PLACE = Pattern.compile("\\d{1,9}/\\d{1,18}");

    private final KafkaAccess access;
    private final String topic;
    private final ClockWatch clock;
    /** Held here, for the clock does not. Without the lock, which whoever waits for Kafka holds. */
    private final Runnable waking = this::wake;

    private volatile KafkaConsumer<byte[], byte[]> consumer;
    private int clockSetBack;
    private boolean closed;

    public RawRecords(KafkaAccess access, String topic) {
        this(access, topic, ClockWatch.host());
    }

    RawRecords(KafkaAccess access, String topic, ClockWatch clock) {
        this.access = access;
        this.topic = topic;
        this.clock = clock;
        clock.tell(waking);
    }

    /** Whoever waits does so by a time that the clock has left. */
    private void wake() {
        KafkaConsumer<byte[], byte[]> waiting = consumer;
        if (waiting != null) {
            waiting.wakeup();
        }
    }

    /**
     * The record at a place.
     *
     * @param origin the place, as topic/partition/offset; null where nobody knows it
     * @return empty where it is gone or may not be read, and for a place that the topic does not have
     * @throws org.apache.kafka.common.KafkaException when Kafka does not answer; a later question may succeed
     */
    public synchronized Optional<ConsumerRecord<byte[], byte[]>> find(String origin) {
        if (origin == null
                || !origin.startsWith(topic + "/")
                || !PLACE.matcher(origin.substring(topic.length() + 1)).matches()) {
            return Optional.empty();
        }
        String[] place = origin.substring(topic.length() + 1).split("/");
        try {
            return find(Integer.parseInt(place[0]), Long.parseLong(place[1]));
        } catch (WakeupException e) {
            throw new TimeoutException("the clock was put back", e);
        } catch (OffsetOutOfRangeException e) {
            return Optional.empty();
        } catch (AuthorizationException e) {
            LOG.warn("May not read {}: dead letters of the store cannot be replayed ({})", topic, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<ConsumerRecord<byte[], byte[]>> find(int number, long offset) {
        KafkaConsumer<byte[], byte[]> kafka = consumer();
        if (kafka.partitionsFor(topic).stream().noneMatch(known -> known.partition() == number)) {
            return Optional.empty();
        }
        TopicPartition partition = new TopicPartition(topic, number);
        if (offset >= kafka.endOffsets(Set.of(partition)).get(partition)) {
            return Optional.empty();
        }
        kafka.assign(List.of(partition));
        kafka.seek(partition, offset);
        long deadline = System.nanoTime() + ANSWER.toNanos();
        do {
            ConsumerRecords<byte[], byte[]> records = kafka.poll(Duration.ofMillis(500));
            for (ConsumerRecord<byte[], byte[]> next : records) {
                return next.offset() == offset ? Optional.of(next) : Optional.empty();
            }
        } while (System.nanoTime() < deadline);
        throw new TimeoutException("no answer for " + partition + " at " + offset);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        int now = clock.times();
        if (consumer != null && clockSetBack != now) {
            consumer.close(Duration.ZERO);
            consumer = null;
        }
        clockSetBack = now;
        if (consumer == null) {
            consumer = new KafkaConsumer<>(
                    access.with(Map.of(
                            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                            "none",
                            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                            false,
                            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                            false,
                            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                            1,
                            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                            (int) ANSWER.toMillis())),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
        }
        return consumer;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (consumer != null) {
            consumer.close(Duration.ofSeconds(1));
        }
    }
}
