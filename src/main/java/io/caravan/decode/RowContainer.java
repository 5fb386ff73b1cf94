package io.caravan.decode;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** An array or object of which one row is kept, with what stands around it. Used by one thread. */
final class RowContainer {

    /** The first byte inside. */
    final int start;
    /** The bracket that closes it. */
    int end;
    /** How many rows it has. */
    int rows;
    /** How many members are neither rows nor kept. */
    int ignored;

    private final byte[] payload;
    /** The members that are no rows and stay, in their order. */
    private final List<Slice> around = new ArrayList<>(0);

    private int lengthAround;

    RowContainer(byte[] payload, int start) {
        this.payload = payload;
        this.start = start;
    }

    /** Notes a member that is no row. */
    void add(RowMembers.Kind kind, int from, int to) {
        if (kind == RowMembers.Kind.IGNORED) {
            ignored++;
        } else {
            around.add(new Slice(payload, from, to));
            lengthAround += to - from;
        }
    }

    /** How many bytes less it has with one row of so many; with none where that is 0. */
    int taken(int row) {
        int commas = row > 0 ? around.size() : Math.max(0, around.size() - 1);
        return end - start - lengthAround - commas - row;
    }

    /** Writes what is kept before a row. */
    void before(int row, ByteArrayOutputStream message) {
        for (Slice member : around) {
            if (member.start() < row) {
                write(member, message);
                message.write(',');
            }
        }
    }

    /** Writes what is kept behind a row. */
    void behind(int row, ByteArrayOutputStream message) {
        for (Slice member : around) {
            if (member.start() > row) {
                message.write(',');
                write(member, message);
            }
        }
    }

    /** Writes what is kept where there is no row. */
    void alone(ByteArrayOutputStream message) {
        if (!around.isEmpty()) {
            write(around.get(0), message);
            behind(around.get(0).start(), message);
        }
    }

    private void write(Slice member, ByteArrayOutputStream message) {
        message.write(payload, member.start(), member.length());
    }
}
