package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Which texts of a JSON payload hold something that is to be read, and which arrays and objects stand for something else, in a tree of
 * their places. Reading it puts the JSON that it is in its place; what the format does not take, such as what was read before, stays.
 * Not changed once rules are built.
 */
final class Contents {

    /** What a text at a path holds. */
    record Content(JsonPath path, PayloadFormat format) {}

    private final Place root = new Place();

    boolean isEmpty() {
        return root.isLeaf();
    }

    /** Refuses, with an IllegalArgumentException, what is told twice. */
    void add(JsonPath path, PayloadFormat format) {
        Place place = root.at(path);
        if (place == root || place.content != null) {
            throw new IllegalArgumentException(
                    place == root
                            ? "$ is the whole payload: say what it is by \"payload\""
                            : path + " stands here twice");
        }
        place.content = new Content(path, format);
    }

    /**
     * Lets what a wildcard says hold for the places beside it as well. To be told last.
     *
     * @param members what is no row; null where there are no rows
     */
    void spread(RowMembers members) {
        if (members != null && !isEmpty()) {
            members.setApart(root);
        }
        root.spread();
    }

    /**
     * The payload with what its texts hold in their place; the same where it has none.
     *
     * @param sent the message as the device sent it, of which the payload, as JSON, may have many times as many bytes
     * @param growth counts what is read
     */
    JsonPayload read(JsonPayload payload, RawMessage sent, Growth growth) throws Undecodable {
        if (isEmpty() || !payload.cutOff().isEmpty()) {
            return payload; // a frame has no texts
        }
        return JsonDecoder.read(payload.json(), parser -> read(root, payload, parser, JsonText.of(sent), growth));
    }

    private static JsonPayload read(Place place, JsonPayload payload, JsonParser parser, JsonText into, Growth growth)
            throws IOException, Undecodable {
        Reader reader = new Reader(payload.json(), parser, into, growth);
        reader.below(place, parser.currentToken());
        return reader.end(payload);
    }

    /** One payload being read. */
    private static final class Reader {

        private final byte[] json;
        private final JsonParser parser;
        private final JsonText into;
        private final Growth growth;
        private int done;

        Reader(byte[] json, JsonParser parser, JsonText into, Growth growth) {
            this.json = json;
            this.parser = parser;
            this.into = into;
            this.growth = growth;
        }

        private void below(Place place, JsonToken token) throws IOException, Undecodable {
            if (place == null || place.isLeaf() || !token.isStructStart()) {
                parser.skipChildren();
                return;
            }
            int index = 0;
            for (JsonToken next = parser.nextToken(); !next.isStructEnd(); next = parser.nextToken()) {
                Place child =
                        next == JsonToken.FIELD_NAME ? place.member(parser.currentName()) : place.element(index++);
                JsonToken value = next == JsonToken.FIELD_NAME ? parser.nextToken() : next;
                if (child != null
                        && child.content != null
                        && child.content.format().takes(value)) {
                    held(child, value);
                } else {
                    below(child, value);
                }
            }
        }

        private void held(Place place, JsonToken token) throws IOException, Undecodable {
            growth.content();
            boolean text = token == JsonToken.VALUE_STRING;
            int start = JsonTokens.start(parser);
            byte[] content = text ? parser.getText().strip().getBytes(StandardCharsets.UTF_8) : null;
            parser.skipChildren();
            into.raw(json, done, start);
            done = JsonTokens.end(parser, token);
            content = text ? content : Arrays.copyOfRange(json, start, done);
            JsonText inside = into.inside(content.length);
            try {
                if (content.length == 0) {
                    inside.nothing();
                } else {
                    place.content.format().write(content, inside);
                }
                JsonPayload held = inside.payload();
                into.append(place.isLeaf() || !held.cutOff().isEmpty() ? held : inside(place, held));
            } catch (Undecodable e) {
                throw new Undecodable(
                        e.reason(), (text ? "in the text at " : "at ") + place.content.path() + ": " + e.getMessage());
            }
        }

        private JsonPayload inside(Place place, JsonPayload held) throws Undecodable {
            JsonText room = into.inside(held.json().length);
            return JsonDecoder.readContent(held.json(), content -> Contents.read(place, held, content, room, growth));
        }

        private JsonPayload end(JsonPayload whole) throws Undecodable {
            if (done == 0) {
                return whole;
            }
            into.raw(json, done, json.length);
            return into.payload();
        }
    }
}
