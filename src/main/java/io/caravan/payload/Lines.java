package io.caravan.payload;

import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Rows that are lines of text. Stateless. */
final class Lines {

    private static final int MOST = 2_000;

    private Lines() {}

    /** Adds a row, before so many of them take more memory than the message could be worth. */
    static void add(List<byte[]> rows, String line) throws Undecodable {
        if (rows.size() == MOST) {
            throw new Undecodable(Reason.TOO_LARGE, "more than " + MOST + " rows in one message");
        }
        rows.add(line.getBytes(StandardCharsets.UTF_8));
    }
}
