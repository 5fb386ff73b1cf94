package io.caravan.window;

/**
 * An unbroken stretch of a partition: records that were read one after the other, none twice and none left out, beginning
 * where this process took the partition over. Read by any thread, written by the consumer's.
 */
final class Stretch {

    private long next;
    private int epoch = Integer.MIN_VALUE;
    private volatile long since;
    private volatile boolean broken;

    /** @param since no record before this stretch is younger, microseconds since the epoch */
    Stretch(long first, long since) {
        this.next = first;
        this.since = since;
    }

    /** Goes on with a record; false when it has been read before. */
    boolean take(long offset, int inEpoch) {
        if (offset < next) {
            return false;
        }
        next = offset + 1;
        epoch = inEpoch;
        broken = false;
        return true;
    }

    /** Whether a record is the next one, or has been read before; one of a later leader epoch is in the place of another that was. */
    boolean holds(long offset, int inEpoch) {
        return offset == next || offset < next && inEpoch <= epoch;
    }

    /** Others may read on from here. If the next record here is the next of all, nobody has. */
    void left() {
        broken = true;
    }

    boolean isBroken() {
        return broken;
    }

    /** What was measured before this moment, in microseconds since the epoch, may have been read by somebody else. */
    long since() {
        return since;
    }

    /** Something from before this moment is no longer known. */
    void forget(long until) {
        since = Math.max(since, until);
    }
}
