package io.caravan.enrich;

import io.caravan.decode.Parts;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.kafka.Batch;
import io.caravan.kafka.Cut;
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
import org.apache.camel.support.DefaultMessage;

/**
 * Collects what the messages of a batch become, so that one step sends all of it and waits once: {@link #open} before the
 * split, {@link #add} at the end of each message's way, {@link #close} after. The topics of a message stand in its header
 * {@code topics}, separated by commas; one without goes nowhere, and is counted. Thread-safe.
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
            RecordHeaders.RECEIVED_BY,
            RecordHeaders.DIRECTORY_TYPE,
            RecordHeaders.ORIGIN,
            RecordHeaders.TRACE_PARENT,
            RecordHeaders.TRACE_STATE,
            RecordHeaders.REPLAY_OF,
            RecordHeaders.PART);
    private static final List<String> KEPT_OF_DEAD = List.of(
            RecordHeaders.STAGE,
            RecordHeaders.REASON,
            RecordHeaders.DETAIL,
            RecordHeaders.FAILED_AT,
            RecordHeaders.CONTENT_TYPE,
            RecordHeaders.OWNER_TENANT,
            RecordHeaders.OWNER_DEVICE);

    private final String enriched;
    private final MeterRegistry meters;

    /** @param enriched the topic that every enriched message goes to */
    public Outbox(String enriched, MeterRegistry meters) {
        this.enriched = enriched;
        this.meters = meters;
    }

    public void open(Exchange exchange) {
        exchange.setProperty(RECORDS, new ArrayList<OutboundRecord>());
        Tally.open(exchange);
    }

    public void add(Exchange exchange) {
        Message message = exchange.getMessage();
        Map<String, Object> headers = new HashMap<>();
        keep(KEPT, message, headers);
        String reason = message.getHeader(RecordHeaders.REASON, String.class);
        if (reason != null) {
            keep(KEPT_OF_DEAD, message, headers);
        }
        if (message.getHeader(Enricher.PARTS) != null) {
            addParts(exchange, headers);
            return;
        }
        Tally.of(exchange).add(Batch.positionOf(message), fate(message, reason));
        String topics = message.getHeader(TOPICS, String.class);
        if (topics == null) {
            return;
        }
        Object key = message.getHeader(KafkaConstants.KEY);
        byte[] body = (byte[]) message.getBody();
        RawMessage raw = exchange.getProperty(Enricher.RAW, RawMessage.class);
        for (String topic : topics.split(",")) {
            records(exchange).add(new OutboundRecord(exchange.getContext(), topic, key, body, headers, raw));
        }
    }

    private Tally.Fate fate(Message message, String reason) {
        if (reason == null) {
            return Tally.Fate.FORWARDED;
        }
        if (!reason.equals(Reason.IGNORED.code())) {
            count(reason);
            return Tally.Fate.DEAD_LETTER;
        }
        String dialect = RecordHeaders.text(message, RecordHeaders.DIALECT);
        meters.counter("caravan.ignored", "dialect", dialect).increment();
        return Tally.Fate.IGNORED;
    }

    /** Each is a record as the message was, with a payload of its own. */
    private static void addParts(Exchange exchange, Map<String, Object> headers) {
        Message message = exchange.getMessage();
        keep(List.of(RecordHeaders.CONTENT_TYPE, KafkaConstants.KEY), message, headers);
        headers.put(KafkaConstants.OVERRIDE_TOPIC, message.getHeader(TOPICS));
        Tally.of(exchange).add(Batch.positionOf(message), Tally.Fate.TAKEN_APART);
        RawMessage whole = exchange.getProperty(Enricher.RAW, RawMessage.class);
        String origin = (String) headers.remove(RecordHeaders.ORIGIN);
        Parts parts = message.getBody(Parts.class);
        for (int index = 0; index < parts.payloads().size(); index++) {
            records(exchange).add(new PartRecord(exchange.getContext(), headers, whole, origin, parts, index));
        }
    }

    private static void keep(List<String> names, Message message, Map<String, Object> headers) {
        for (String name : names) {
            Object value = message.getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
    }

    /** Puts all that was collected into the body. */
    public void close(Exchange exchange) {
        exchange.getMessage().setBody(records(exchange));
    }

    /**
     * Turns a record that its topic does not take into a dead letter: of an enriched message what is left of the raw one, of
     * a dead letter itself. A message that the general topic does not take is dead; one that only the topic of its type does
     * not take is forwarded all the same, and counts so.
     */
    public void refused(Exchange exchange) {
        OutboundRecord record = exchange.getMessage(OutboundRecord.class);
        Message letter = new DefaultMessage(exchange);
        letter.setHeaders(new HashMap<>(record.getHeaders()));
        letter.removeHeader(KafkaConstants.OVERRIDE_TOPIC);
        RawMessage raw = (RawMessage) record.source();
        letter.setBody(raw.payload());
        if (record.getHeader(RecordHeaders.REASON) == null) {
            String topic = record.getHeader(KafkaConstants.OVERRIDE_TOPIC, String.class);
            if (topic.equals(enriched)) {
                Tally.of(exchange).refused(record.getHeader(RecordHeaders.ORIGIN, String.class));
            }
            letter.setHeader(RecordHeaders.OWNER_TENANT, letter.removeHeader(RecordHeaders.TENANT));
            letter.setHeader(RecordHeaders.OWNER_DEVICE, letter.removeHeader(RecordHeaders.DEVICE));
            asItCame(letter, RecordHeaders.TENANT, raw.tenant());
            asItCame(letter, RecordHeaders.DEVICE, raw.device());
            asItCame(letter, RecordHeaders.CONTENT_TYPE, raw.contentType());
            letter.setHeader(RecordHeaders.STAGE, "enrich");
            letter.setHeader(RecordHeaders.REASON, Reason.TOO_LARGE.code());
            boolean part = record instanceof PartRecord;
            letter.setHeader(
                    RecordHeaders.DETAIL,
                    (part ? "the row" : "enriched it") + " has " + ((byte[]) record.getBody()).length
                            + " bytes, more than the topic " + topic + " takes (its max.message.bytes)");
            letter.setHeader(RecordHeaders.FAILED_AT, Long.toString(System.currentTimeMillis() * 1_000));
            Cut.apply(letter);
            count(Reason.TOO_LARGE.code());
        }
        exchange.setMessage(letter);
    }

    private static void asItCame(Message letter, String header, String value) {
        if (value != null) {
            letter.setHeader(header, value);
        } else {
            letter.removeHeader(header);
        }
    }

    private void count(String reason) {
        meters.counter("caravan.dead.letters", "stage", "enrich", "reason", reason)
                .increment();
    }

    @SuppressWarnings("unchecked")
    private static List<OutboundRecord> records(Exchange exchange) {
        return exchange.getProperty(RECORDS, List.class);
    }
}
