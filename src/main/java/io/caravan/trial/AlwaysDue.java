package io.caravan.trial;

/** Stands in for what asks the database whether something has changed: it always has, and nobody is asked. Stateless. */
public final class AlwaysDue {

    public boolean isDue() {
        return true;
    }

    /** Passes over that it has been read. */
    public void read() {
        // the next question gets the same answer
    }
}
