package io.caravan.kafka;

import java.time.Duration;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * A consumer that hands out so many bytes for a batch and no more: then it answers as if Kafka had nothing new, and Camel
 * works on the batch as it is. Camel itself counts messages only. Used by the thread of its route only.
 */
class BoundedConsumer extends KafkaConsumer<Object, Object> {

    /** A batch has more than its bytes by what one poll brings: no more than has been fetched, a megabyte a partition. */
    private static final int MOST_AT_ONCE = 256;

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final long limit;
    private long handedOut;
    private long fullSince;

    /** @param batchBytes what a batch may have */
    BoundedConsumer(Properties settings, int batchBytes) {
        super(bounded(settings, batchBytes));
        this.limit = batchBytes;
    }

    private static Properties bounded(Properties settings, int batchBytes) {
        Properties bounded = new Properties();
        bounded.putAll(settings);
        bounded.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_AT_ONCE);
        bounded.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, batchBytes);
        return bounded;
    }

    /** Tells a consumer that what it has handed out is being worked on, so that it need not wait for that. */
    static void batchTaken(Consumer<?, ?> consumer) {
        if (consumer instanceof BoundedConsumer bounded) {
            bounded.handedOut = 0;
        }
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        if (handedOut >= limit) {
            ConsumerRecords<Object, Object> nothing = pollNothing(timeout);
            if (System.nanoTime() - fullSince >= timeout.toNanos()) {
                handedOut = 0; // Camel waits no longer than that for more
            }
            return nothing;
        }
        ConsumerRecords<Object, Object> records = super.poll(timeout);
        for (ConsumerRecord<Object, Object> each : records) {
            handedOut += Math.max(0, each.serializedValueSize());
        }
        fullSince = handedOut >= limit ? System.nanoTime() : 0;
        return records;
    }

    /** Stays in the group meanwhile. What a rebalance brings is not paused, and may come. */
    private ConsumerRecords<Object, Object> pollNothing(Duration timeout) {
        Set<TopicPartition> paused = new HashSet<>(assignment());
        paused.removeAll(paused());
        pause(paused);
        try {
            return super.poll(timeout.compareTo(PAUSE) < 0 ? timeout : PAUSE);
        } finally {
            paused.retainAll(assignment());
            resume(paused);
        }
    }
}
