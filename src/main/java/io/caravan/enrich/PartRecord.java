package io.caravan.enrich;

import io.caravan.decode.RawMessage;
import io.caravan.kafka.OutboundRecord;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;

/**
 * A record for one part of a message that is taken apart. Its payload is made when it is sent, and its headers are those of all
 * parts: together they may have many times the bytes of the message. Used by one thread.
 */
final class PartRecord extends OutboundRecord {

    private final List<byte[]> parts;
    private final int number;

    /** @param headers with topic and key among them; all parts have them together */
    PartRecord(CamelContext context, Map<String, Object> headers, RawMessage whole, List<byte[]> parts, int number) {
        super(context, headers, whole);
        this.parts = parts;
        this.number = number;
    }

    @Override
    public Object getBody() {
        return parts.get(number);
    }

    @Override
    public Object source() {
        return ((RawMessage) super.source()).of(parts.get(number));
    }
}
