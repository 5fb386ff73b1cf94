package io.caravan.window;

import java.util.concurrent.atomic.AtomicLong;

/** How many windows of one metric may be open, and are. Thread-safe. */
final class Room {

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    Room(long most) {
        this.most = most;
    }

    boolean has(int windows) {
        return taken.get() + windows <= most;
    }

    /** Takes room for one window; false when there is none. */
    boolean take() {
        if (taken.incrementAndGet() <= most) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    void release(int windows) {
        taken.addAndGet(-windows);
    }

    long taken() {
        return taken.get();
    }

    long most() {
        return most;
    }
}
