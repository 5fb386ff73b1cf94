package io.caravan.api;

import com.fasterxml.jackson.databind.util.RawValue;
import io.caravan.decode.Timestamps;
import io.caravan.reading.Quality;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;

/** Reads the columns of a row as answers show them. Immutable. */
record Row(Map<String, Object> columns) {

    private static final Quality[] QUALITIES = Quality.values();

    Object value(String column) {
        return columns.get(column);
    }

    String text(String column) {
        return (String) columns.get(column);
    }

    long number(String column) {
        return ((Number) columns.get(column)).longValue();
    }

    /** RFC 3339, null where the column is. */
    String time(String column) {
        return columns.get(column) == null ? null : Timestamps.format(micros(column));
    }

    long micros(String column) {
        Instant time = ((Timestamp) columns.get(column)).toInstant();
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
    }

    String quality(String column) {
        return QUALITIES[(int) number(column)].name();
    }

    /** JSON of the database, to be written into an answer as it is. */
    RawValue json(String column) {
        return new RawValue(columns.get(column).toString());
    }
}
