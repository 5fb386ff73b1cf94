package io.caravan.payload;

import io.caravan.decode.HexFrame;
import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.Undecodable;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Bytes with numbers at places of their own, as registers of Modbus and uplinks of LoRaWAN: an object of its fields, or, where the same
 * fields come again and again, an array of them. A field that the frame ends before is a number that was cut off. Immutable.
 */
public final class Frame implements PayloadFormat {

    private final List<FrameField> fields;
    private final int every;

    /** @param every after how many bytes the same fields come again; 0 where they do not */
    public Frame(List<FrameField> fields, int every) {
        this.fields = List.copyOf(fields);
        this.every = every;
    }

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        if (!reaches(payload.length)) {
            throw HexFrame.malformed("a frame of " + payload.length + " bytes is too short for every field");
        }
        if (every == 0) {
            object(payload, 0, payload.length, json);
            return;
        }
        json.beginArray();
        for (int start = 0; reaches(payload.length - start); start += every) {
            object(payload, start, Math.min(every, payload.length - start), json);
        }
        json.endArray();
    }

    /** Whether so many bytes have a field. */
    private boolean reaches(int length) {
        return fields.stream().anyMatch(field -> field.isWithin(length));
    }

    private void object(byte[] payload, int start, int length, JsonText json) throws Undecodable {
        ByteBuffer frame = ByteBuffer.wrap(payload, start, length).slice();
        json.beginObject();
        for (FrameField field : fields) {
            field.write(frame, json);
        }
        json.endObject();
    }
}
