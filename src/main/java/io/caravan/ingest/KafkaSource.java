package io.caravan.ingest;

import io.caravan.kafka.Batch;
import io.caravan.kafka.OutboundRecord;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;

/**
 * Turns a batch of records of somebody else's topic into records of iot.raw: {@link #stamp} before they are sent, {@link
 * #refused} for one that its topic does not take. Payloads are not touched; of what came in headers only the trace context
 * goes on. A dead letter's origin is its place on that topic, so that one that is read again is the same. Thread-safe.
 */
public final class KafkaSource {

    private static final byte[] NOTHING = {};

    private final Dialect dialect;
    private final String raw;
    private final String deadLetters;
    private final int largest;
    private final Aside oversize;
    private final Aside failed;

    /**
     * @param raw the topic that messages go to
     * @param deadLetters the topic that what is too large goes to, cut
     * @param largest how many bytes a payload may have
     */
    public KafkaSource(Dialect dialect, String raw, String deadLetters, int largest, Aside oversize, Aside failed) {
        this.dialect = dialect;
        this.raw = raw;
        this.deadLetters = deadLetters;
        this.largest = largest;
        this.oversize = oversize;
        this.failed = failed;
    }

    /** Replaces the messages of the body by the records that they become. A record without a value becomes an empty payload. */
    public void stamp(Exchange exchange) {
        List<?> batch = exchange.getMessage().getBody(List.class);
        List<OutboundRecord> records = new ArrayList<>(batch.size());
        for (Object message : batch) {
            records.add(stamp((Message) message));
        }
        exchange.getMessage().setBody(records);
    }

    private OutboundRecord stamp(Message message) {
        byte[] payload = message.getBody() instanceof byte[] bytes ? bytes : NOTHING;
        String topic = message.getHeader(KafkaConstants.TOPIC, String.class);
        Map<String, Object> headers = new HashMap<>();
        headers.put(RecordHeaders.TOPIC, topic);
        headers.put(RecordHeaders.DIALECT, dialect.name());
        headers.put(RecordHeaders.RECEIVED_AT, Long.toString(Dialect.nowMicros()));
        TraceContext.carry(message, headers);
        boolean isTooLarge = payload.length > largest;
        String key = dialect.keyOf(payload, topic);
        RecordPosition position = Batch.positionOf(message);
        String origin = topic + '/' + position.partition().partition() + '/' + position.offset();
        OutboundRecord record = new OutboundRecord(
                message.getExchange().getContext(), isTooLarge ? deadLetters : raw, key, payload, headers, origin);
        if (isTooLarge) {
            record.setHeader(RecordHeaders.ORIGIN, origin);
            oversize.apply(record, null);
        }
        return record;
    }

    /** Makes a dead letter of the record in the body. */
    public void refused(Exchange exchange) {
        OutboundRecord record = exchange.getMessage(OutboundRecord.class);
        Message letter = new DefaultMessage(exchange);
        letter.setHeaders(new HashMap<>(record.getHeaders()));
        letter.removeHeader(KafkaConstants.OVERRIDE_TOPIC);
        letter.setBody(record.getBody());
        if (letter.getHeader(RecordHeaders.REASON) == null) {
            letter.setHeader(RecordHeaders.ORIGIN, record.source());
            failed.apply(letter, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        }
        exchange.setMessage(letter);
    }
}
