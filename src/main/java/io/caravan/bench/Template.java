package io.caravan.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A payload whose bytes are prepared once; a message is a copy with some digits patched in, so that publishing costs next
 * to nothing beside what it measures. Every value is a function of (seed, device, number of the message, metric), which lets
 * the oracle compute what must be in the database. Immutable.
 *
 * <p>The text marks what changes by angle brackets: {@code <device>}; {@code <uuid>}, another for each message; {@code
 * <millis>}, {@code <seconds>} or {@code <rfc3339>}, in as many places as there are; {@code <metric
 * min max unit>} for a number, with min and max of equal length and decimals, and {@code -} for a unit that the message does
 * not name; {@code <metric bool>} for a truth value, stored as 0 or 1; {@code <metric hex min max unit>} for two bytes of a frame,
 * big-endian, whose number has as many decimals as min and max.
 */
final class Template {

    private static final Pattern MARK = Pattern.compile("<([^>]+)>");
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int[] UUID_DIGITS = {
        0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 15, 16, 17, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35
    };
    private static final int MILLIS = 13;
    private static final int SECONDS = 10;
    private static final byte[] TRUE = "true ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    /**
     * A value of the payload.
     *
     * @param metric its name in the database
     * @param unit its unit there, or null where the message names none and the device type may
     * @param offset where it stands in the payload
     * @param whole width of the digits before the decimal point
     * @param decimals width of those behind it, 0 for a whole number
     * @param min the smallest value, in units of the last decimal
     * @param span how many values there are
     * @param scale 10 to the power of the decimals
     * @param truth whether it is written as true and false
     * @param hex whether it is written as two bytes of a frame
     */
    record Field(
            String metric,
            String unit,
            int offset,
            int whole,
            int decimals,
            long min,
            long span,
            double scale,
            boolean truth,
            boolean hex) {}

    private final byte[] base;
    private final List<Field> fields;
    private final int deviceOffset;
    private final int deviceDigits;
    private final int[] timeOffsets;
    private final int uuidOffset;
    private final boolean rfc3339;
    private final long resolution;
    private final long seed;

    /**
     * @param text the payload with its marks
     * @param length the payload is filled up to this many bytes with blanks before its last character
     * @param devicePrefix the device id without the number that ends it
     * @param deviceDigits digits of that number
     */
    Template(String text, int length, String devicePrefix, int deviceDigits, long seed) {
        Matcher mark = MARK.matcher(text);
        StringBuilder plain = new StringBuilder();
        List<Field> found = new ArrayList<>();
        int device = -1;
        List<Integer> times = new ArrayList<>();
        int uuid = -1;
        int copied = 0;
        while (mark.find()) {
            plain.append(text, copied, mark.start());
            copied = mark.end();
            int offset = plain.toString().getBytes(StandardCharsets.UTF_8).length;
            switch (mark.group(1)) {
                case "device" -> {
                    plain.append(devicePrefix);
                    device = offset + devicePrefix.length();
                    plain.append("0".repeat(deviceDigits));
                }
                case "uuid" -> {
                    uuid = offset;
                    plain.append("00000000-0000-4000-8000-000000000000");
                }
                case "millis" -> {
                    times.add(offset);
                    plain.append("0".repeat(MILLIS));
                }
                case "seconds" -> {
                    times.add(offset);
                    plain.append("0".repeat(SECONDS));
                }
                case "rfc3339" -> {
                    times.add(offset);
                    plain.append("0".repeat(Rfc3339.LENGTH));
                }
                default -> {
                    Field field = field(mark.group(1).split(" "), offset);
                    found.add(field);
                    plain.append(placeholder(field));
                }
            }
        }
        plain.append(text.substring(copied));
        int missing = length - plain.toString().getBytes(StandardCharsets.UTF_8).length;
        if (missing > 0) {
            plain.insert(plain.length() - 1, " ".repeat(missing));
        }
        this.base = plain.toString().getBytes(StandardCharsets.UTF_8);
        this.fields = List.copyOf(found);
        this.deviceOffset = device;
        this.deviceDigits = deviceDigits;
        this.timeOffsets = times.stream().mapToInt(Integer::intValue).toArray();
        this.uuidOffset = uuid;
        this.rfc3339 = text.contains("<rfc3339>");
        this.resolution = text.contains("<millis>") ? 1_000 : text.contains("<seconds>") ? 1_000_000 : 1;
        this.seed = seed;
    }

    private static String placeholder(Field field) {
        if (field.truth) {
            return "false";
        }
        return field.hex
                ? "00 00"
                : "0".repeat(field.whole) + (field.decimals > 0 ? "." + "0".repeat(field.decimals) : "");
    }

    private static Field field(String[] words, int offset) {
        if (words.length == 2) {
            return new Field(words[0], "", offset, 0, 0, 0, 2, 1, true, false);
        }
        if (words[1].equals("hex")) {
            String[] number = {words[0], words[2], words[3], words[4]};
            Field field = field(number, offset);
            return new Field(field.metric, field.unit, offset, 0, 0, field.min, field.span, field.scale, false, true);
        }
        String min = words[1];
        int point = min.indexOf('.');
        int decimals = point < 0 ? 0 : min.length() - point - 1;
        long first = Long.parseLong(min.replace(".", ""));
        long last = Long.parseLong(words[2].replace(".", ""));
        String unit = words[3].equals("-") ? null : words[3];
        int whole = point < 0 ? min.length() : point;
        return new Field(
                words[0], unit, offset, whole, decimals, first, last - first + 1, Math.pow(10, decimals), false, false);
    }

    /** The values of a message, in the order of the text. */
    List<Field> fields() {
        return fields;
    }

    /** Bytes of a message. */
    int length() {
        return base.length;
    }

    /** The steps that timestamps of this payload come in, in microseconds. */
    long resolution() {
        return resolution;
    }

    /**
     * A message.
     *
     * @param device the number of the device
     * @param n the number of the message of this device
     * @param micros the timestamp in microseconds since the epoch, a multiple of {@link #resolution}
     */
    byte[] render(int device, long n, long micros) {
        byte[] message = base.clone();
        if (deviceOffset >= 0) {
            Digits.write(message, deviceOffset, deviceDigits, device);
        }
        for (int offset : timeOffsets) {
            if (rfc3339) {
                Rfc3339.write(message, offset, micros);
            } else {
                Digits.write(message, offset, resolution == 1_000 ? MILLIS : SECONDS, micros / resolution);
            }
        }
        if (uuidOffset >= 0) {
            writeUuid(message, device, n);
        }
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            long number = number(field, i, device, n);
            if (field.hex) {
                Digits.writeHex(message, field.offset, (int) number >> 8);
                Digits.writeHex(message, field.offset + 3, (int) number);
            } else if (field.truth) {
                byte[] word = number == 1 ? TRUE : FALSE;
                System.arraycopy(word, 0, message, field.offset, word.length);
            } else if (field.decimals == 0) {
                Digits.write(message, field.offset, field.whole, number);
            } else {
                long scale = (long) field.scale;
                Digits.write(message, field.offset, field.whole, number / scale);
                Digits.write(message, field.offset + field.whole + 1, field.decimals, number % scale);
            }
        }
        return message;
    }

    /** The value that message n of a device carries for a field. */
    double value(int field, int device, long n) {
        Field of = fields.get(field);
        return number(of, field, device, n) / of.scale;
    }

    /** The hexadecimal digits of a random UUID (RFC 9562, section 5.4), but for those that tell its version and variant. */
    private void writeUuid(byte[] message, int device, long n) {
        long bits = bits(-1, device, n);
        for (int digit = 0; digit < UUID_DIGITS.length; digit++) {
            if (digit == 16) {
                bits = bits(-2, device, n);
            }
            message[uuidOffset + UUID_DIGITS[digit]] = HEX[(int) (bits >>> 4 * (digit % 16)) & 15];
        }
    }

    private long number(Field field, int index, int device, long n) {
        return field.min + (bits(index, device, n) >>> 1) % field.span;
    }

    private long bits(int index, int device, long n) {
        long bits = seed + device * 0x9E3779B97F4A7C15L + n * 0xD1B54A32D192ED03L + index * 0x8CB92BA72F3D8DD7L;
        bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
        return bits ^ (bits >>> 31);
    }
}
