package io.caravan.decode;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;

/**
 * Reads times of a declared form, such as {@code dd.MM.yyyy HH:mm:ss}; names of months are English. Without a time of day it is
 * midnight. The letters are those of {@link DateTimeFormatter}. Thread-safe.
 */
public final class TimePattern {

    private static final ZonedDateTime SAMPLE = ZonedDateTime.parse("2026-11-21T22:15:30Z");
    private static final int LONGEST = 64;

    private final String pattern;
    private final DateTimeFormatter formatter;
    private final ZoneId zone;

    /**
     * @param zone of times that name none
     * @throws IllegalArgumentException when it is no pattern, or times of it tell no day, or half of a day
     */
    public TimePattern(String pattern, ZoneId zone) {
        this.pattern = pattern;
        this.zone = zone;
        try {
            this.formatter = new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern(pattern)
                    .toFormatter(Locale.ENGLISH);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is no pattern such as dd.MM.yyyy HH:mm:ss: " + e.getMessage());
        }
        if (!tellsAll()) {
            throw new IllegalArgumentException(
                    "does not tell year, month and day, or tells hours of half a day (hh) and not which half (a):"
                            + " one that does is dd.MM.yyyy HH:mm:ss");
        }
    }

    private boolean tellsAll() {
        try {
            String text = formatter.format(SAMPLE);
            return formatter.format(parse(text)).equals(text);
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** @throws Undecodable {@link Reason#INVALID_TIMESTAMP} when it is no time of this form, of 1970 to 9999 */
    long micros(String text) throws Undecodable {
        try {
            if (text.length() <= LONGEST) {
                Instant time = parse(text.strip()).toInstant();
                long micros =
                        Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
                if (Timestamps.isTime(micros)) {
                    return micros;
                }
            }
        } catch (DateTimeException | ArithmeticException e) {
            // told below
        }
        throw new Undecodable(
                Reason.INVALID_TIMESTAMP,
                "no time between 1970 and 9999 of the form " + pattern + ", which the registry says: "
                        + Text.excerpt(text));
    }

    private ZonedDateTime parse(String text) {
        TemporalAccessor read = formatter.parse(text);
        LocalDate day = read.query(TemporalQueries.localDate());
        LocalTime time = read.query(TemporalQueries.localTime());
        ZoneId own = read.query(TemporalQueries.zone());
        if (day == null) {
            throw new DateTimeException("no day");
        }
        return day.atTime(time == null ? LocalTime.MIDNIGHT : time).atZone(own == null ? zone : own);
    }
}
