package io.caravan.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * A consumer that tells its group what it does, and waits as long as that says before it asks Kafka again. Used by the thread of
 * its route only, but for {@link #outdate}.
 */
final class WatchedConsumer extends BoundedConsumer implements RecordPosition.Departing {

    /** To leave its group; one that goes by a time that the clock has left may not be able to. */
    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(2);

    private final ConsumerGroup group;
    private final Poller poller;
    private final Map<TopicPartition, Integer> departures = new HashMap<>();
    private volatile boolean outdated;

    WatchedConsumer(Properties settings, int batchBytes, ConsumerGroup group) {
        super(settings, batchBytes, group.weight());
        this.group = group;
        this.poller = group.opened();
    }

    /**
     * It goes by a time that the clock has left: it hands out and commits nothing more, and Camel makes another. Any thread may
     * say so.
     */
    void outdate() {
        outdated = true;
        wakeup(); // it may wait for a long time by now
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        requireCurrent();
        Duration rest = poller.hasJoined() ? Duration.ZERO : group.rest();
        if (!rest.isZero()) {
            return nothingWithin(rest.compareTo(timeout) < 0 ? rest : timeout);
        }
        try {
            ConsumerRecords<Object, Object> records = super.poll(timeout);
            poller.polled(assignment().size());
            return records;
        } catch (WakeupException e) {
            requireCurrent();
            throw e; // it is being stopped
        } catch (AuthenticationException e) {
            group.failed(e);
            throw new KafkaException(e.getMessage(), e); // Camel takes it for good as it is: it would never come back
        } catch (KafkaException e) {
            group.failed(e);
            throw e;
        }
    }

    private void requireCurrent() {
        if (outdated) {
            throw new KafkaException("the clock was put back");
        }
    }

    /** Comes back to Camel in time, so that the route can be stopped meanwhile. */
    private static ConsumerRecords<Object, Object> nothingWithin(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        return ConsumerRecords.empty();
    }

    /** Who has a batch of one that is outdated would wait for it in vain, and try again: it is to drop the batch instead. */
    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        whileCurrent(() -> {
            super.commitSync(offsets);
            return null;
        });
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return whileCurrent(() -> super.committed(partitions));
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        return whileCurrent(() -> super.beginningOffsets(partitions));
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        return whileCurrent(() -> super.endOffsets(partitions));
    }

    private <T> T whileCurrent(Supplier<T> question) {
        if (!outdated) {
            try {
                return question.get();
            } catch (WakeupException e) {
                if (!outdated) {
                    throw e; // it is being stopped
                }
            }
        }
        throw new CommitFailedException("the clock was put back");
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        super.subscribe(topics, new Rebalances(listener));
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        super.subscribe(pattern, new Rebalances(listener));
    }

    @Override
    public void close() {
        group.closed(poller);
        if (outdated) {
            super.close(LONGEST_FAREWELL);
        } else {
            super.close();
        }
    }

    @Override
    public void close(Duration timeout) {
        group.closed(poller);
        super.close(timeout);
    }

    @Override
    public int departures(TopicPartition partition) {
        return departures.getOrDefault(partition, 0);
    }

    private void left(Collection<TopicPartition> partitions) {
        poller.revoked();
        group.left(partitions);
        forget(partitions);
        partitions.forEach(partition -> departures.merge(partition, 1, Integer::sum));
    }

    private final class Rebalances implements ConsumerRebalanceListener {

        private final ConsumerRebalanceListener listener;

        private Rebalances(ConsumerRebalanceListener listener) {
            this.listener = listener;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            poller.assigned();
            group.joined();
            prove(partitions);
            listener.onPartitionsAssigned(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            left(partitions);
            listener.onPartitionsRevoked(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            left(partitions);
            listener.onPartitionsLost(partitions);
        }
    }
}
