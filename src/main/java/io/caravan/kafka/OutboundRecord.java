package io.caravan.kafka;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;

/**
 * A record to be sent as one of a list. Camel's producer takes the topic out of a list's message while it sends it; here
 * it stays, so that a list whose sending failed half way can be sent again, each record to its own topic.
 */
public class OutboundRecord extends DefaultMessage {

    private final Object source;

    public OutboundRecord(CamelContext context, String topic, Object key, byte[] value, Map<String, Object> headers) {
        this(context, topic, key, value, headers, null);
    }

    /** @param source what the record was made of */
    public OutboundRecord(
            CamelContext context, String topic, Object key, byte[] value, Map<String, Object> headers, Object source) {
        super(context);
        this.source = source;
        setBody(value);
        setHeader(KafkaConstants.OVERRIDE_TOPIC, topic);
        setHeader(KafkaConstants.KEY, key);
        headers.forEach(this::setHeader);
    }

    /**
     * One of many records that are alike.
     *
     * @param shared headers with topic and key among them, which all of them have together
     */
    protected OutboundRecord(CamelContext context, Map<String, Object> shared, Object source) {
        super(context);
        this.source = source;
        setHeaders(shared);
    }

    /** What the record was made of, null where nobody said. */
    public Object source() {
        return source;
    }

    @Override
    public Object removeHeader(String name) {
        return KafkaConstants.OVERRIDE_TOPIC.equals(name) ? getHeader(name) : super.removeHeader(name);
    }
}
