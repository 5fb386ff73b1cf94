package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a message that holds several: each is made a message of its own, the bytes of the whole without the other rows. So
 * whatever a row says, or does not, is its own affair, and what stands around the rows belongs to each. They are made when they
 * are asked for, each time anew: together they may have many times the bytes of the message. Used once, by one thread.
 */
final class MessageRows {

    /** What stands around the rows is there again in each: a message may grow so many times, and by so much. */
    private static final int MOST_TIMES = 32;

    private static final int AND_BYTES = 64 * 1024;

    private static final int MOST_ROWS = 2_000;

    private final JsonParser parser;
    private final byte[] payload;
    private final JsonPath path;
    private final List<Slice> rows = new ArrayList<>();
    private Slice all;

    private MessageRows(byte[] payload, JsonPath path, JsonParser parser) {
        this.payload = payload;
        this.path = path;
        this.parser = parser;
    }

    /**
     * Takes a message apart.
     *
     * @param path leads to the array, or the object, whose elements, or members, are the rows
     * @return empty where there is one row only
     * @throws Undecodable when there is none, or the message is no JSON: also where only what follows the rows is none
     */
    static List<byte[]> of(byte[] payload, JsonPath path) throws Undecodable {
        return JsonDecoder.read(payload, parser -> {
            MessageRows found = new MessageRows(payload, path, parser);
            found.find(0, parser.currentToken());
            return found.messages();
        });
    }

    private void find(int step, JsonToken token) throws IOException, Undecodable {
        if (step == path.steps().size()) {
            collect(token);
            return;
        }
        JsonPath.Step next = path.steps().get(step);
        if (token == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean leads =
                        next instanceof JsonPath.Name name && name.name().equals(parser.currentName());
                follow(leads, step, parser.nextToken());
            }
        } else if (token == JsonToken.START_ARRAY) {
            int index = 0;
            for (JsonToken element = parser.nextToken(); element != JsonToken.END_ARRAY; element = parser.nextToken()) {
                follow(next instanceof JsonPath.Index at && at.index() == index++, step, element);
            }
        }
    }

    private void follow(boolean leads, int step, JsonToken token) throws IOException, Undecodable {
        if (leads) {
            find(step + 1, token);
        } else {
            parser.skipChildren();
        }
    }

    private void collect(JsonToken token) throws IOException, Undecodable {
        if (!token.isStructStart()) {
            return;
        }
        if (all != null) {
            throw new Undecodable(Reason.MALFORMED_JSON, "what " + path + " leads to stands there twice");
        }
        int start = JsonTokens.start(parser);
        for (JsonToken row = parser.nextToken(); !row.isStructEnd(); row = parser.nextToken()) {
            int from = JsonTokens.start(parser);
            JsonToken value = row == JsonToken.FIELD_NAME ? parser.nextToken() : row;
            parser.skipChildren();
            add(new Slice(payload, from, JsonTokens.end(parser, value)));
        }
        all = new Slice(payload, start + 1, JsonTokens.start(parser));
    }

    private void add(Slice row) throws Undecodable {
        if (rows.size() == MOST_ROWS) {
            throw new Undecodable(Reason.TOO_LARGE, "more than " + MOST_ROWS + " rows in one message");
        }
        rows.add(row);
    }

    private List<byte[]> messages() throws Undecodable {
        if (rows.isEmpty()) {
            throw new Undecodable(
                    Reason.EMPTY_MESSAGE, "no row stands at " + path + ", where the registry says that rows do");
        }
        if (rows.size() == 1) {
            return List.of();
        }
        long around = payload.length - all.length();
        long most = (long) MOST_TIMES * payload.length + AND_BYTES;
        if (around * rows.size() + all.length() > most) {
            throw new Undecodable(
                    Reason.TOO_LARGE,
                    rows.size() + " rows, and " + around
                            + " bytes around them that each would have: together more than " + MOST_TIMES
                            + " times the message and 64 KB");
        }
        return new AbstractList<>() {
            @Override
            public byte[] get(int index) {
                return message(rows.get(index));
            }

            @Override
            public int size() {
                return rows.size();
            }
        };
    }

    private byte[] message(Slice row) {
        int behind = payload.length - all.end();
        byte[] message = new byte[all.start() + row.length() + behind];
        System.arraycopy(payload, 0, message, 0, all.start());
        System.arraycopy(payload, row.start(), message, all.start(), row.length());
        System.arraycopy(payload, all.end(), message, all.start() + row.length(), behind);
        return message;
    }
}
