package io.caravan.health;

import io.caravan.decode.Timestamps;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** The checks of one dependency, one at a time, and the last result. Thread-safe; only the check itself may block. */
final class Watch {

    static final long BUSY = -1;

    private final Dependency dependency;
    private long turn; // tells a late limit from the one of the running check
    private boolean busy;
    private volatile Report.Check last;

    Watch(Dependency dependency) {
        this.dependency = dependency;
        this.last = new Report.Check(dependency.name(), Report.DOWN, "not checked yet", now());
    }

    Report.Check last() {
        return last;
    }

    /** The number of a new turn, or {@link #BUSY} while the last check has not come back. */
    synchronized long begin() {
        if (busy) {
            return BUSY;
        }
        busy = true;
        return ++turn;
    }

    void check() {
        Status status;
        try {
            status = dependency.check();
        } catch (RuntimeException e) {
            // its message may hold a URL with a password
            status = new Status(false, "the check failed with " + e.getClass().getSimpleName());
        }
        synchronized (this) {
            busy = false;
            take(status);
        }
    }

    synchronized void expire(long ofTurn, Duration limit) {
        if (busy && turn == ofTurn) {
            take(new Status(false, "no answer within " + limit.toMillis() + " ms"));
        }
    }

    private void take(Status status) {
        String word = status.up() ? Report.UP : Report.DOWN;
        String since = last.status().equals(word) ? last.since() : now();
        last = new Report.Check(dependency.name(), word, status.detail(), since);
    }

    /** The time, RFC 3339. */
    static String now() {
        Instant now = Clock.systemUTC().instant();
        return Timestamps.format(now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000);
    }
}
