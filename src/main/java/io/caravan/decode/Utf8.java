package io.caravan.decode;

import java.util.Arrays;

/**
 * Tells UTF-8 from what only looks like it (RFC 3629, section 4). The JSON parser lets overlong forms and surrogates pass,
 * and slices of the payload go on as they are: to Kafka, where other programs read them. Stateless.
 */
public final class Utf8 {

    private Utf8() {}

    /**
     * Where an object or array of JSON has a byte order mark before it (RFC 8259, section 8.1, lets readers pass it over) or
     * NULs behind it, which end the texts of C, a copy with blanks in their place; else the same array.
     */
    public static byte[] plain(byte[] bytes) {
        int length = bytes.length;
        if (length < 2 || bytes[0] != (byte) 0xef && bytes[length - 1] != 0) {
            return bytes;
        }
        boolean marked = length > 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb && bytes[2] == (byte) 0xbf;
        int first = marked ? 3 : 0;
        while (first < length && (bytes[first] == ' ' || bytes[first] >= '\t' && bytes[first] <= '\r')) {
            first++;
        }
        if (first == length || bytes[first] != '{' && bytes[first] != '[') {
            return bytes;
        }
        byte[] plain = bytes.clone();
        Arrays.fill(plain, 0, marked ? 3 : 0, (byte) ' ');
        for (int last = length - 1; plain[last] == 0; last--) {
            plain[last] = ' ';
        }
        return plain;
    }

    public static boolean isValid(byte[] bytes) {
        return isValid(bytes, 0, bytes.length);
    }

    /** Whether the bytes from one to before another are UTF-8 by themselves. */
    static boolean isValid(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int lead = bytes[at++] & 0xff;
            if (lead < 0x80) {
                continue;
            }
            int following = lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
            if (following < 0 || at + following > to || !isSecond(lead, bytes[at] & 0xff)) {
                return false;
            }
            for (int i = 1; i < following; i++) {
                if ((bytes[at + i] & 0xc0) != 0x80) {
                    return false;
                }
            }
            at += following;
        }
        return true;
    }

    /** The second byte shows overlong forms, surrogates, and what lies beyond the last code point. */
    private static boolean isSecond(int lead, int second) {
        int lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        return second >= lowest && second <= highest;
    }
}
