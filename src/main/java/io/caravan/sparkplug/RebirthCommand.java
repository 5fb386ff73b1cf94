package io.caravan.sparkplug;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The payload that asks an edge node to be born again. Source: Sparkplug 3.0.0, 5.12. Stateless. */
final class RebirthCommand {

    static final String METRIC = "Node Control/Rebirth";

    private RebirthCommand() {}

    /** @param millis the time, milliseconds since 1970 */
    static byte[] payload(long millis) {
        byte[] metric = message(out -> {
            out.writeString(1, METRIC);
            out.writeUInt64(3, millis);
            out.writeUInt32(4, DataTypes.BOOLEAN);
            out.writeBool(14, true);
        });
        return message(out -> {
            out.writeUInt64(1, millis);
            out.writeByteArray(2, metric);
        });
    }

    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
