package io.caravan.payload;

import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import io.caravan.decode.Utf8;
import java.nio.charset.StandardCharsets;

/** The text that a payload is: without a byte order mark before it, and the NULs that end texts of C. Stateless. */
final class PlainText {

    private static final String MARK = "\uFEFF";

    private PlainText() {}

    static String of(byte[] payload) throws Undecodable {
        if (!Utf8.isValid(payload)) {
            throw malformed("the payload is no text in UTF-8");
        }
        String text = new String(payload, StandardCharsets.UTF_8);
        int start = text.startsWith(MARK) ? 1 : 0;
        int end = text.length();
        while (end > start && text.charAt(end - 1) == 0) {
            end--;
        }
        String plain = text.substring(start, end);
        if (plain.isBlank()) {
            throw new Undecodable(Reason.EMPTY_MESSAGE, "the payload is blank");
        }
        return plain;
    }

    static Undecodable malformed(String detail) {
        return new Undecodable(Reason.MALFORMED_PAYLOAD, detail);
    }
}
