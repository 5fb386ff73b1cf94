package io.caravan.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Writes packs of SenML in CBOR: records as maps from the RFC's numbers to texts and numbers in double precision. Source: RFC
 * 8428, section 6; RFC 8949, section 3.
 */
final class SenmlCborWriter {

    private static final int NEGATIVE = 1;
    private static final int TEXT = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;
    private static final int DOUBLE = 0xfb;
    private static final Map<String, Integer> LABELS =
            Map.of("bn", -2, "bt", -3, "n", 0, "u", 1, "v", 2, "vs", 3, "t", 6);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private SenmlCborWriter() {}

    static byte[] bytes(ArrayNode pack) {
        SenmlCborWriter writer = new SenmlCborWriter();
        writer.head(ARRAY, pack.size());
        for (JsonNode record : pack) {
            writer.head(MAP, record.size());
            record.properties().forEach(field -> {
                writer.label(LABELS.get(field.getKey()));
                writer.value(field.getValue());
            });
        }
        return writer.out.toByteArray();
    }

    private void label(int label) {
        if (label < 0) {
            head(NEGATIVE, -1 - label);
        } else {
            head(0, label);
        }
    }

    private void value(JsonNode value) {
        if (value.isTextual()) {
            byte[] text = value.textValue().getBytes(StandardCharsets.UTF_8);
            head(TEXT, text.length);
            out.writeBytes(text);
        } else {
            out.write(DOUBLE);
            out.writeBytes(ByteBuffer.allocate(Double.BYTES)
                    .putDouble(value.doubleValue())
                    .array());
        }
    }

    private void head(int major, int argument) {
        int type = major << 5;
        if (argument < 24) {
            out.write(type | argument);
        } else if (argument < 1 << 8) {
            out.write(type | 24);
            out.write(argument);
        } else {
            out.write(type | 25);
            out.write(argument >> 8);
            out.write(argument);
        }
    }
}
