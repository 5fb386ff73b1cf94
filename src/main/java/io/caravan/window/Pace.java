package io.caravan.window;

import java.time.Duration;

/**
 * How much work a transaction is given: twice as much after one that was quick, a quarter after one that was slow or failed.
 * Used by one thread.
 */
final class Pace {

    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final Duration SLOW = Duration.ofSeconds(10);

    private final long least;
    private final long most;
    private long amount;
    private long begun;
    private boolean working;

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
        if (took.compareTo(SLOW) > 0) {
            shorten();
        } else if (full && took.compareTo(QUICK) < 0) {
            amount = Math.min(amount * 2, most);
        }
        return took;
    }

    private void shorten() {
        amount = Math.max(amount / 4, least);
    }
}
