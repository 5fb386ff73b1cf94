package io.caravan.decode;

/** How much may be made of what stands in a message, whether it is read whole or row by row. Used once, by one thread. */
final class Growth {

    /** So many texts, arrays and objects that hold something are read of one message: each has a parser of its own. */
    static final int MOST_CONTENTS = 2_000;

    /** Of a message with rows, so many of each: what stands around them is read again for each. */
    private static final int MOST_IN_ROW = 4;

    /** A row is short, and may be made many fields. */
    private static final int BYTES_OF_ROW = 1024;

    private final int mostContents;
    private final long mostBytes;
    private int contents;
    private long bytes;
    private boolean exceeded;

    /** Of a message, or a row, by itself. */
    Growth() {
        this(0, 0);
    }

    /** Of all rows of a message that has so many, of what the device sent. */
    Growth(int sent, int rows) {
        this.mostContents = Math.max(MOST_CONTENTS, MOST_IN_ROW * rows);
        this.mostBytes = JsonText.most(sent) + (long) BYTES_OF_ROW * rows;
    }

    /** One content more is read. */
    void content() throws Undecodable {
        contents++;
        if (contents > mostContents) {
            exceeded = true;
            throw new Undecodable(
                    Reason.TOO_LARGE, "more than " + mostContents + " \"contents\" to be read in one message");
        }
    }

    /** One row more was read. */
    void row(int row, long json) throws Undecodable {
        bytes += Math.max(0, json - row);
        if (bytes > mostBytes) {
            exceeded = true;
            throw new Undecodable(
                    Reason.TOO_LARGE,
                    "with their \"contents\" read, the rows of the message would have more than " + mostBytes
                            + " bytes more than without");
        }
    }

    /** Whether it was too much for the message; a row by itself may be too large before. */
    boolean isExceeded() {
        return exceeded;
    }
}
