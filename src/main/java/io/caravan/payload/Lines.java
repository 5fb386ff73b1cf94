package io.caravan.payload;

import io.caravan.decode.RowBound;
import io.caravan.decode.Undecodable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Rows that are lines of text, as bytes. Used once, by one thread. */
final class Lines {

    private final List<byte[]> rows = new ArrayList<>();
    private final RowBound bound;

    /** @param whole the length of the message */
    Lines(int whole) {
        this.bound = new RowBound(whole);
    }

    /** @param header what stands before the line in its row */
    void add(String header, String line) throws Undecodable {
        bound.add(header.length() + line.length()); // before it takes memory
        rows.add((header + line).getBytes(StandardCharsets.UTF_8));
    }

    List<byte[]> all() {
        return rows;
    }
}
