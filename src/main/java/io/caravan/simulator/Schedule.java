package io.caravan.simulator;

import java.util.PriorityQueue;

/**
 * Whose turn it is, and when. An open loop: a device's next turn counts from the turn that was due and not from the moment
 * it was taken, so delays never add up to drift. A device that is more than {@link #FORGIVEN} behind (the machine slept)
 * starts anew from now, instead of sending all that it missed in one gust. Times are nanoseconds since the start. Not
 * thread-safe.
 */
final class Schedule {

    static final long FORGIVEN = 30_000_000_000L;

    private final PriorityQueue<Turn> turns;

    /** Spreads the first turns of the devices evenly over a period. */
    Schedule(int devices, long periodNanos) {
        turns = new PriorityQueue<>(devices);
        for (int device = 0; device < devices; device++) {
            turns.add(new Turn((long) ((double) periodNanos / devices * device), device));
        }
    }

    /** When the next turn is due. */
    long due() {
        return turns.element().due;
    }

    /** The device whose turn it is. */
    int device() {
        return turns.element().device;
    }

    /** Ends the turn: the device's next one is due a pause after this one was. */
    void advance(long pauseNanos, long now) {
        Turn turn = turns.remove();
        long from = now - turn.due > FORGIVEN ? now : turn.due;
        turns.add(new Turn(from + pauseNanos, turn.device));
    }

    private record Turn(long due, int device) implements Comparable<Turn> {

        @Override
        public int compareTo(Turn other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Integer.compare(device, other.device);
        }
    }
}
