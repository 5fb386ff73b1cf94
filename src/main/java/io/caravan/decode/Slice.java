package io.caravan.decode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Part of a byte array, shared and not copied: JSON as it came or as it was rendered before. Immutable as long as nobody
 * writes the array.
 *
 * @param bytes the array
 * @param start the first byte
 * @param end the byte after the last
 */
public record Slice(byte[] bytes, int start, int end) {

    public static Slice of(byte[] bytes) {
        return new Slice(bytes, 0, bytes.length);
    }

    public int length() {
        return end - start;
    }

    /** The bytes, read as UTF-8. */
    public String text() {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Slice slice && Arrays.equals(bytes, start, end, slice.bytes, slice.start, slice.end);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return text();
    }
}
