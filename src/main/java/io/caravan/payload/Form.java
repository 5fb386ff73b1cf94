package io.caravan.payload;

import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * The fields of a form, {@code application/x-www-form-urlencoded}: one object of texts. Of a field that stands twice, the last counts.
 * Source: WHATWG URL, section 5.1. Stateless.
 */
public final class Form implements PayloadFormat {

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        String text = PlainText.of(payload).strip();
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
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw PlainText.malformed("no form: a % without two hexadecimal digits in " + Text.excerpt(encoded));
        }
    }
}
