package io.caravan.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * A consumer that hands out so many bytes for a batch and no more: then it answers as if Kafka had nothing new, and Camel
 * works on the batch as it is. Camel itself counts messages only. Used by the thread of its route only.
 */
class BoundedConsumer extends ResumingConsumer {

    /** So few messages are taken out of what was fetched at a time that even the largest fit; that costs 3 microseconds. */
    private static final int MOST_AT_ONCE = 8;

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final int most;
    private final long limit;
    private final ToLongFunction<byte[]> weight;
    private long handedOut;
    private long fullSince;
    private RuntimeException failure;
    private GatheredRecords gathered = new GatheredRecords();

    /**
     * @param batchBytes what a batch may have; it has more by {@value #MOST_AT_ONCE} messages at most
     * @param weight how many bytes the value of a message counts for
     */
    BoundedConsumer(Properties settings, int batchBytes, ToLongFunction<byte[]> weight) {
        super(bounded(settings));
        Object wanted = settings.getOrDefault(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_AT_ONCE);
        this.most = Integer.parseInt(wanted.toString());
        this.limit = batchBytes;
        this.weight = weight;
    }

    private static Properties bounded(Properties settings) {
        Properties bounded = new Properties();
        bounded.putAll(settings);
        bounded.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_AT_ONCE);
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
        if (failure != null) {
            RuntimeException now = failure;
            failure = null;
            throw now;
        }
        if (handedOut >= limit) {
            ConsumerRecords<Object, Object> nothing = pollNothing(timeout);
            if (System.nanoTime() - fullSince >= timeout.toNanos()) {
                handedOut = 0; // Camel waits no longer than that for more
            }
            return nothing;
        }
        ConsumerRecords<Object, Object> first = super.poll(timeout);
        count(first);
        return first.count() < MOST_AT_ONCE ? first : pollMore(first);
    }

    /** Adds what is there already. What was handed out must not be lost when that fails: then the next poll does. */
    private ConsumerRecords<Object, Object> pollMore(ConsumerRecords<Object, Object> first) {
        gathered = new GatheredRecords();
        gathered.add(first);
        try {
            while (handedOut < limit && gathered.count() < most) {
                ConsumerRecords<Object, Object> more = super.poll(Duration.ZERO);
                if (more.isEmpty()) {
                    break;
                }
                count(more);
                gathered.add(more);
            }
        } catch (RuntimeException e) {
            failure = e;
        }
        return gathered.all();
    }

    /** Has a poll that is under way hand out nothing that it has of these partitions: they have left, and come back from what is committed. */
    @Override
    void forget(Collection<TopicPartition> partitions) {
        super.forget(partitions);
        gathered.forget(partitions);
    }

    private void count(ConsumerRecords<Object, Object> records) {
        for (ConsumerRecord<Object, Object> each : records) {
            if (each.value() instanceof byte[] value) {
                handedOut += weight.applyAsLong(value);
            }
        }
        fullSince = handedOut >= limit ? System.nanoTime() : 0;
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
