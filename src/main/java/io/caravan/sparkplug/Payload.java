package io.caravan.sparkplug;

import com.google.protobuf.InvalidProtocolBufferException;
import io.caravan.decode.Decoded;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import java.io.IOException;
import java.util.List;

/**
 * A Sparkplug B payload. Source: Sparkplug 3.0.0, 6.4. Immutable.
 *
 * @param timestamp microseconds since the epoch, or {@link Decoded#NO_TIME}
 * @param seq the sequence number, 0 to 255, or {@link #NO_SEQ}
 * @param metrics the metrics in their order
 */
record Payload(long timestamp, int seq, List<Metric> metrics) {

    static final int NO_SEQ = -1;

    /** @throws Undecodable {@link Reason#MALFORMED_SPARKPLUG} when it is none, or the reason of what is wrong in it */
    static Payload read(byte[] bytes) throws Undecodable {
        try {
            return new PayloadReader(bytes).payload();
        } catch (InvalidProtocolBufferException e) {
            throw new Undecodable(Reason.MALFORMED_SPARKPLUG, "no Sparkplug B payload: " + e.getMessage());
        } catch (IOException e) {
            throw new Undecodable(Reason.MALFORMED_SPARKPLUG, "no Sparkplug B payload");
        }
    }

    /** The metric of a name, or null. */
    Metric find(String name) {
        for (Metric metric : metrics) {
            if (name.equals(metric.name())) {
                return metric;
            }
        }
        return null;
    }

    /** The number by which births and deaths belong together, or null where the payload has none. */
    Long bdSeq() {
        Metric metric = find("bdSeq");
        return metric == null || metric.field() != Metric.Field.INT && metric.field() != Metric.Field.LONG
                ? null
                : (Long) metric.bits();
    }
}
