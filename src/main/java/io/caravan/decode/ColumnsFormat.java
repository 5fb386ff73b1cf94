package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Arrays side by side in one object, the columns of a table, as an array of its rows: the first elements of all of them, then the
 * second. Members that are no columns stand in every row; a declared column that is no array is one of a single value. Values stay the bytes that the device sent. Immutable.
 */
public final class ColumnsFormat implements PayloadFormat {

    private final Set<String> declared;

    /** @param declared the names of the columns; none where all members that are arrays are columns */
    public ColumnsFormat(Set<String> declared) {
        this.declared = Set.copyOf(declared);
    }

    /** One member: where its values begin and end, one for each row, or a single one. */
    private record Column(String name, boolean alone, int[] bounds) {

        int length() {
            return bounds.length / 2;
        }

        void write(byte[] payload, int row, JsonText json) throws Undecodable {
            int at = alone ? 0 : 2 * row;
            json.value(payload, bounds[at], bounds[at + 1]);
        }
    }

    /** In a place where something else stands, such as rows that were made of it, that stays. */
    @Override
    public boolean takes(JsonToken token) {
        return token == JsonToken.START_OBJECT;
    }

    @Override
    public Set<String> columns() {
        return declared;
    }

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        byte[] plain = Utf8.plain(payload);
        List<Column> columns = JsonDecoder.readContent(plain, this::columns);
        List<byte[]> names =
                columns.stream().map(column -> JsonText.quoted(column.name())).toList();
        int rows = rows(columns);
        json.beginArray();
        for (int row = 0; row < rows; row++) {
            json.beginObject();
            for (int i = 0; i < names.size(); i++) {
                json.name(names.get(i));
                columns.get(i).write(plain, row, json);
            }
            json.endObject();
        }
        json.endArray();
    }

    private List<Column> columns(JsonParser parser) throws IOException, Undecodable {
        JsonToken first = parser.currentToken();
        List<Column> columns = new ArrayList<>();
        Set<String> names = new HashSet<>();
        while (first == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (!names.add(name)) {
                throw malformed("two members are named " + Text.excerpt(name));
            }
            boolean array = parser.nextToken() == JsonToken.START_ARRAY;
            boolean alone = declared.isEmpty()
                    ? !array
                    : !declared.contains(name) || parser.currentToken() == JsonToken.VALUE_NULL;
            IntStream.Builder bounds = IntStream.builder();
            if (alone || !array) {
                value(parser, bounds);
            } else {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    value(parser, bounds);
                }
            }
            columns.add(new Column(name, alone, bounds.build().toArray()));
        }
        if (first != JsonToken.START_OBJECT) {
            parser.skipChildren();
            throw malformed("expected an object of arrays, found " + JsonDecoder.nameOf(first));
        }
        return columns;
    }

    /** Reads the value that the parser stands on to its end. */
    private static void value(JsonParser parser, IntStream.Builder bounds) throws IOException {
        JsonToken token = parser.currentToken();
        bounds.add(JsonTokens.start(parser));
        parser.skipChildren();
        bounds.add(JsonTokens.end(parser, token));
    }

    /** How many rows there are. Where columns are not equally long, nobody can tell which of their values belong together. */
    private static int rows(List<Column> columns) throws Undecodable {
        Column first = null;
        for (Column column : columns) {
            if (!column.alone() && first == null) {
                first = column;
            } else if (!column.alone() && column.length() != first.length()) {
                throw malformed("the columns are not equally long: " + told(first) + ", " + told(column));
            }
        }
        return first == null ? 1 : first.length();
    }

    private static String told(Column column) {
        return Text.excerpt(column.name()) + " has " + column.length() + " values";
    }

    private static Undecodable malformed(String detail) {
        return new Undecodable(Reason.MALFORMED_PAYLOAD, detail);
    }
}
