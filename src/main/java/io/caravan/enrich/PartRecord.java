package io.caravan.enrich;

import io.caravan.decode.Parts;
import io.caravan.decode.RawMessage;
import io.caravan.kafka.OutboundRecord;
import io.caravan.kafka.RecordHeaders;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;

/**
 * A record for one part of a message that is taken apart. Its payload is made when it is sent, and its headers are those of all
 * parts: together they may have many times the bytes of the message. Used by one thread.
 */
final class PartRecord extends OutboundRecord {

    private final String origin;
    private final Parts parts;
    private final int index;

    /**
     * @param headers with topic and key among them; all parts have them together
     * @param origin where the message lies that is taken apart
     */
    PartRecord(
            CamelContext context,
            Map<String, Object> headers,
            RawMessage whole,
            String origin,
            Parts parts,
            int index) {
        super(context, headers, whole);
        this.origin = origin;
        this.parts = parts;
        this.index = index;
    }

    /** Those of all parts, and which one it is. */
    @Override
    public Map<String, Object> getHeaders() {
        Map<String, Object> headers = new HashMap<>(super.getHeaders());
        headers.put(RecordHeaders.PART, part());
        return headers;
    }

    @Override
    public Object getHeader(String name) {
        return RecordHeaders.PART.equals(name) ? part() : super.getHeader(name);
    }

    @Override
    public Object getBody() {
        return parts.payloads().get(index);
    }

    @Override
    public Object source() {
        return ((RawMessage) super.source()).of(parts.payloads().get(index), number());
    }

    private String part() {
        return origin + '/' + number();
    }

    private int number() {
        return parts.first() + index;
    }
}
