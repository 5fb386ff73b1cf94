package io.caravan.api;

import io.github.bucket4j.Bucket;
import java.time.Duration;

/** Token buckets, full at first, and what headers say of them. Stateless. */
final class Buckets {

    private Buckets() {}

    /** So many at once, and as many again in the course of a period. */
    static Bucket of(int capacity, Duration period) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, period))
                .build();
    }

    /** Whole seconds, rounded up. */
    static String seconds(long nanos) {
        return Long.toString((nanos + 999_999_999) / 1_000_000_000);
    }
}
