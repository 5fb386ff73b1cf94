package io.caravan.decode;

import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Sequences of messages that bring none of their own: a redelivery has the same bytes and so the same sequence, two
 * messages of one millisecond differ in their bytes and so in their sequence. Thread-safe.
 */
public final class PayloadHash {

    private static final XXHash64 HASH = XXHashFactory.fastestJavaInstance().hash64();

    private PayloadHash() {}

    /** XXH64 of the payload, seed 0. */
    public static long of(byte[] payload) {
        return HASH.hash(payload, 0, payload.length, 0);
    }

    /**
     * The sequence of the reading at an index of its message: the finaliser of SplitMix64 over the message's, so that those of
     * two messages lie far apart, plus the index, so that those of one message are close and compress to next to nothing.
     */
    public static long mix(long sequence, int index) {
        long z = sequence + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return (z ^ z >>> 31) + index;
    }
}
