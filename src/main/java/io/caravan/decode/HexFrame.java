package io.caravan.decode;

/** Bytes written as pairs of hexadecimal digits, in upper or lower case, with white space anywhere. Stateless. */
public final class HexFrame {

    private HexFrame() {}

    /** @throws Undecodable {@link Reason#MALFORMED_FRAME} when the text holds anything else, half a byte, or nothing */
    public static byte[] parse(String text) throws Undecodable {
        byte[] bytes = new byte[text.length() / 2];
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                continue;
            }
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw malformed("no hexadecimal digit at character " + (i + 1) + " of data: " + Text.excerpt(text));
            }
            int at = digits++ / 2;
            if (at < bytes.length) {
                bytes[at] = (byte) (bytes[at] << 4 | digit);
            }
        }
        if (digits == 0) {
            throw malformed("data has no bytes");
        }
        if (digits % 2 != 0) {
            throw malformed("data ends within a byte: it has " + digits + " hexadecimal digits");
        }
        return java.util.Arrays.copyOf(bytes, digits / 2);
    }

    public static Undecodable malformed(String detail) {
        return new Undecodable(Reason.MALFORMED_FRAME, detail);
    }
}
