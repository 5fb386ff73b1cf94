package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The rows of a message that holds several: each is made a message of its own, the bytes of the whole without the other rows, and
 * of those that have rows themselves without the others. So whatever a row says, or does not, is its own affair, and what stands
 * around the rows belongs to each. They are made when they are asked for, each time anew: together they may have many times the
 * bytes of the message. Used once, by one thread.
 */
final class MessageRows {

    /** One row of a container, which may lie in a row of another. */
    private static final class Row {
        final Row outer;
        final RowContainer in;
        final int start;
        int end;

        Row(Row outer, RowContainer in, int start) {
            this.outer = outer;
            this.in = in;
            this.start = start;
        }
    }

    private final JsonParser parser;
    private final byte[] payload;
    private final RowMembers members;
    private final List<JsonPath.Step> path;
    private final List<Row> rows = new ArrayList<>();
    private List<RowContainer> beside = List.of();
    private RowContainer outermost;

    MessageRows(byte[] payload, RowMembers members, JsonParser parser) {
        this.payload = payload;
        this.members = members;
        this.path = members.toRow();
        this.parser = parser;
    }

    /**
     * Finds the rows of a message.
     *
     * @param members where the array is, or the object, whose elements, or members, are the rows
     * @throws Undecodable when the message is no JSON: also where only what follows the rows is none
     */
    static MessageRows of(byte[] payload, RowMembers members, int sent) throws Undecodable {
        return JsonDecoder.read(payload, parser -> {
            MessageRows found = new MessageRows(payload, members, parser);
            found.find(0, parser.currentToken());
            found.addTo(RowBound.of(payload.length, sent));
            return found;
        });
    }

    /** Looks for the rows in a value, which is at the end of so many steps of the path; reads it to its end. */
    void find(int step, JsonToken token) throws IOException, Undecodable {
        find(step, token, null);
    }

    /** Whether a step of the path leads there. */
    boolean leads(int step, JsonPath.Step there) {
        return path.get(step).equals(there);
    }

    /** Whether there is what holds the rows, be it empty. */
    boolean isFound() {
        return outermost != null;
    }

    /** Has each row come without those of other places. */
    void without(List<MessageRows> others) {
        beside = others.stream()
                .filter(MessageRows::isFound)
                .map(other -> other.outermost)
                .sorted(Comparator.comparingInt(container -> container.start))
                .toList();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Whether the message has one row at most, and nothing is to be taken from it. */
    boolean isWhole() {
        for (Row at = rows.size() == 1 ? rows.get(0) : null; at != null; at = at.outer) {
            if (at.in.rows + at.in.ignored > 1) {
                return false;
            }
        }
        return rows.size() == 1 || isEmpty() && (outermost == null || outermost.ignored == 0);
    }

    /** The message without any rows. */
    byte[] without() {
        if (outermost == null) {
            return payload;
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(payload, 0, outermost.start);
        outermost.alone(message);
        message.write(payload, outermost.end, payload.length - outermost.end);
        return message.toByteArray();
    }

    /**
     * Reads a value to its end.
     *
     * @param in the innermost row that it belongs to, or null
     * @return whether there are rows in it, or could be: where it is empty
     */
    private boolean find(int step, JsonToken token, Row in) throws IOException, Undecodable {
        if (!token.isStructStart()) {
            return false;
        }
        if (path.get(step) == JsonPath.Row.ROW) {
            rowsOf(step, in);
            return true;
        }
        boolean found = false;
        int index = 0;
        for (JsonToken next = parser.nextToken(); !next.isStructEnd(); next = parser.nextToken()) {
            JsonPath.Step here = next == JsonToken.FIELD_NAME
                    ? new JsonPath.Name(parser.currentName())
                    : new JsonPath.Index(index++);
            JsonToken value = next == JsonToken.FIELD_NAME ? parser.nextToken() : next;
            if (!leads(step, here)) {
                parser.skipChildren();
            } else if (found) {
                throw twice();
            } else {
                found = find(step + 1, value, in);
            }
        }
        return found;
    }

    private void rowsOf(int step, Row outer) throws IOException, Undecodable {
        RowContainer container = new RowContainer(payload, JsonTokens.start(parser) + 1);
        outermost = outermost == null ? container : outermost;
        for (JsonToken next = parser.nextToken(); !next.isStructEnd(); next = parser.nextToken()) {
            int start = JsonTokens.start(parser);
            RowMembers.Kind kind =
                    next == JsonToken.FIELD_NAME ? members.of(step, parser.currentName()) : RowMembers.Kind.ROW;
            JsonToken value = next == JsonToken.FIELD_NAME ? parser.nextToken() : next;
            if (kind != RowMembers.Kind.ROW) {
                parser.skipChildren();
                container.add(kind, start, JsonTokens.end(parser, value));
                continue;
            }
            container.rows++;
            Row row = new Row(outer, container, start);
            boolean hasRows = step + 1 < path.size() && find(step + 1, value, row);
            parser.skipChildren();
            row.end = JsonTokens.end(parser, value);
            if (!hasRows) {
                add(row); // also one that should have rows and has none: so it is told
            }
        }
        container.end = JsonTokens.start(parser);
    }

    private void add(Row row) throws Undecodable {
        if (rows.size() == RowBound.MOST_ROWS) {
            throw new Undecodable(Reason.TOO_LARGE, "more than " + RowBound.MOST_ROWS + " rows in one message");
        }
        rows.add(row);
    }

    static Undecodable twice() {
        return new Undecodable(Reason.MALFORMED_JSON, "what leads to the rows stands there twice");
    }

    /** @throws Undecodable when these rows, with those that were added before, are too much */
    void addTo(RowBound bound) throws Undecodable {
        for (Row row : rows) {
            bound.add(length(row));
        }
    }

    /** A message for each row. */
    List<byte[]> messages() {
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

    private int length(Row row) {
        int length = payload.length;
        for (RowContainer other : beside) {
            length -= other.taken(0);
        }
        for (Row at = row; at != null; at = at.outer) {
            length -= at.in.taken(at.end - at.start);
        }
        return length;
    }

    private byte[] message(Row row) {
        ByteArrayOutputStream message = new ByteArrayOutputStream(length(row));
        before(row, message);
        message.write(payload, row.start, row.end - row.start);
        for (Row at = row; at != null; at = at.outer) {
            at.in.behind(at.start, message);
            int end = at.outer == null ? payload.length : at.outer.end;
            around(at.in.end, end, message);
        }
        return message.toByteArray();
    }

    private void before(Row row, ByteArrayOutputStream message) {
        if (row.outer != null) {
            before(row.outer, message);
        }
        int from = row.outer == null ? 0 : row.outer.start;
        around(from, row.in.start, message);
        row.in.before(row.start, message);
    }

    private void around(int from, int to, ByteArrayOutputStream message) {
        int at = from;
        for (RowContainer other : beside) {
            if (other.start >= from && other.end <= to) {
                message.write(payload, at, other.start - at);
                other.alone(message);
                at = other.end;
            }
        }
        message.write(payload, at, to - at);
    }
}
