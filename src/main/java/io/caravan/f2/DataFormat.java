package io.caravan.f2;

import io.caravan.reading.Float32;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/** How a number stands in a frame: signed integers in two's complement, floats as IEEE 754 has them, read by {@link Float32}. */
public enum DataFormat {
    INT8("Int8", 1) {
        @Override
        double read(ByteBuffer frame, int at) {
            return frame.get(at);
        }
    },
    UINT8("Uint8", 1) {
        @Override
        double read(ByteBuffer frame, int at) {
            return frame.get(at) & 0xff;
        }
    },
    INT16("Int16", 2) {
        @Override
        double read(ByteBuffer frame, int at) {
            return frame.getShort(at);
        }
    },
    UINT16("Uint16", 2) {
        @Override
        double read(ByteBuffer frame, int at) {
            return frame.getShort(at) & 0xffff;
        }
    },
    INT32("Int32", 4) {
        @Override
        double read(ByteBuffer frame, int at) {
            return frame.getInt(at);
        }
    },
    UINT32("Uint32", 4) {
        @Override
        double read(ByteBuffer frame, int at) {
            return frame.getInt(at) & 0xffff_ffffL;
        }
    },
    FLOAT32("Float32", 4) {
        @Override
        double read(ByteBuffer frame, int at) {
            return Float32.meant(frame.getFloat(at));
        }
    };

    private final String text;
    private final int bytes;

    DataFormat(String text, int bytes) {
        this.text = text;
        this.bytes = bytes;
    }

    /** The format of a name, in upper or lower case; null where there is none. */
    public static DataFormat of(String name) {
        for (DataFormat format : values()) {
            if (format.text.equalsIgnoreCase(name)) {
                return format;
            }
        }
        return null;
    }

    /** The names of all, for people. */
    public static String names() {
        return Arrays.stream(values()).map(DataFormat::toString).collect(Collectors.joining(", "));
    }

    /** How many bytes such a number has. */
    public int bytes() {
        return bytes;
    }

    abstract double read(ByteBuffer frame, int at);

    /** The name as parameters have it. */
    @Override
    public String toString() {
        return text;
    }
}
