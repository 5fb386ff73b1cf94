package io.caravan.bench;

/**
 * Timestamps in UTC with microseconds, {@code 2026-11-21T12:00:00.123456Z}, written into and read from bytes without an
 * object in between. Years 1970 to 9999.
 */
final class Rfc3339 {

    /** Bytes of a timestamp. */
    static final int LENGTH = 27;

    private static final long MICROS_PER_DAY = 86_400_000_000L;

    private Rfc3339() {}

    /** Writes {@link #LENGTH} bytes at the offset. */
    static void write(byte[] target, int offset, long epochMicros) {
        long day = Math.floorDiv(epochMicros, MICROS_PER_DAY);
        long micros = epochMicros - day * MICROS_PER_DAY;
        // Days to year, month and day as in Howard Hinnant's "chrono-compatible low-level date algorithms".
        long z = day + 719_468;
        int era = (int) (z / 146_097);
        int dayOfEra = (int) (z - era * 146_097L);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shifted = (5 * dayOfYear + 2) / 153;
        int month = shifted < 10 ? shifted + 3 : shifted - 9;
        int year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        int second = (int) (micros / 1_000_000);

        Digits.write(target, offset, 4, year);
        target[offset + 4] = '-';
        Digits.write(target, offset + 5, 2, month);
        target[offset + 7] = '-';
        Digits.write(target, offset + 8, 2, dayOfYear - (153 * shifted + 2) / 5 + 1);
        target[offset + 10] = 'T';
        Digits.write(target, offset + 11, 2, second / 3600);
        target[offset + 13] = ':';
        Digits.write(target, offset + 14, 2, second / 60 % 60);
        target[offset + 16] = ':';
        Digits.write(target, offset + 17, 2, second % 60);
        target[offset + 19] = '.';
        Digits.write(target, offset + 20, 6, micros % 1_000_000);
        target[offset + 26] = 'Z';
    }

    /** The microseconds since the epoch of the timestamp at the offset, or -1 where none is. */
    static long read(byte[] source, int offset) {
        if (offset + LENGTH > source.length
                || source[offset + 10] != 'T'
                || source[offset + 19] != '.'
                || source[offset + 26] != 'Z') {
            return -1;
        }
        int year = (int) Digits.read(source, offset, 4);
        int month = (int) Digits.read(source, offset + 5, 2);
        int day = (int) Digits.read(source, offset + 8, 2);
        long hour = Digits.read(source, offset + 11, 2);
        long minute = Digits.read(source, offset + 14, 2);
        long second = Digits.read(source, offset + 17, 2);
        long micros = Digits.read(source, offset + 20, 6);
        if (year < 1970 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0 || micros < 0) {
            return -1;
        }
        int y = month <= 2 ? year - 1 : year;
        int era = y / 400;
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        long days = era * 146_097L + dayOfEra - 719_468;
        return days * MICROS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
    }
}
