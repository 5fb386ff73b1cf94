package io.caravan.window;

/**
 * The width of a tumbling window. Windows are aligned to the epoch: [start, start + width). Immutable.
 *
 * @param seconds a divisor of a day, 1 to 86,400
 */
public record Width(int seconds) implements Comparable<Width> {

    private static final int DAY = 86_400;

    public Width {
        if (seconds < 1 || DAY % seconds != 0) {
            throw new IllegalArgumentException("a window must divide a day: " + seconds + " s");
        }
    }

    /** In microseconds. */
    public long micros() {
        return seconds * 1_000_000L;
    }

    /** The start of the window that holds a moment, both in microseconds since the epoch. */
    public long startOf(long micros) {
        return micros - Math.floorMod(micros, micros());
    }

    /** Its name, in the largest unit that holds it whole: {@code 30s}, {@code 1m}, {@code 90m}, {@code 1d}. */
    public String label() {
        if (seconds % DAY == 0) {
            return seconds / DAY + "d";
        }
        if (seconds % 3_600 == 0) {
            return seconds / 3_600 + "h";
        }
        return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
    }

    @Override
    public int compareTo(Width other) {
        return Integer.compare(seconds, other.seconds);
    }

    @Override
    public String toString() {
        return label();
    }
}
