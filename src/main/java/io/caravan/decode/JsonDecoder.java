package io.caravan.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;

/**
 * Reads JSON objects: the device's fields at the top, the measurements in an object {@code measurements} or, where there
 * is none, in every other field at the top. One pass, in time linear in the length. Thread-safe.
 */
public final class JsonDecoder implements Decoder {

    private static final int DEEPEST = 32;
    static final JsonFactory FACTORY = settings().build();

    /** For values of which one message may hold many, each with names of its own. */
    private static final JsonFactory OF_CONTENT = new ForgetfulFactory(settings());

    private final JsonDialect dialect;

    public JsonDecoder(JsonDialect dialect) {
        this.dialect = dialect;
    }

    private static JsonFactoryBuilder settings() {
        return new JsonFactoryBuilder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxNumberLength(400)
                        .build())
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);
    }

    @Override
    public Decoded decode(RawMessage raw) throws Undecodable {
        return object(raw.payload(), parser -> new JsonMessage(dialect, raw, parser).read());
    }

    /** Reads a payload that is one JSON object; the parser stands on its start. */
    static Decoded object(byte[] payload, Value<Decoded> value) throws Undecodable {
        return read(payload, parser -> {
            JsonToken first = parser.currentToken();
            if (first != JsonToken.START_OBJECT) {
                skip(parser);
                throw new Undecodable(Reason.NOT_AN_OBJECT, "expected a JSON object, found " + nameOf(first));
            }
            return value.read(parser);
        });
    }

    /** Reads the one JSON value of a payload; the parser stands on its first token, then on its last. */
    @FunctionalInterface
    interface Value<T> {
        T read(JsonParser parser) throws IOException, Undecodable;
    }

    /** Reads a payload that is one JSON value. */
    static <T> T read(byte[] payload, Value<T> value) throws Undecodable {
        return read(FACTORY, payload, value);
    }

    /** The same of one that stands in a payload. */
    static <T> T readContent(byte[] content, Value<T> value) throws Undecodable {
        return read(OF_CONTENT, content, value);
    }

    private static <T> T read(JsonFactory factory, byte[] payload, Value<T> value) throws Undecodable {
        requireUtf8(payload);
        try (JsonParser parser = factory.createParser(payload)) {
            if (parser.nextToken() == null) {
                throw new Undecodable(Reason.MALFORMED_JSON, "the payload is empty");
            }
            T read = value.read(parser);
            if (parser.nextToken() != null) {
                throw new Undecodable(Reason.MALFORMED_JSON, "more than one JSON value");
            }
            return read;
        } catch (StreamConstraintsException e) {
            throw e.getMessage().contains("nesting depth")
                    ? new Undecodable(Reason.TOO_DEEP, "nested deeper than " + DEEPEST + " levels")
                    : new Undecodable(Reason.MALFORMED_JSON, "a number, name or text longer than any device sends");
        } catch (IOException e) {
            throw new Undecodable(Reason.MALFORMED_JSON, positionOf(e));
        }
    }

    /** RFC 8259, section 8.1: UTF-8 without a byte order mark. The parser would take UTF-16 and UTF-32 for what they are. */
    private static void requireUtf8(byte[] payload) throws Undecodable {
        boolean marked = payload.length > 0 && payload[0] == (byte) 0xEF;
        for (int i = 0; i < Math.min(4, payload.length); i++) {
            marked |= payload[i] == 0;
        }
        if (marked || !Utf8.isValid(payload)) {
            throw new Undecodable(Reason.MALFORMED_JSON, "the payload is no UTF-8 or starts with a byte order mark");
        }
    }

    /** Reads an array to its end, so that what is no JSON at all is called that; a scalar is read as one token. */
    private static void skip(JsonParser parser) throws IOException {
        parser.skipChildren();
        parser.nextToken();
    }

    static String nameOf(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            default -> "null";
        };
    }

    private static String positionOf(IOException e) {
        if (e instanceof JsonParseException parse) {
            String problem = Text.excerpt(JsonMistake.of(parse));
            return "no JSON at byte " + Math.max(0, parse.getLocation().getByteOffset()) + ": "
                    + problem.substring(1, problem.length() - 1);
        }
        return "no JSON: the bytes are no UTF-8";
    }
}
