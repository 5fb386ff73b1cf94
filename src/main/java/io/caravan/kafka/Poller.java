package io.caravan.kafka;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether one Kafka consumer does its work, as its own thread tells and others ask. It works when it is a member of its
 * group and comes back to Kafka for more within a minute; a rebalance may take a quarter of that. Thread-safe.
 */
final class Poller {

    private static final Duration LONGEST_BATCH = Duration.ofSeconds(60);
    private static final Duration LONGEST_REBALANCE = Duration.ofSeconds(15);

    private final LongSupplier nanoTime;
    private volatile boolean joined;
    private volatile boolean member;
    private volatile long leftAt;
    private volatile long polledAt;
    private volatile int partitions;

    Poller(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.polledAt = nanoTime.getAsLong();
    }

    void polled(int assignedPartitions) {
        polledAt = nanoTime.getAsLong();
        partitions = assignedPartitions;
    }

    /** The group has told it which partitions are its own; none is an answer, too. */
    void assigned() {
        joined = true;
        member = true;
    }

    void revoked() {
        leftAt = nanoTime.getAsLong();
        member = false;
    }

    boolean hasJoined() {
        return joined;
    }

    int partitions() {
        return partitions;
    }

    Optional<String> fault() {
        Duration silent = Duration.ofNanos(nanoTime.getAsLong() - polledAt);
        if (silent.compareTo(LONGEST_BATCH) > 0) {
            return Optional.of("busy with one batch for " + silent.toSeconds() + " s");
        }
        if (!joined) {
            return Optional.of("not a member of its group yet");
        }
        if (!member && nanoTime.getAsLong() - leftAt > LONGEST_REBALANCE.toNanos()) {
            return Optional.of("its group cannot agree who reads which partition");
        }
        return Optional.empty();
    }
}
