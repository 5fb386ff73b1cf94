package io.caravan.reading;

import java.util.HashSet;
import java.util.Set;

/**
 * The days (UTC) that times fall on. Each is a part of the tables of its own, which TimescaleDB makes, and locks, in the
 * transaction that stores a row of it; a server has room for a limited number of locks. Used by one thread.
 */
public final class Days {

    /** How many days the values of one message may be of: it is stored by one transaction. */
    public static final int MOST_OF_MESSAGE = 500;

    /** How many days the messages may be of that one transaction stores, unless it is one message. */
    public static final int MOST_OF_BATCH = 100;

    private static final long MICROS = 86_400_000_000L;

    /** Made when there is one: most messages have no times but their own. */
    private Set<Long> days = Set.of();

    private long last = Long.MIN_VALUE;

    /** @param timestamp microseconds since the epoch */
    public void add(long timestamp) {
        long day = Math.floorDiv(timestamp, MICROS);
        if (day != last) {
            last = day;
            days = days.isEmpty() ? new HashSet<>() : days;
            days.add(day);
        }
    }

    public int count() {
        return days.size();
    }
}
