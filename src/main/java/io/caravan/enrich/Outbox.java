package io.caravan.enrich;

import io.caravan.kafka.Batch;
import io.caravan.kafka.OutboundRecord;
import io.caravan.kafka.RecordHeaders;
import io.caravan.ledger.Tally;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;

/**
 * Collects what the messages of a batch become, so that one step sends all of it and waits once: {@link #open} before the
 * split, {@link #add} at the end of each message's way, {@link #close} after. The topics of a message stand in its header
 * {@code topics}, separated by commas. Thread-safe.
 */
public final class Outbox {

    /** The header that names the topics of a message. */
    public static final String TOPICS = "topics";

    private static final String RECORDS = "caravanOutbox";
    private static final List<String> KEPT = List.of(
            RecordHeaders.TOPIC,
            RecordHeaders.DIALECT,
            RecordHeaders.RECEIVED_AT,
            RecordHeaders.TENANT,
            RecordHeaders.DEVICE,
            RecordHeaders.ORIGIN,
            RecordHeaders.TRACE_PARENT,
            RecordHeaders.TRACE_STATE,
            RecordHeaders.STAGE,
            RecordHeaders.REASON,
            RecordHeaders.DETAIL,
            RecordHeaders.FAILED_AT);

    private final MeterRegistry meters;

    public Outbox(MeterRegistry meters) {
        this.meters = meters;
    }

    public void open(Exchange exchange) {
        exchange.setProperty(RECORDS, new ArrayList<OutboundRecord>());
        Tally.open(exchange);
    }

    public void add(Exchange exchange) {
        Message message = exchange.getMessage();
        Map<String, Object> headers = new HashMap<>();
        for (String name : KEPT) {
            Object value = message.getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        String reason = message.getHeader(RecordHeaders.REASON, String.class);
        if (reason != null) {
            meters.counter("caravan.dead.letters", "stage", "enrich", "reason", reason)
                    .increment();
        }
        Tally.of(exchange).add(Batch.positionOf(message), reason != null);
        Object key = message.getHeader(KafkaConstants.KEY);
        byte[] body = (byte[]) message.getBody();
        for (String topic : message.getHeader(TOPICS, String.class).split(",")) {
            records(exchange).add(new OutboundRecord(exchange.getContext(), topic, key, body, headers));
        }
    }

    /** Puts all that was collected into the body. */
    public void close(Exchange exchange) {
        exchange.getMessage().setBody(records(exchange));
    }

    @SuppressWarnings("unchecked")
    private static List<OutboundRecord> records(Exchange exchange) {
        return exchange.getProperty(RECORDS, List.class);
    }
}
