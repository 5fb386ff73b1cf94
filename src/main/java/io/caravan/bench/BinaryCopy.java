package io.caravan.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads what {@code COPY ... TO STDOUT (FORMAT binary)} answers, without an object per value: {@link #nextRow} and then
 * {@link #nextField} for each column; the getters read the field that was stepped on last. Not thread-safe.
 */
final class BinaryCopy {

    private static final int SIGNATURE = 11;
    /** PostgreSQL counts from 2000-01-01. */
    private static final long EPOCH_MICROS = 946_684_800_000_000L;

    private final InputStream in;
    private byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private int offset;
    private int length;

    BinaryCopy(InputStream in) throws IOException {
        this.in = in;
        require(SIGNATURE + 8);
        position = SIGNATURE + 4;
        int extension = readInt();
        require(extension);
        position += extension;
    }

    /** Steps to the next row, false after the last. */
    boolean nextRow() throws IOException {
        require(2);
        int fields = (short) (buffer[position] << 8 | buffer[position + 1] & 0xFF);
        position += 2;
        return fields >= 0;
    }

    /** Steps to the next field of the row. */
    void nextField() throws IOException {
        require(4);
        length = readInt();
        int bytes = Math.max(0, length);
        require(bytes);
        offset = position;
        position += bytes;
    }

    boolean isNull() {
        return length < 0;
    }

    /** The buffer that holds the field, until the next call of nextRow or nextField. */
    byte[] bytes() {
        return buffer;
    }

    int offset() {
        return offset;
    }

    int length() {
        return Math.max(0, length);
    }

    double float8() {
        return Double.longBitsToDouble(int8());
    }

    /** A timestamptz in microseconds since 1970, 0 for null. */
    long timestamp() {
        return isNull() ? 0 : int8() + EPOCH_MICROS;
    }

    private long int8() {
        long number = 0;
        for (int i = 0; i < 8; i++) {
            number = number << 8 | buffer[offset + i] & 0xFF;
        }
        return number;
    }

    private int readInt() {
        int number = 0;
        for (int i = 0; i < 4; i++) {
            number = number << 8 | buffer[position++] & 0xFF;
        }
        return number;
    }

    /** Makes sure that so many bytes stand in the buffer from the position on. */
    private void require(int bytes) throws IOException {
        if (limit - position >= bytes) {
            return;
        }
        byte[] target = bytes > buffer.length ? new byte[bytes * 2] : buffer;
        System.arraycopy(buffer, position, target, 0, limit - position);
        buffer = target;
        limit -= position;
        position = 0;
        while (limit < bytes) {
            int read = in.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                throw new EOFException("The database ended its answer early");
            }
            limit += read;
        }
    }
}
