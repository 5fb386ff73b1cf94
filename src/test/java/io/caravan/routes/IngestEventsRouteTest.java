package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.ingest.Aside;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.KafkaSource;
import io.caravan.ingest.TopicShape;
import io.caravan.kafka.OutboundRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/ingest-events.camel.yaml. */
class IngestEventsRouteTest {

    private static final String EVENTS = "telemetry.events";
    private static final int LARGEST = 100_000;
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private StageRoutes routes;

    /** What Kafka has taken, by the topic that it went to. */
    private final List<Message> sent = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        routes = new StageRoutes(
                Map.of(
                        "aside",
                        Aside.failed(meters),
                        "kafkaEvents",
                        new KafkaSource(
                                new Dialect("events", TopicShape.OPAQUE, "device_id", "tenant_id"),
                                "iot.raw",
                                "iot.dlq",
                                LARGEST,
                                Aside.tooLarge(LARGEST, meters),
                                Aside.failed(meters))),
                "ingest-events");
        routes.kafka("iot.raw").whenAnyExchangeReceived(this::take);
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void aBatchGoesToRawAsItIsAndIsThenCommitted() {
        routes.kafka("iot.raw").whenAnyExchangeReceived(exchange -> {
            assertThat(routes.committed(EVENTS, 0)).isNull();
            take(exchange);
        });

        Exchange batch = routes.run(
                "ingest-events",
                List.of(
                        event(0, "{\"device_id\":\"d1\"}", Map.of("traceparent", TRACE, "dialect", "iot", "x", "y")),
                        event(0, "{broken", Map.of("traceparent", "nonsense")),
                        event(1, "{\"tenant_id\":\"acme\",\"device_id\":\"d2\"}", Map.of()),
                        event(1, null, Map.of())));

        assertThat(batch.getException()).isNull();
        assertThat(sent)
                .extracting(record -> new String((byte[]) record.getBody(), StandardCharsets.UTF_8))
                .containsExactly(
                        "{\"device_id\":\"d1\"}", "{broken", "{\"tenant_id\":\"acme\",\"device_id\":\"d2\"}", "");
        assertThat(sent)
                .extracting(record -> record.getHeader(KafkaConstants.KEY))
                .containsExactly("default/d1", EVENTS, "acme/d2", EVENTS);
        assertThat(sent).allSatisfy(record -> {
            assertThat(record.getHeader(KafkaConstants.OVERRIDE_TOPIC)).isEqualTo("iot.raw");
            assertThat(record.getHeader("mqtt-topic")).isEqualTo(EVENTS);
            assertThat(record.getHeader("dialect")).isEqualTo("events");
            assertThat(Long.parseLong(record.getHeader("received-at", String.class)))
                    .isGreaterThan(1_700_000_000_000_000L);
            assertThat(record.getHeader("x")).isNull();
            assertThat(record.getHeader("origin")).isNull();
        });
        assertThat(sent).extracting(record -> record.getHeader("traceparent")).containsExactly(TRACE, null, null, null);
        assertThat(routes.committed(EVENTS, 0)).isEqualTo(2);
        assertThat(routes.committed(EVENTS, 1)).isEqualTo(2);
    }

    @Test
    void whatIsTooLargeLeavesItsBeginningAndItsHashWithTheDeadLetters() {
        routes.run("ingest-events", List.of(event(0, "x".repeat(LARGEST + 1), Map.of()), event(0, "{}", Map.of())));

        Message letter = sent.get(0);
        assertThat(letter.getHeader(KafkaConstants.OVERRIDE_TOPIC)).isEqualTo("iot.dlq");
        assertThat(letter.getHeader("reason")).isEqualTo("too-large");
        assertThat(letter.getHeader("stage")).isEqualTo("ingest");
        assertThat(letter.getHeader("payload-length")).isEqualTo("100001");
        assertThat(letter.getHeader("origin")).isEqualTo("telemetry.events/0/0");
        assertThat((byte[]) letter.getBody()).hasSize(65_536);
        assertThat(sent.get(1).getHeader(KafkaConstants.OVERRIDE_TOPIC)).isEqualTo("iot.raw");
        assertThat(routes.committed(EVENTS, 0)).isEqualTo(2);
    }

    @Test
    void nothingIsCommittedBeforeKafkaHasIt() {
        AtomicInteger attempts = new AtomicInteger();
        routes.kafka("iot.raw").whenAnyExchangeReceived(exchange -> {
            assertThat(routes.committed(EVENTS, 0)).isNull();
            if (attempts.incrementAndGet() < 3) {
                throw new TimeoutException("no answer");
            }
            take(exchange);
        });

        routes.run("ingest-events", List.of(event(0, "{}", Map.of())));

        assertThat(sent).hasSize(1);
        assertThat(routes.committed(EVENTS, 0)).isEqualTo(1);
    }

    @Test
    void whatATopicOfOthersDoesNotTakeIsPutAsideAndCostsNoOther() {
        routes.kafka("iot.raw").whenAnyExchangeReceived(exchange -> {
            if (messages(exchange).stream().anyMatch(record -> ((byte[]) record.getBody()).length > 70_000)) {
                throw new ExecutionException(new RecordTooLargeException("too large"));
            }
            take(exchange);
        });

        Exchange batch = routes.run(
                "ingest-events",
                List.of(
                        event(0, "{\"device_id\":\"a\"}", Map.of()),
                        event(0, "x".repeat(90_000), Map.of()),
                        event(0, "{\"device_id\":\"b\"}", Map.of())));

        assertThat(batch.getException()).isNull();
        assertThat(sent)
                .extracting(record -> record.getHeader(KafkaConstants.KEY))
                .containsExactly("default/a", "default/b");
        Message letter = routes.kafka("iot.dlq").getExchanges().get(0).getMessage();
        assertThat(letter.getHeader("reason")).isEqualTo("too-large");
        assertThat(letter.getHeader("payload-length")).isEqualTo("90000");
        assertThat(letter.getHeader("origin")).isEqualTo("telemetry.events/0/1");
        assertThat(letter.getHeader(KafkaConstants.OVERRIDE_TOPIC)).isNull();
        assertThat(routes.committed(EVENTS, 0)).isEqualTo(3);
    }

    private void take(Exchange exchange) {
        sent.addAll(messages(exchange));
    }

    @SuppressWarnings("unchecked")
    private static List<Message> messages(Exchange exchange) {
        Message message = exchange.getMessage();
        return message.getBody() instanceof List<?> list
                ? (List<Message>) list
                : List.of(exchange.getMessage(OutboundRecord.class));
    }

    private Exchange event(int partition, String payload, Map<String, String> headers) {
        byte[] value = payload == null ? null : payload.getBytes(StandardCharsets.UTF_8);
        return routes.consumed(EVENTS, partition, value, headers);
    }
}
