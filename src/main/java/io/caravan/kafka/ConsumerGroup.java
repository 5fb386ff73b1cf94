package io.caravan.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The consumers of one group in this process: why they do not all work, and how long they wait where Kafka refuses them.
 * Thread-safe.
 */
final class ConsumerGroup {

    /** One that fails is made anew at once and looks well until it fails again. */
    private static final Duration DOUBT = Duration.ofSeconds(5);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    private final LongSupplier nanoTime;
    private final Set<Poller> open = ConcurrentHashMap.newKeySet();
    private volatile Failure failure;
    private Duration wait = FIRST_WAIT;
    private long retryAt;
    private volatile Consumer<Collection<TopicPartition>> leaving = partitions -> {};
    private volatile ToLongFunction<byte[]> weight = value -> value.length;

    private record Failure(String message, long at) {}

    ConsumerGroup(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.retryAt = nanoTime.getAsLong();
    }

    Poller opened() {
        Poller poller = new Poller(nanoTime);
        open.add(poller);
        return poller;
    }

    void closed(Poller poller) {
        open.remove(poller);
    }

    /** Who is told which partitions a consumer has to give back, on that consumer's thread. */
    void onLeave(Consumer<Collection<TopicPartition>> listener) {
        leaving = listener;
    }

    void left(Collection<TopicPartition> partitions) {
        leaving.accept(partitions);
    }

    /** How many bytes the value of a message counts for, its length where nobody has said otherwise. */
    void weigh(ToLongFunction<byte[]> bytes) {
        weight = bytes;
    }

    ToLongFunction<byte[]> weight() {
        return weight;
    }

    int partitions() {
        return open.stream().mapToInt(Poller::partitions).sum();
    }

    void failed(KafkaException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        failure = new Failure(String.valueOf(cause.getMessage()), nanoTime.getAsLong());
        backOff();
    }

    /** The consumers of a group fail together, and wait together. */
    private synchronized void backOff() {
        long now = nanoTime.getAsLong();
        if (now - retryAt >= 0) {
            retryAt = now + wait.toNanos();
            Duration doubled = wait.multipliedBy(2);
            wait = doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
        }
    }

    synchronized void joined() {
        wait = FIRST_WAIT;
    }

    /** How long a consumer is to wait before it asks Kafka, zero as a rule. */
    synchronized Duration rest() {
        long nanos = retryAt - nanoTime.getAsLong();
        return nanos > 0 ? Duration.ofNanos(nanos) : Duration.ZERO;
    }

    /** As {@link WatchedConsumers#fault}. */
    Optional<String> fault(int expected) {
        List<String> faults = open.stream()
                .flatMap(poller -> poller.fault().stream())
                .sorted()
                .toList();
        int working = open.size() - faults.size();
        Failure last = failure;
        boolean doubtful = last != null && nanoTime.getAsLong() - last.at() < DOUBT.toNanos();
        if (working >= expected && !doubtful) {
            failure = null;
            return Optional.empty();
        }
        String why = last != null ? last.message() : faults.isEmpty() ? "not running" : faults.get(0);
        return Optional.of(
                Math.max(1, expected - working) + " of " + expected + " Kafka consumers cannot work: " + why);
    }
}
