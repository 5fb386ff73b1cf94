package io.caravan.trial;

import io.caravan.kafka.HeaderFilter;
import io.caravan.kafka.RecordHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.DefaultExchange;

/**
 * A record that a route has written to Kafka, or a message that goes nowhere.
 *
 * @param topic the topic, or {@link #NOWHERE}
 * @param value the bytes
 * @param headers the headers that Kafka would have got, as text
 */
record Written(String topic, byte[] value, Map<String, String> headers) {

    static final String NOWHERE = "";

    private static final HeaderFilterStrategy INTERNAL = new HeaderFilter();

    /** What Camel's producer makes of an exchange: one record, or one for each item of a list. */
    static List<Written> by(Exchange exchange, String topicOfEndpoint) {
        List<Written> records = new ArrayList<>();
        if (exchange.getMessage().getBody() instanceof Iterable<?> items) {
            for (Object item : items) {
                Message message = item instanceof Exchange inner ? inner.getMessage() : (Message) item;
                records.add(of(message, exchange, topicOfEndpoint));
            }
        } else {
            records.add(of(exchange.getMessage(), exchange, topicOfEndpoint));
        }
        return records;
    }

    private static Written of(Message message, Exchange exchange, String topicOfEndpoint) {
        String topic = message.getHeader(KafkaConstants.OVERRIDE_TOPIC, topicOfEndpoint, String.class);
        Map<String, String> headers = new TreeMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (!INTERNAL.applyFilterToCamelHeaders(name, value, exchange)
                    && (value instanceof String || value instanceof byte[])) {
                headers.put(name, RecordHeaders.text(message, name));
            }
        });
        return new Written(topic, message.getBody(byte[].class), headers);
    }

    /** As Camel's consumer hands it in: headers are bytes. */
    Exchange read(CamelContext context) {
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(value);
        exchange.getMessage().setHeader(KafkaConstants.TOPIC, topic);
        headers.forEach((name, text) -> exchange.getMessage().setHeader(name, text.getBytes(StandardCharsets.UTF_8)));
        return exchange;
    }

    /** The same record, received at another time in microseconds since the epoch. */
    Written receivedAt(long micros) {
        Map<String, String> changed = new TreeMap<>(headers);
        changed.put(RecordHeaders.RECEIVED_AT, Long.toString(micros));
        return new Written(topic, value, changed);
    }

    /** A header, null where it is not there. */
    String header(String name) {
        return headers.get(name);
    }

    boolean isDeadLetter() {
        return headers.containsKey(RecordHeaders.REASON);
    }
}
