package io.caravan.decode;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The measurements of a message as they came, under the names of their metrics. Used once, by one thread. */
final class Measurements {

    private final List<String> names = new ArrayList<>(8);
    private final ByteArrayOutputStream json = new ByteArrayOutputStream(256);

    /** @param value one JSON value */
    void add(String name, Slice value) {
        names.add(name);
        pass(name, value);
    }

    /** The same of what is no metric. */
    void pass(String name, Slice value) {
        json.write(json.size() == 0 ? '{' : ',');
        json.writeBytes(quoted(name));
        json.write(':');
        json.write(value.bytes(), value.start(), value.length());
    }

    /** The names, in the order of the message. */
    List<String> names() {
        return names;
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /** A JSON object, or null where there are none. Nothing can be added after it. */
    Slice object() {
        if (isEmpty()) {
            return null;
        }
        json.write('}');
        return Slice.of(json.toByteArray());
    }

    /** A text as JSON. */
    static byte[] quoted(String text) {
        return ('"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"')
                .getBytes(StandardCharsets.UTF_8);
    }
}
