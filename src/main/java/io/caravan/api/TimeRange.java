package io.caravan.api;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * The parameters {@code from} (inclusive) and {@code to} (exclusive) of a request, in microseconds since the epoch.
 * Immutable.
 */
record TimeRange(long from, long to) {

    /** After every time that can be stored, 10000-01-01. */
    static final long END = 253_402_300_800_000_000L;

    static TimeRange of(Query query) {
        return new TimeRange(query.time("from", 0), query.time("to", END));
    }

    /** A time as the database driver takes it. */
    static OffsetDateTime toDatabase(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000)
                .atOffset(ZoneOffset.UTC);
    }
}
