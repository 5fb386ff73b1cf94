package io.caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.caravan.kafka.RecordPosition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/** Messages as the routes of the store stage see them. */
final class Messages {

    private static final CamelContext CAMEL = new DefaultCamelContext();

    private static final TopicPartition PARTITION = new TopicPartition("iot.enriched", 0);
    private static final AtomicLong OFFSETS = new AtomicLong();

    private Messages() {}

    /** An enriched message of acme's d1. */
    static Message enriched(String timestamp, long sequence, String readings) {
        return message(
                """
                {"tenant_id":"acme","device_id":"d1","device_type":"unknown","event_type":"telemetry","timestamp":"%s",\
                "sequence":%d,"received_at":"2026-11-21T10:00:01Z","readings":[%s],"measurements":{}}"""
                        .formatted(timestamp, sequence, readings));
    }

    static String reading(String metric, String value) {
        return "{\"metric\":\"%s\",\"value\":%s,\"unit\":\"V\",\"quality\":\"%s\"}"
                .formatted(metric, value, value.equals("null") ? "BAD" : "GOOD");
    }

    static Message message(String body) {
        return message(body == null ? null : body.getBytes(UTF_8));
    }

    static Message message(byte[] body) {
        Message message = new DefaultExchange(CAMEL).getMessage();
        message.setBody(body);
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST);
        consumer.assign(List.of(PARTITION));
        consumer.updateEndOffsets(Map.of(PARTITION, Long.MAX_VALUE));
        message.setHeader(
                KafkaConstants.MANUAL_COMMIT, new RecordPosition(consumer, PARTITION, OFFSETS.getAndIncrement()));
        return message;
    }

    static Exchange batch(Message... messages) {
        Exchange exchange = new DefaultExchange(CAMEL);
        exchange.getMessage().setBody(List.of(messages));
        return exchange;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> parameters(Exchange exchange) {
        return exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
    }
}
