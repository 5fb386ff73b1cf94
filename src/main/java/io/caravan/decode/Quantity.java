package io.caravan.decode;

import java.util.HexFormat;

/**
 * Reads a text that is a number with an optional unit to its end: {@code 27.93 °C} is 27.93 and °C. {@code 2.1.0},
 * {@code 27,5}, {@code 12:30}, {@code 2nd}, hexadecimal numbers and dates are no numbers. Runs in one pass.
 *
 * @param value a finite number
 * @param unit the unit, or null where the text has none
 */
public record Quantity(double value, String unit) {

    private static final int LONGEST_NUMBER = 64;
    private static final int LONGEST_UNIT = 16;

    /** The quantity that a text is, or null where it is none. */
    public static Quantity parse(String text) {
        if (text.length() > LONGEST_NUMBER + LONGEST_UNIT) {
            return null;
        }
        String trimmed = text.strip();
        int end = numberEnd(trimmed);
        if (end == 0 || end > LONGEST_NUMBER) {
            return null;
        }
        String unit = trimmed.substring(end).strip();
        boolean glued = unit.length() == trimmed.length() - end;
        if (!isUnit(unit) || glued && (isHexadecimal(trimmed, end) || isOrdinal(unit))) {
            return null;
        }
        double value = Double.parseDouble(trimmed.substring(0, end));
        return Double.isFinite(value) ? new Quantity(value, unit.isEmpty() ? null : unit) : null;
    }

    /** The same of a text that writes a comma for the decimal point; one with several of them, or a point, stays as it is. */
    static Quantity parseWithComma(String text) {
        int comma = text.indexOf(',');
        boolean only = comma >= 0 && text.indexOf(',', comma + 1) < 0 && text.indexOf('.') < 0;
        return parse(only ? text.replace(',', '.') : text);
    }

    private static int numberEnd(String text) {
        int at = 0;
        int length = text.length();
        if (at < length && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            at++;
        }
        int start = at;
        at = digitsEnd(text, at);
        int digits = at - start;
        if (at < length && text.charAt(at) == '.') {
            int fraction = digitsEnd(text, at + 1);
            digits += fraction - at - 1;
            at = fraction;
        }
        if (digits == 0) {
            return 0;
        }
        if (at < length && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int exponent = at + 1;
            if (exponent < length && (text.charAt(exponent) == '-' || text.charAt(exponent) == '+')) {
                exponent++;
            }
            int exponentEnd = digitsEnd(text, exponent);
            if (exponentEnd > exponent) {
                at = exponentEnd;
            }
        }
        return at;
    }

    private static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /** "m/s2", "m3/h", "kg/m³", "%RH" and "µg/m3" are units; "x1F" and "F2A" are the rest of something else. */
    private static boolean isUnit(String unit) {
        if (unit.isEmpty()) {
            return true;
        }
        if (unit.length() > LONGEST_UNIT) {
            return false;
        }
        char first = unit.charAt(0);
        if (!Character.isLetter(first)
                && first != '%'
                && first != '°'
                && first != '‰'
                && first != '"'
                && first != '\'') {
            return false;
        }
        for (int i = 0; i < unit.length(); i++) {
            char c = unit.charAt(i);
            if (Character.isISOControl(c) || Character.isSurrogate(c) || c == ',' || c == ':' || c == ';') {
                return false;
            }
            if (Character.isDigit(c) && i + 1 < unit.length() && Character.isLetterOrDigit(unit.charAt(i + 1))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a number with what is glued to it could as well be hexadecimal: 0xFF, 12AB, 7fe. One letter is a unit, 16A and 5C;
     * and nobody writes letters of both cases: 5dB.
     */
    private static boolean isHexadecimal(String text, int unit) {
        int letters = text.length() - unit;
        if (letters < 2) {
            return false;
        }
        if ((text.charAt(unit) | 0x20) == 'x') {
            return HexFormat.isHexDigit(text.charAt(unit + 1));
        }
        int cases = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!HexFormat.isHexDigit(c)) {
                return false;
            }
            cases |= c >= 'a' ? 1 : c >= 'A' ? 2 : 0;
        }
        return cases != 3;
    }

    /** The end of 1st, 2nd, 3rd and 4th, whatever follows. */
    private static boolean isOrdinal(String unit) {
        boolean ends = unit.startsWith("st") || unit.startsWith("nd") || unit.startsWith("rd") || unit.startsWith("th");
        return ends && (unit.length() == 2 || unit.charAt(2) == ' ');
    }
}
