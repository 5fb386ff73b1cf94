package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Which texts of a JSON payload hold something that is to be read, in a tree of their places. Reading it puts the JSON that it is
 * in the place of the text; what is no text, such as what was read before, stays. Not changed once rules are built.
 */
final class Contents {

    private static final class Node {
        private final Map<String, Node> members = new HashMap<>();
        private final Map<Integer, Node> elements = new HashMap<>();
        private Node any;
        private JsonPath path;
        private PayloadFormat format;

        Node member(String name) {
            return members.getOrDefault(name, any);
        }

        Node element(int index) {
            return elements.getOrDefault(index, any);
        }

        boolean isLeaf() {
            return members.isEmpty() && elements.isEmpty() && any == null;
        }
    }

    private final Node root = new Node();

    boolean isEmpty() {
        return root.isLeaf();
    }

    /** Refuses, with an IllegalArgumentException, what is told twice. */
    void add(JsonPath path, PayloadFormat format) {
        Node node = root;
        for (JsonPath.Step step : path.steps()) {
            if (step instanceof JsonPath.Name name) {
                node = node.members.computeIfAbsent(name.name(), missing -> new Node());
            } else if (step instanceof JsonPath.Index index) {
                node = node.elements.computeIfAbsent(index.index(), missing -> new Node());
            } else {
                node.any = node.any == null ? new Node() : node.any;
                node = node.any;
            }
        }
        if (node == root || node.format != null) {
            throw new IllegalArgumentException(
                    node == root
                            ? "$ is the whole payload: say what it is by \"payload\""
                            : path + " stands here twice");
        }
        node.path = path;
        node.format = format;
    }

    /** The payload with what its texts hold in their place; the same where it has none. */
    JsonPayload read(JsonPayload payload) throws Undecodable {
        if (isEmpty() || !payload.cutOff().isEmpty()) {
            return payload; // a frame has no texts
        }
        JsonText text = new JsonText(payload.json().length);
        return read(root, payload, text);
    }

    private static JsonPayload read(Node node, JsonPayload payload, JsonText into) throws Undecodable {
        return JsonDecoder.read(payload.json(), parser -> {
            Reader reader = new Reader(payload.json(), parser, into);
            reader.below(node, parser.currentToken());
            return reader.end(payload);
        });
    }

    /** One payload being read. */
    private static final class Reader {

        private final byte[] json;
        private final JsonParser parser;
        private final JsonText into;
        private int done;

        Reader(byte[] json, JsonParser parser, JsonText into) {
            this.json = json;
            this.parser = parser;
            this.into = into;
        }

        private void below(Node node, JsonToken token) throws IOException, Undecodable {
            if (node == null || node.isLeaf() || !token.isStructStart()) {
                parser.skipChildren();
                return;
            }
            int index = 0;
            for (JsonToken next = parser.nextToken(); !next.isStructEnd(); next = parser.nextToken()) {
                Node child = next == JsonToken.FIELD_NAME ? node.member(parser.currentName()) : node.element(index++);
                JsonToken value = next == JsonToken.FIELD_NAME ? parser.nextToken() : next;
                if (child != null && child.format != null && value == JsonToken.VALUE_STRING) {
                    text(child);
                } else {
                    below(child, value);
                }
            }
        }

        private void text(Node node) throws IOException, Undecodable {
            byte[] content = parser.getText().strip().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            into.raw(json, done, JsonTokens.start(parser));
            done = JsonTokens.end(parser, JsonToken.VALUE_STRING);
            JsonText inside = into.inside(content.length);
            try {
                if (content.length == 0) {
                    inside.nothing();
                } else {
                    node.format.write(content, inside);
                }
                JsonPayload held = inside.payload();
                into.append(
                        node.isLeaf() || !held.cutOff().isEmpty()
                                ? held
                                : Contents.read(node, held, into.inside(held.json().length)));
            } catch (Undecodable e) {
                throw new Undecodable(e.reason(), "in the text at " + node.path + ": " + e.getMessage());
            }
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
