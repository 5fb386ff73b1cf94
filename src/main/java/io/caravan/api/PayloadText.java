package io.caravan.api;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Tells whether a payload is a text that people can read. Stateless. */
final class PayloadText {

    private PayloadText() {}

    /**
     * The payload as text, or null when it is no UTF-8 or has control characters other than tab and line ends.
     *
     * @param cut whether the payload goes on, so that its last character may be half there
     */
    static String of(byte[] payload, boolean cut) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(payload.length);
        CoderResult result = decoder.decode(ByteBuffer.wrap(payload), text, !cut);
        text.flip();
        return result.isError() || !isPrintable(text) ? null : text.toString();
    }

    private static boolean isPrintable(CharSequence text) {
        return text.chars().allMatch(c -> c >= 0x20 && (c < 0x7f || c > 0x9f) || c == '\t' || c == '\n' || c == '\r');
    }
}
