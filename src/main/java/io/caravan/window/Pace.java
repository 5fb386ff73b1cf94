package io.caravan.window;

import java.time.Duration;

/**
 * How much work a transaction is given: twice as much after one that was quick, a quarter after one that was slow or failed.
 * And when the next may begin, where it shall leave others half of the time. Used by one thread.
 */
final class Pace {

    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final Duration SLOW = Duration.ofSeconds(10);
    private static final Duration BETWEEN_FAILURES = Duration.ofSeconds(10);

    private final long least;
    private final long most;
    private long amount;
    private long begun;
    private boolean working;
    private Duration turn = Duration.ZERO;

    Pace(long least, long first, long most) {
        this.least = least;
        this.most = Math.max(least, most);
        this.amount = Math.min(Math.max(least, first), this.most);
    }

    /** Begins, and tells how much to take on. */
    long begin(long nanoTime) {
        if (working) {
            // the last one never ended
            shorten();
        }
        working = true;
        begun = nanoTime;
        turn = BETWEEN_FAILURES;
        return amount;
    }

    /**
     * Ends.
     *
     * @param full whether all that it was allowed to do was there to be done; how quick less is tells nothing
     * @return what it took
     */
    Duration end(long nanoTime, boolean full) {
        working = false;
        Duration took = Duration.ofNanos(nanoTime - begun);
        turn = took.multipliedBy(2);
        if (took.compareTo(SLOW) > 0) {
            shorten();
        } else if (full && took.compareTo(QUICK) < 0) {
            amount = Math.min(amount * 2, most);
        }
        return took;
    }

    /** Whether it has rested for as long as the last one took; after one that never ended, until 10 s after its beginning. */
    boolean rested(long nanoTime) {
        return turn.isZero() || nanoTime - begun >= turn.toNanos();
    }

    private void shorten() {
        amount = Math.max(amount / 4, least);
    }
}
