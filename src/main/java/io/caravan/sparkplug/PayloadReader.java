package io.caravan.sparkplug;

import com.google.protobuf.CodedInputStream;
import io.caravan.decode.Decoded;
import io.caravan.decode.Reason;
import io.caravan.decode.Slice;
import io.caravan.decode.Text;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.reading.Float32;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a Sparkplug B payload off the wire (Protocol Buffers): the fields that Caravan uses, and skips the others. Texts and
 * bytes stay slices of the message, so that no length in it takes memory. Field numbers are those of the published schema
 * (Sparkplug 3.0.0, 6.4). Used once, by one thread.
 */
final class PayloadReader {

    private static final int LONGEST_UNIT = 16;
    private static final String COMPRESSED = "SPBV1.0_COMPRESSED";

    private record Properties(String unit, int quality) {
        static final Properties NONE = new Properties(null, Metric.GOOD);
    }

    private final byte[] bytes;
    private final CodedInputStream in;

    PayloadReader(byte[] bytes) throws IOException {
        this.bytes = bytes;
        this.in = CodedInputStream.newInstance(bytes);
        in.pushLimit(bytes.length); // what is inside cannot end behind it
    }

    Payload payload() throws IOException, Undecodable {
        long timestamp = Decoded.NO_TIME;
        int seq = Payload.NO_SEQ;
        List<Metric> metrics = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 8 -> timestamp = time(in.readUInt64());
                case 18 -> {
                    if (metrics.size() == Decoded.MOST_VALUES) {
                        throw new Undecodable(
                                Reason.TOO_LARGE, "more than " + Decoded.MOST_VALUES + " metrics in one message");
                    }
                    metrics.add(metric());
                }
                case 24 -> seq = seq(in.readUInt64());
                case 34 -> {
                    if (in.readStringRequireUtf8().equals(COMPRESSED)) {
                        throw malformed("a compressed payload, which is none of Sparkplug 3.0");
                    }
                }
                default -> skip(tag);
            }
        }
        return new Payload(timestamp, seq, metrics);
    }

    private static int seq(long seq) throws Undecodable {
        if (seq < 0 || seq > 255) {
            throw malformed("the sequence number " + Long.toUnsignedString(seq) + " is not within 0 to 255");
        }
        return (int) seq;
    }

    private Metric metric() throws IOException, Undecodable {
        int outer = in.pushLimit(in.readRawVarint32());
        String name = null;
        Long alias = null;
        long timestamp = Decoded.NO_TIME;
        int type = DataTypes.UNKNOWN;
        boolean isTransient = false;
        boolean isNull = false;
        Properties properties = Properties.NONE;
        Metric.Field field = Metric.Field.NONE;
        long bits = 0;
        double number = Double.NaN;
        Slice raw = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 10 -> name = in.readStringRequireUtf8();
                case 16 -> alias = in.readUInt64();
                case 24 -> timestamp = time(in.readUInt64());
                case 32 -> type = in.readUInt32();
                case 48 -> isTransient = in.readBool();
                case 56 -> isNull = in.readBool();
                case 74 -> properties = properties();
                case 80 -> {
                    field = Metric.Field.INT;
                    bits = in.readUInt32() & 0xffff_ffffL;
                }
                case 88 -> {
                    field = Metric.Field.LONG;
                    bits = in.readUInt64();
                }
                case 101 -> {
                    field = Metric.Field.FLOAT;
                    number = Float32.meant(in.readFloat());
                }
                case 105 -> {
                    field = Metric.Field.DOUBLE;
                    number = in.readDouble();
                }
                case 112 -> {
                    field = Metric.Field.BOOLEAN;
                    bits = in.readBool() ? 1 : 0;
                }
                case 122 -> {
                    field = Metric.Field.STRING;
                    raw = slice();
                }
                case 130 -> {
                    field = Metric.Field.BYTES;
                    raw = slice();
                }
                case 138 -> {
                    field = Metric.Field.DATA_SET;
                    raw = slice();
                }
                case 146 -> {
                    field = Metric.Field.TEMPLATE;
                    raw = slice();
                }
                case 154 -> {
                    field = Metric.Field.EXTENSION;
                    raw = slice();
                }
                default -> skip(tag);
            }
        }
        in.popLimit(outer);
        if (name != null && name.isEmpty() && alias != null) {
            name = null; // encoders without optional fields write an empty one
        }
        if (name == null && alias == null) {
            throw malformed("a metric with neither name nor alias");
        }
        if (name != null && !Text.isId(name)) {
            throw new Undecodable(
                    Reason.INVALID_METRIC,
                    "a metric's name is 1 to 200 characters without control characters: " + Text.excerpt(name));
        }
        return new Metric(
                name,
                alias,
                timestamp,
                type,
                isTransient,
                properties.unit,
                properties.quality,
                isNull ? Metric.Field.NONE : field,
                bits,
                number,
                raw);
    }

    private Properties properties() throws IOException, Undecodable {
        int outer = in.pushLimit(in.readRawVarint32());
        List<String> keys = new ArrayList<>(2);
        List<Object> values = new ArrayList<>(2);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 10 -> keys.add(in.readStringRequireUtf8());
                case 18 -> values.add(property());
                default -> skip(tag);
            }
        }
        in.popLimit(outer);
        String unit = null;
        int quality = Metric.GOOD;
        for (int i = 0; i < Math.min(keys.size(), values.size()); i++) {
            if (keys.get(i).equals("engUnit")
                    && values.get(i) instanceof String text
                    && text.length() <= LONGEST_UNIT
                    && Text.isClean(text)) {
                unit = text;
            } else if (keys.get(i).equals("Quality") && values.get(i) instanceof Long code) {
                quality = code.intValue();
            }
        }
        return new Properties(unit, quality);
    }

    /** A text, a whole number, or something that nobody asks for. */
    private Object property() throws IOException, Undecodable {
        int outer = in.pushLimit(in.readRawVarint32());
        Object value = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 24 -> value = in.readUInt32() & 0xffff_ffffL;
                case 32 -> value = in.readUInt64();
                case 66 -> value = in.readStringRequireUtf8();
                default -> skip(tag);
            }
        }
        in.popLimit(outer);
        return value;
    }

    private Slice slice() throws IOException {
        int length = in.readRawVarint32();
        int start = in.getTotalBytesRead();
        in.skipRawBytes(length);
        return new Slice(bytes, start, start + length);
    }

    private void skip(int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new IOException("the end of a group that has not begun");
        }
    }

    private static long time(long millis) throws Undecodable {
        long micros = millis < 0 || millis > Long.MAX_VALUE / 1_000 ? -1 : millis * 1_000;
        if (!Timestamps.isTime(micros)) {
            throw new Undecodable(
                    Reason.INVALID_TIMESTAMP,
                    "no time between 1970 and 9999: " + Long.toUnsignedString(millis) + " ms");
        }
        return micros;
    }

    private static Undecodable malformed(String detail) {
        return new Undecodable(Reason.MALFORMED_SPARKPLUG, detail);
    }
}
