package io.caravan.decode;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads times of a declared form, such as {@code dd.MM.yyyy HH:mm:ss}; names of months are English. Without a time of day it is
 * midnight. The letters are those of {@link DateTimeFormatter}. A day that does not exist is no time, and neither is one whose zone has a
 * name that may mean several, such as IST, or only half of the year, such as CET. Thread-safe.
 */
public final class TimePattern implements TimeForm {

    private static final ZonedDateTime SAMPLE = ZonedDateTime.parse("2026-11-21T22:15:30Z");
    private static final int LONGEST = 64;
    /** Months behind hours, and parts of a second behind minutes: both would be read as something else than they are. */
    private static final Pattern MIXED_UP = Pattern.compile("[HhKk]\\W?M|m\\W?S");
    /** What tells a time of day, and is left where it does not tell all of it. */
    private static final List<ChronoField> OF_DAY =
            List.of(ChronoField.HOUR_OF_DAY, ChronoField.HOUR_OF_AMPM, ChronoField.MINUTE_OF_HOUR);

    private final String pattern;
    private final DateTimeFormatter formatter;
    private final ZoneId zone;
    private final boolean namesRegions;

    /**
     * @param zone of times that name none
     * @throws IllegalArgumentException when it is no pattern, or times of it tell no day, or half of a day
     */
    public TimePattern(String pattern, ZoneId zone) {
        this.pattern = pattern;
        this.zone = zone;
        String letters = pattern.replaceAll("'[^']*'", "");
        this.namesRegions = letters.indexOf('V') >= 0;
        if (MIXED_UP.matcher(letters).find()) {
            throw new IllegalArgumentException(
                    "has months (M) behind hours, or parts of a second (S) behind minutes: minutes are m, seconds s");
        }
        try {
            this.formatter = new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern(pattern)
                    .parseDefaulting(ChronoField.ERA, 1) // a year without it is none to the strict style
                    .toFormatter(Locale.ENGLISH)
                    .withResolverStyle(ResolverStyle.STRICT);
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
        } catch (DateTimeException | Undecodable e) {
            return false;
        }
    }

    @Override
    public long micros(String text) throws Undecodable {
        try {
            if (text.length() <= LONGEST) {
                Instant time = parse(text.strip()).toInstant();
                long micros =
                        Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
                if (Timestamps.isTime(micros)) {
                    return micros;
                }
            }
        } catch (DateTimeParseException e) {
            if (e.getCause() != null) { // of this form, and yet no time
                throw invalid("no such day or time of day", text);
            }
        } catch (DateTimeException | ArithmeticException e) {
            // told below
        }
        throw invalid("no time between 1970 and 9999 of the form " + pattern + ", which the registry says", text);
    }

    private static Undecodable invalid(String what, String text) {
        return new Undecodable(Reason.INVALID_TIMESTAMP, what + ": " + Text.excerpt(text));
    }

    private ZonedDateTime parse(String text) throws Undecodable {
        TemporalAccessor read = formatter.parse(text);
        LocalDate day = read.query(TemporalQueries.localDate());
        LocalTime time = read.query(TemporalQueries.localTime());
        ZoneId own = read.query(TemporalQueries.zone());
        if (day == null) {
            throw new DateTimeException("no day");
        }
        if (time == null && OF_DAY.stream().anyMatch(read::isSupported)) {
            throw new DateTimeException("half a time of day");
        }
        if (own != null && !isSure(own, text)) {
            throw invalid("a name of a zone that may mean several; UTC and offsets such as +01:00 do not", text);
        }
        return day.atTime(time == null ? LocalTime.MIDNIGHT : time).atZone(own == null ? zone : own);
    }

    /** Names of zones stand for whichever region comes first: only what is told by its id, or has none, is what it was meant to be. */
    private boolean isSure(ZoneId own, String text) {
        return own.getId().indexOf('/') >= 0
                ? text.contains(own.getId())
                : namesRegions || own.getRules().isFixedOffset();
    }
}
