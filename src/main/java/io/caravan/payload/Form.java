package io.caravan.payload;

import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import io.caravan.decode.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The fields of a form, {@code application/x-www-form-urlencoded}: one object of texts. Of a field that stands twice, the last counts.
 * Source: WHATWG URL, section 5.1. Stateless.
 */
public final class Form implements PayloadFormat {

    @Override
    public boolean hasWords() {
        return true;
    }

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        String text = PlainText.of(payload).strip();
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw PlainText.malformed("no form: it has more than one line, and fields are parted by &");
        }
        json.beginObject();
        boolean some = false;
        for (String field : text.split("&")) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                json.name(decoded(field.substring(0, equals)));
                json.word(decoded(field.substring(equals + 1)));
                some = true;
            }
        }
        json.endObject();
        if (!some) {
            throw PlainText.malformed("no form: it has no field such as a=1, but " + Text.excerpt(text));
        }
    }

    private static String decoded(String encoded) throws Undecodable {
        byte[] bytes = encoded.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '%') {
                if (i + 2 >= bytes.length
                        || !HexFormat.isHexDigit(bytes[i + 1])
                        || !HexFormat.isHexDigit(bytes[i + 2])) {
                    throw PlainText.malformed(
                            "no form: a % without two hexadecimal digits in " + Text.excerpt(encoded));
                }
                b = (byte) (HexFormat.fromHexDigit(bytes[++i]) << 4 | HexFormat.fromHexDigit(bytes[++i]));
            } else if (b == '+') {
                b = ' ';
            }
            bytes[length++] = b;
        }
        byte[] decoded = Arrays.copyOf(bytes, length);
        if (!Utf8.isValid(decoded)) {
            throw PlainText.malformed("no form: no text in UTF-8 is " + Text.excerpt(encoded));
        }
        return new String(decoded, StandardCharsets.UTF_8);
    }
}
