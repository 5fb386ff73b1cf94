package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.ZoneId;

/** What stands where a parser of JSON stands: its place in the payload, and what it means as an id, a word or a time. Stateless. */
final class JsonTokens {

    private JsonTokens() {}

    /** The first byte of the token. */
    static int start(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** The byte after the value whose first token is given and whose last the parser stands on. */
    static int end(JsonParser parser, JsonToken first) throws IOException {
        if (first == JsonToken.VALUE_STRING) {
            parser.finishToken();
        }
        return (int) parser.currentLocation().getByteOffset();
    }

    /**
     * An id, a text or a whole number; null where there is none.
     *
     * @param what what it is the id of, for people
     */
    static String id(JsonParser parser, String what) throws IOException, Undecodable {
        return id(parser, what, null);
    }

    /** @param declared where the registry says that it stands, null where the registry says nothing */
    static String id(JsonParser parser, String what, String declared) throws IOException, Undecodable {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
            Object place =
                    declared != null ? declared : parser.getParsingContext().pathAsPointer();
            String found = token.isNumeric()
                    ? Text.excerpt(parser.getText()) + " stands at " + place + "; in quotes it would be a text"
                    : JsonDecoder.nameOf(token) + " stands at " + place;
            parser.skipChildren();
            throw new Undecodable(Reason.INVALID_ID, what + " must be a text or a whole number: " + found);
        }
        String id = parser.getText();
        return Text.isId(id) ? id : Text.id(declared == null ? what : what + " at " + declared, id);
    }

    /** A text of at most 100 characters that can be printed; null for anything else, which is passed over. */
    static String word(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            return null;
        }
        String text = parser.getText();
        return text.isBlank() || !Text.isClean(text) || text.length() > 100 ? null : text;
    }

    /** The time that the parser stands on, a text or a number; {@link Decoded#NO_TIME} for null. */
    static long time(JsonParser parser, ZoneId zone) throws IOException, Undecodable {
        switch (parser.currentToken()) {
            case VALUE_STRING:
                return Timestamps.ofText(parser.getText(), zone);
            case VALUE_NUMBER_INT:
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                    throw new Undecodable(Reason.INVALID_TIMESTAMP, "no time between 1970 and 9999: a huge number");
                }
                return Timestamps.ofInteger(parser.getLongValue());
            case VALUE_NUMBER_FLOAT:
                return Timestamps.ofNumber(parser.getDoubleValue());
            case VALUE_NULL:
                return Decoded.NO_TIME;
            default:
                throw new Undecodable(Reason.INVALID_TIMESTAMP, "the timestamp must be a text or a number");
        }
    }
}
