package io.caravan.bench;

import java.nio.charset.StandardCharsets;

/** Digits of a fixed width in bytes. */
final class Digits {

    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private Digits() {}

    /** Writes the number with leading zeros; what is too large for the width loses its first digits. */
    static void write(byte[] target, int offset, int width, long number) {
        long rest = number;
        for (int i = offset + width - 1; i >= offset; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** Writes the lowest byte of a number as two hexadecimal digits. */
    static void writeHex(byte[] target, int offset, int number) {
        target[offset] = HEX[number >> 4 & 0xf];
        target[offset + 1] = HEX[number & 0xf];
    }

    /** The number of exactly this many digits, or -1 where something else stands. */
    static long read(byte[] source, int offset, int width) {
        long number = 0;
        for (int i = offset; i < offset + width; i++) {
            int digit = source[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
