package io.caravan.payload;

import io.caravan.decode.HexFrame;
import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.RowBound;
import io.caravan.decode.Undecodable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Bytes with numbers at places of their own, as registers of Modbus and uplinks of LoRaWAN: an object of its fields, or, where the same
 * fields come again and again, an array of them. A field that the frame ends before is a number that was cut off. Immutable.
 */
public final class Frame implements PayloadFormat {

    private final List<FrameField> fields;
    private final int every;
    /** As many bytes have a field. */
    private final int least;

    /** @param every after how many bytes the same fields come again; 0 where they do not */
    public Frame(List<FrameField> fields, int every) {
        this.fields = List.copyOf(fields);
        this.every = every;
        this.least = this.fields.stream().mapToInt(FrameField::end).min().orElse(Integer.MAX_VALUE);
    }

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        requireOne(payload);
        if (every == 0) {
            object(payload, 0, payload.length, json);
            return;
        }
        json.beginArray();
        for (int start = 0; payload.length - start >= least; start += every) {
            object(payload, start, Math.min(every, payload.length - start), json);
        }
        json.endArray();
    }

    @Override
    public boolean hasRows() {
        return every > 0;
    }

    /** The bytes of each: what is known by these stays the same when fields are declared anew. */
    @Override
    public List<byte[]> rows(byte[] payload) throws Undecodable {
        requireOne(payload);
        RowBound bound = new RowBound(payload.length);
        List<byte[]> rows = new ArrayList<>();
        for (int start = 0; payload.length - start >= least; start += every) {
            int end = Math.min(payload.length, start + every);
            bound.add(end - start);
            rows.add(Arrays.copyOfRange(payload, start, end));
        }
        return rows;
    }

    private void requireOne(byte[] payload) throws Undecodable {
        if (payload.length < least) {
            throw HexFrame.malformed("a frame of " + payload.length + " bytes is too short for every field");
        }
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
