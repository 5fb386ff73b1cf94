package io.caravan.decode;

import io.caravan.reading.Quality;

/**
 * One leaf of a device's message, before the registry has spoken.
 *
 * @param metric its path, such as {@code voltage.phase_a}
 * @param value the number, NaN where it is none
 * @param unit the unit that the message gives, or null
 * @param form what it is
 * @param timestamp its own time in microseconds since the epoch, or {@link Decoded#NO_TIME} where it has that of its message
 * @param doubtful whether the device itself is not sure of it: its time is counted from the receipt, or it says so
 */
public record Measured(String metric, double value, String unit, Form form, long timestamp, boolean doubtful) {

    /** What a leaf is. */
    public enum Form {
        /** A finite number, a boolean as 0 or 1, or a text that is a number with an optional unit. */
        NUMBER,
        /** A number that no double can hold, such as 1e999, or one that the device itself does not know. */
        OVERFLOW,
        /** A number that is none of the type of integers that it is read as. */
        NO_INTEGER,
        /** Whatever the device itself says is not to be used. */
        REJECTED,
        /** A number that should be there and is not, because the frame of its sensor ends before it. */
        CUT_OFF,
        /** Text that is no number. */
        TEXT,
        /** null. */
        ABSENT;

        /** Whether it becomes a reading whatever the registry says. */
        public boolean isReading() {
            return this != TEXT && this != ABSENT;
        }
    }

    /** A leaf that has the time of its message. */
    public Measured(String metric, double value, String unit, Form form) {
        this(metric, value, unit, form, Decoded.NO_TIME);
    }

    /** A leaf that has a time of its own, by the device's clock. */
    public Measured(String metric, double value, String unit, Form form, long timestamp) {
        this(metric, value, unit, form, timestamp, false);
    }

    /** The same, as the device itself thinks of it: what is bad is no number, and what is no number either way is not made one. */
    Measured judged(Quality quality) {
        return switch (quality) {
            case GOOD -> this;
            case UNCERTAIN -> new Measured(metric, value, unit, form, timestamp, true);
            case BAD ->
                form == Form.TEXT ? this : new Measured(metric, Double.NaN, unit, Form.REJECTED, timestamp, doubtful);
        };
    }

    Measured withUnit(String other) {
        return new Measured(metric, value, other, form, timestamp, doubtful);
    }
}
