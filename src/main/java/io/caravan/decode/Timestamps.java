package io.caravan.decode;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the times that devices send: RFC 3339, {@code YYYY-MM-DD hh:mm:ss[.f]}, the same with slashes, and numbers since the
 * epoch in seconds, milliseconds, microseconds or nanoseconds, told apart by magnitude. Kept to the microsecond, the rest is
 * cut off. Thread-safe.
 */
public final class Timestamps {

    /** 9999-12-31T23:59:59.999999Z. */
    static final long LAST = 253_402_300_799_999_999L;

    private static final Pattern TEXT = Pattern.compile(
            "(\\d{4})([-/])(\\d\\d)\\2(\\d\\d)[Tt ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d{1,18}))?)? ?([Zz]|UTC|[+-]\\d\\d(?::?\\d\\d)?)?");
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,19})(?:\\.\\d{1,18})?");
    private static final String FORMS = "RFC 3339, YYYY-MM-DD hh:mm:ss or a number since 1970";
    private static final int LONGEST = 64;
    private static final long NONE = Long.MIN_VALUE;

    private Timestamps() {}

    /**
     * Microseconds since the epoch.
     *
     * @param text a time, or a number as text
     * @param zone the zone of a time that names none
     * @throws Undecodable {@link Reason#INVALID_TIMESTAMP} when it is no time of 1970 to 9999
     */
    public static long ofText(String text, ZoneId zone) throws Undecodable {
        if (text.length() > LONGEST) {
            throw invalid("a text of " + text.length() + " characters");
        }
        String time = text.strip();
        long fast = fast(time.toCharArray(), 0, time.length(), zone);
        if (fast != NONE) {
            return inRange(fast, text);
        }
        Matcher number = NUMBER.matcher(time);
        if (number.matches()) {
            if (number.end(1) < time.length()) {
                return ofNumber(Double.parseDouble(time));
            }
            long integer = Long.parseUnsignedLong(time); // 19 digits may be more than a signed one holds
            return integer < 0 ? inRange(integer, text) : ofInteger(integer);
        }
        return inRange(parse(time, zone), text);
    }

    /**
     * Microseconds since the epoch. Below 1e11 the number is seconds (until the year 5138), below 1e14 milliseconds,
     * below 1e17 microseconds, else nanoseconds: each unit reaches from 1973 on where the smaller one ends.
     *
     * @throws Undecodable {@link Reason#INVALID_TIMESTAMP} when it is negative, no number or too large
     */
    public static long ofNumber(double number) throws Undecodable {
        if (!(number >= 0 && number < Long.MAX_VALUE)) {
            throw invalid(Double.toString(number));
        }
        if (number < 1e11) {
            return Math.round(number * 1e6);
        }
        return number < 1e14 ? Math.round(number * 1e3) : number < 1e17 ? Math.round(number) : ofInteger((long) number);
    }

    /** As {@link #ofNumber(double)}, exact. */
    public static long ofInteger(long number) throws Undecodable {
        if (number < 0) {
            throw invalid(Long.toString(number));
        }
        if (number < 100_000_000_000L) {
            return number * 1_000_000;
        }
        return number < 100_000_000_000_000L
                ? number * 1_000
                : number < 100_000_000_000_000_000L ? number : number / 1_000;
    }

    /** Whether a number of microseconds is a time of 1970 to 9999. */
    public static boolean isTime(long micros) {
        return micros >= 0 && micros <= LAST;
    }

    /** RFC 3339 in UTC with six digits, as every message and answer of Caravan's shows a time. */
    public static String format(long micros) {
        byte[] text = new byte[27];
        format(micros, text, 0);
        return new String(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** Writes the 27 bytes of {@link #format(long)} into an array. */
    public static void format(long micros, byte[] into, int at) {
        long second = Math.floorDiv(micros, 1_000_000L);
        int fraction = (int) Math.floorMod(micros, 1_000_000L);
        long day = Math.floorDiv(second, 86_400L);
        int ofDay = (int) Math.floorMod(second, 86_400L);
        // Civil date from days: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"
        long z = day + 719_468;
        long era = Math.floorDiv(z, 146_097L);
        int dayOfEra = (int) (z - era * 146_097);
        int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shifted = (5 * dayOfYear + 2) / 153;
        int month = shifted < 10 ? shifted + 3 : shifted - 9;
        int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
        digits(into, at, year, 4);
        into[at + 4] = '-';
        digits(into, at + 5, month, 2);
        into[at + 7] = '-';
        digits(into, at + 8, dayOfYear - (153 * shifted + 2) / 5 + 1, 2);
        into[at + 10] = 'T';
        digits(into, at + 11, ofDay / 3_600, 2);
        into[at + 13] = ':';
        digits(into, at + 14, ofDay / 60 % 60, 2);
        into[at + 16] = ':';
        digits(into, at + 17, ofDay % 60, 2);
        into[at + 19] = '.';
        digits(into, at + 20, fraction, 6);
        into[at + 26] = 'Z';
    }

    private static void digits(byte[] into, int at, int number, int count) {
        int rest = number;
        for (int i = at + count - 1; i >= at; i--) {
            into[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /**
     * As {@link #ofText(String, ZoneId)}, of a text that is part of an array.
     *
     * @throws Undecodable {@link Reason#INVALID_TIMESTAMP} when it is no time of 1970 to 9999
     */
    public static long ofText(char[] text, int from, int length, ZoneId zone) throws Undecodable {
        long fast = fast(text, from, length, zone);
        return isTime(fast) ? fast : ofText(new String(text, from, length), zone);
    }

    /**
     * The common forms, {@code 2026-11-21T10:15:30[.ffffff]Z}, and the same without Z where the zone has one offset, without a
     * regular expression; {@link #NONE} for any other.
     */
    private static long fast(char[] t, int from, int length, ZoneId zone) {
        boolean utc = length > 0 && t[from + length - 1] == 'Z';
        int end = utc ? length - 1 : length;
        if (end < 19
                || end > 26
                || t[from + 4] != '-'
                || t[from + 7] != '-'
                || t[from + 10] != 'T' && t[from + 10] != ' '
                || t[from + 13] != ':'
                || t[from + 16] != ':'
                || end > 19 && (t[from + 19] != '.' || end < 21)) {
            return NONE;
        }
        ZoneOffset offset = utc ? ZoneOffset.UTC : fixed(zone);
        if (offset == null) {
            return NONE;
        }
        int year = number(t, from, 4);
        int month = number(t, from + 5, 2);
        int day = number(t, from + 8, 2);
        int hour = number(t, from + 11, 2);
        int minute = number(t, from + 14, 2);
        int second = number(t, from + 17, 2);
        int fraction = end == 19 ? 0 : number(t, from + 20, end - 20);
        if (year < 1 || month < 1 || month > 12 || day < 1 || day > 28 && !exists(year, month, day)) {
            return NONE;
        }
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || fraction < 0) {
            return NONE;
        }
        for (int digits = end - 20; end > 19 && digits < 6; digits++) {
            fraction *= 10;
        }
        int y = month <= 2 ? year - 1 : year;
        int era = y / 400;
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        long days = era * 146_097L + yearOfEra * 365L + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
        int ofDay = hour * 3_600 + minute * 60 + second - offset.getTotalSeconds();
        return (days * 86_400 + ofDay) * 1_000_000 + fraction;
    }

    /** The offset of a zone that has but one; null for others. */
    private static ZoneOffset fixed(ZoneId zone) {
        if (zone instanceof ZoneOffset offset) {
            return offset;
        }
        ZoneRules rules = zone.getRules(); // of a ZoneRegion it is a field, or a look-up in a map
        return rules.isFixedOffset() ? rules.getOffset(Instant.EPOCH) : null;
    }

    private static boolean exists(int year, int month, int day) {
        return day <= java.time.YearMonth.of(year, month).lengthOfMonth();
    }

    private static int number(char[] text, int from, int digits) {
        int number = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static long parse(String time, ZoneId zone) throws Undecodable {
        Matcher matcher = TEXT.matcher(time);
        if (!matcher.matches()) {
            throw new Undecodable(
                    Reason.INVALID_TIMESTAMP, "no time in a form that is read (" + FORMS + "): " + Text.excerpt(time));
        }
        try {
            String seconds = matcher.group(7);
            int second = seconds == null ? 0 : Integer.parseInt(seconds);
            boolean leap = second == 60; // RFC 3339, appendix D: a leap second is the one after it
            LocalDateTime local = LocalDateTime.of(
                    Integer.parseInt(matcher.group(1)),
                    Integer.parseInt(matcher.group(3)),
                    Integer.parseInt(matcher.group(4)),
                    Integer.parseInt(matcher.group(5)),
                    Integer.parseInt(matcher.group(6)),
                    leap ? 59 : second);
            long epochSecond = local.atZone(zoneOf(matcher.group(9), zone)).toEpochSecond() + (leap ? 1 : 0);
            String fraction = matcher.group(8);
            return epochSecond * 1_000_000
                    + (fraction == null ? 0 : Integer.parseInt((fraction + "00000").substring(0, 6)));
        } catch (DateTimeException e) {
            throw new Undecodable(
                    Reason.INVALID_TIMESTAMP, "no such day, time of day or offset: " + Text.excerpt(time));
        }
    }

    private static ZoneId zoneOf(String offset, ZoneId otherwise) {
        if (offset == null) {
            return otherwise;
        }
        return offset.equalsIgnoreCase("z") || offset.equals("UTC") ? ZoneOffset.UTC : ZoneOffset.of(offset);
    }

    private static long inRange(long micros, String shown) throws Undecodable {
        if (!isTime(micros)) {
            throw invalid(Text.excerpt(shown));
        }
        return micros;
    }

    private static Undecodable invalid(String shown) {
        return new Undecodable(Reason.INVALID_TIMESTAMP, "no time between 1970 and 9999: " + shown);
    }
}
