package io.caravan.f2;

import io.caravan.reading.Float32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** How a number stands in a frame: signed integers in two's complement, floats as IEEE 754 has them, read by {@link Float32}. */
public enum DataFormat {
    INT8("Int8", 1) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return frame.get(at);
        }
    },
    UINT8("Uint8", 1) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return frame.get(at) & 0xff;
        }
    },
    INT16("Int16", 2) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return frame.getShort(at);
        }
    },
    UINT16("Uint16", 2) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return frame.getShort(at) & 0xffff;
        }
    },
    INT32("Int32", 4) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return frame.getInt(at);
        }
    },
    UINT32("Uint32", 4) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return frame.getInt(at) & 0xffff_ffffL;
        }
    },
    FLOAT32("Float32", 4) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return Float32.meant(frame.getFloat(at));
        }
    },
    INT24("Int24", 3) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return three(frame, at) << 8 >> 8;
        }
    },
    UINT24("Uint24", 3) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return three(frame, at);
        }
    },
    INT64("Int64", 8) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return frame.getLong(at);
        }
    },
    UINT64("Uint64", 8) {
        @Override
        public double read(ByteBuffer frame, int at) {
            long bits = frame.getLong(at);
            return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
        }
    },
    FLOAT64("Float64", 8) {
        @Override
        public double read(ByteBuffer frame, int at) {
            return frame.getDouble(at);
        }
    };

    /** Those that templates of F2 have; the others are of frames that the registry declares. */
    private static final Set<DataFormat> OF_TEMPLATES = EnumSet.range(INT8, FLOAT32);

    private final String text;
    private final int bytes;

    DataFormat(String text, int bytes) {
        this.text = text;
        this.bytes = bytes;
    }

    /** The format of a name in a template of F2, in upper or lower case; null where there is none. */
    public static DataFormat of(String name) {
        DataFormat format = ofAny(name);
        return OF_TEMPLATES.contains(format) ? format : null;
    }

    /** The same of all formats. */
    public static DataFormat ofAny(String name) {
        for (DataFormat format : values()) {
            if (format.text.equalsIgnoreCase(name)) {
                return format;
            }
        }
        return null;
    }

    /** The names of those of templates, for people. */
    public static String names() {
        return OF_TEMPLATES.stream().map(DataFormat::toString).collect(Collectors.joining(", "));
    }

    /** How many bytes such a number has. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloat() {
        return this == FLOAT32 || this == FLOAT64;
    }

    /** Whether it has a sign. */
    public boolean isSigned() {
        return isFloat() || text.startsWith("Int");
    }

    /** The number at a byte, in the order of the buffer. What 64 bits hold beyond 53 is rounded. */
    public abstract double read(ByteBuffer frame, int at);

    private static int three(ByteBuffer frame, int at) {
        boolean big = frame.order() == ByteOrder.BIG_ENDIAN;
        int high = frame.get(big ? at : at + 2) & 0xff;
        int low = frame.get(big ? at + 2 : at) & 0xff;
        return high << 16 | (frame.get(at + 1) & 0xff) << 8 | low;
    }

    /** The name as parameters have it. */
    @Override
    public String toString() {
        return text;
    }
}
