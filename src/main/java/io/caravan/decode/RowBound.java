package io.caravan.decode;

/** How much may be made of a message that is taken apart: what stands around its rows is there again in each. Used once, by one thread. */
public final class RowBound {

    /** How many rows a message may have. */
    static final int MOST_ROWS = 2_000;

    /** A message may grow so many times, and by so much. */
    private static final int MOST_TIMES = 32;

    /** How many times as long as what was sent the JSON may be that rows are reckoned by: columns repeat their names in each row. */
    private static final int MOST_TIMES_SENT = 8;

    private static final int AND_BYTES = 64 * 1024;

    private final long most;
    private int rows;
    private long length;

    /** @param whole the length of the message */
    public RowBound(int whole) {
        this.most = (long) MOST_TIMES * whole + AND_BYTES;
    }

    /** That of a message that was read as JSON, which may be much longer. */
    static RowBound of(int json, int sent) {
        return new RowBound((int) Math.min(json, (long) MOST_TIMES_SENT * sent));
    }

    /**
     * One row more.
     *
     * @param bytes its length with what stands around it
     * @throws Undecodable {@link Reason#TOO_LARGE} when there are too many, or they are too long
     */
    public void add(int bytes) throws Undecodable {
        rows++;
        length += bytes;
        if (rows > MOST_ROWS) {
            throw new Undecodable(Reason.TOO_LARGE, "more than " + MOST_ROWS + " rows in one message");
        }
        if (length > most) {
            throw new Undecodable(
                    Reason.TOO_LARGE,
                    rows + " rows with what stands around them have " + length + " bytes: more than " + MOST_TIMES
                            + " times the message and 64 KB");
        }
    }
}
