package io.caravan.decode;

import com.fasterxml.jackson.core.JsonToken;
import java.util.List;
import java.util.Set;

/** Reads what is no JSON, or a text in JSON, as the JSON that paths of the registry apply to. Immutable, and so thread-safe. */
public interface PayloadFormat {

    /**
     * Writes what the bytes say as one JSON value, in time linear in their length.
     *
     * @throws Undecodable when they are not of this format, with what is wrong and where
     */
    void write(byte[] payload, JsonText json) throws Undecodable;

    /** Whether it reads a value of JSON that begins so, where one stands in a payload: texts, unless it says otherwise. */
    default boolean takes(JsonToken token) {
        return token == JsonToken.VALUE_STRING;
    }

    /** Whether all values in it are texts, {@code true} and {@code false} among them. */
    default boolean hasWords() {
        return false;
    }

    /** The columns that the registry names; none where a payload names them itself, or has none. */
    default Set<String> columns() {
        return Set.of();
    }

    /** Whether a payload is a sequence of rows, each of which could be a payload by itself. */
    default boolean hasRows() {
        return false;
    }

    /**
     * The rows of a payload as payloads of this format, bytes as the device sent them. Only of a format that {@link #hasRows}.
     *
     * @throws Undecodable when they are not of this format
     */
    default List<byte[]> rows(byte[] payload) throws Undecodable {
        throw new UnsupportedOperationException();
    }
}
