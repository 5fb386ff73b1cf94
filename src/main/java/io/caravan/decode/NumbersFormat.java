package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;

/**
 * Bytes of another format in an array of numbers: of a register of 16 bits each, the highest byte first, or of a byte each. A number
 * below 0 is one with a sign. Immutable.
 */
public final class NumbersFormat implements PayloadFormat {

    private final int width;
    private final PayloadFormat content;

    /**
     * @param width how many bytes each number is: 1 or 2
     * @param content what the bytes are
     */
    public NumbersFormat(int width, PayloadFormat content) {
        this.width = width;
        this.content = content;
    }

    @Override
    public boolean takes(JsonToken token) {
        return token == JsonToken.START_ARRAY;
    }

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        byte[] bytes = bytes(payload);
        if (bytes.length == 0) {
            json.nothing(); // as in an empty text
        } else {
            content.write(bytes, json);
        }
    }

    @Override
    public Set<String> columns() {
        return content.columns();
    }

    @Override
    public boolean hasWords() {
        return content.hasWords();
    }

    private byte[] bytes(byte[] payload) throws Undecodable {
        return JsonDecoder.readContent(Utf8.plain(payload), parser -> {
            JsonToken first = parser.currentToken();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int index = 0;
            while (first == JsonToken.START_ARRAY && parser.nextToken() != JsonToken.END_ARRAY) {
                int number = number(parser, index++);
                if (width == 2) {
                    bytes.write(number >> 8);
                }
                bytes.write(number);
            }
            if (first != JsonToken.START_ARRAY) {
                parser.skipChildren();
                throw HexFrame.malformed("expected an array of numbers, found " + JsonDecoder.nameOf(first));
            }
            return bytes.toByteArray();
        });
    }

    private int number(JsonParser parser, int index) throws IOException, Undecodable {
        int most = (1 << 8 * width) - 1;
        JsonToken token = parser.currentToken();
        if (token.isNumeric()) {
            double number = parser.getDoubleValue(); // gateways write whole numbers as 3.0, too
            if (number >= -(most / 2 + 1) && number <= most && number == Math.rint(number)) {
                return (int) number;
            }
        }
        String found = token.isNumeric() ? Text.excerpt(parser.getText()) : JsonDecoder.nameOf(token);
        throw HexFrame.malformed("at index " + index + " of the array stands " + found
                + ", and no whole number from 0 to " + most + ", or from -" + (most / 2 + 1) + " where it has a sign");
    }
}
