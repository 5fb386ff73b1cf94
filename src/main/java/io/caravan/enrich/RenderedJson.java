package io.caravan.enrich;

import com.fasterxml.jackson.core.SerializableString;
import io.caravan.decode.Slice;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** JSON that is there as bytes already, for a generator to copy: no decoding, no escaping. Immutable. */
record RenderedJson(Slice slice) implements SerializableString {

    @Override
    public int appendUnquotedUTF8(byte[] buffer, int offset) {
        int length = slice.length();
        if (offset + length > buffer.length) {
            return -1;
        }
        System.arraycopy(slice.bytes(), slice.start(), buffer, offset, length);
        return length;
    }

    @Override
    public byte[] asUnquotedUTF8() {
        return java.util.Arrays.copyOfRange(slice.bytes(), slice.start(), slice.end());
    }

    @Override
    public int writeUnquotedUTF8(OutputStream out) throws IOException {
        out.write(slice.bytes(), slice.start(), slice.length());
        return slice.length();
    }

    @Override
    public int putUnquotedUTF8(ByteBuffer buffer) {
        if (buffer.remaining() < slice.length()) {
            return -1;
        }
        buffer.put(slice.bytes(), slice.start(), slice.length());
        return slice.length();
    }

    @Override
    public String getValue() {
        return slice.text();
    }

    @Override
    public int charLength() {
        return getValue().length();
    }

    @Override
    public char[] asQuotedChars() {
        return getValue().toCharArray();
    }

    @Override
    public byte[] asQuotedUTF8() {
        return asUnquotedUTF8();
    }

    @Override
    public int appendQuotedUTF8(byte[] buffer, int offset) {
        return appendUnquotedUTF8(buffer, offset);
    }

    @Override
    public int appendQuoted(char[] buffer, int offset) {
        return appendUnquoted(buffer, offset);
    }

    @Override
    public int appendUnquoted(char[] buffer, int offset) {
        String text = getValue();
        if (offset + text.length() > buffer.length) {
            return -1;
        }
        text.getChars(0, text.length(), buffer, offset);
        return text.length();
    }

    @Override
    public int writeQuotedUTF8(OutputStream out) throws IOException {
        return writeUnquotedUTF8(out);
    }

    @Override
    public int putQuotedUTF8(ByteBuffer buffer) {
        return putUnquotedUTF8(buffer);
    }
}
