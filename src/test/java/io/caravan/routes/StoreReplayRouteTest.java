package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.caravan.kafka.RecordHeaders;
import io.caravan.store.Replays;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/store-replay.camel.yaml. */
class StoreReplayRouteTest {

    private StageRoutes routes;

    /** What the statement that takes a page answers, page by page. */
    private final Deque<List<Map<String, Object>>> pages = new ArrayDeque<>();

    private final List<Message> sent = new ArrayList<>();
    private final List<String> noted = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(
                Map.of("replays", new Replays("iot.raw", new SimpleMeterRegistry()), "refused", new Object()),
                "store-replay");
        routes.database(this::answer);
        routes.kafka("iot.raw").whenAnyExchangeReceived(exchange -> sent.addAll(records(exchange)));
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void theDatabaseIsAskedForWhatABirthExplainsByNow() {
        AtomicReference<String> statement = new AtomicReference<>();
        routes.database(exchange -> statement.set(exchange.getMessage().getBody(String.class)));

        assertThat(routes.run("replay-unexplained", List.of()).getException()).isNull();
        assertThat(statement.get()).contains("reason = 'unknown-alias'", "sparkplug_births");
    }

    @Test
    void aReplayIsTheRecordThatItWasWithTheNumberOfItsDeadLetter() {
        pages.add(List.of(row(
                17,
                2,
                "{broken",
                "{\"dialect\":\"iot\",\"mqtt-topic\":\"iot/b1/raw\",\"received-at\":\"1795255200000001\","
                        + "\"device\":\"b1\",\"origin\":\"iot.raw/0/4\",\"traceparent\":\"00-a\"}")));

        routes.run("send-replays", List.of());

        assertThat(sent).singleElement().satisfies(message -> {
            assertThat((byte[]) message.getBody()).asString().isEqualTo("{broken");
            assertThat(message.getHeader(KafkaConstants.KEY)).isEqualTo("default/b1");
            Map<String, Object> headers = new HashMap<>(message.getHeaders());
            headers.keySet().removeIf(name -> name.startsWith("kafka.") || name.startsWith("Camel"));
            assertThat(headers)
                    .isEqualTo(Map.of(
                            "dialect", "iot",
                            "mqtt-topic", "iot/b1/raw",
                            "received-at", "1795255200000001",
                            "device", "b1",
                            "traceparent", "00-a",
                            "replay-of", "17/2"));
        });
        assertThat(noted).containsExactly("17/2");
    }

    @Test
    void pagesAreSentUntilThereAreNoMoreTheOldestDeadLettersFirst() {
        pages.add(List.of(row(2, 1, "b", "{}"), row(1, 1, "a", "{}")));
        pages.add(List.of(row(3, 1, "c", "{}")));

        routes.run("send-replays", List.of());

        assertThat(sent)
                .extracting(message -> RecordHeaders.text(message, RecordHeaders.REPLAY_OF))
                .containsExactly("1/1", "2/1", "3/1");
        assertThat(noted).containsExactly("1/1", "2/1", "3/1");
    }

    @Test
    void aMessageWithoutATimeOfReceiptGetsThatOfItsRow() {
        pages.add(List.of(row(1, 1, "a", "{}"), row(2, 1, "b", "{\"received-at\":\"today\"}")));

        routes.run("send-replays", List.of());

        assertThat(sent).extracting(message -> message.getHeader("received-at")).containsOnly("1795255200000001");
    }

    @Test
    void whatKafkaDoesNotTakeIsNotNotedAndLeftToTheNextRun() {
        pages.add(List.of(row(1, 1, "a", "{}")));
        routes.kafka("iot.raw").whenAnyExchangeReceived(exchange -> {
            throw new TimeoutException("no answer");
        });

        Exchange run = routes.run("send-replays", List.of());

        assertThat(run.getException()).isNull();
        assertThat(noted).isEmpty();
    }

    @Test
    void oneThatTheTopicDoesNotTakeStaysADeadLetterAndItsNeighboursGo() {
        pages.add(List.of(row(1, 1, "a", "{}"), row(2, 1, "large", "{}"), row(3, 1, "c", "{}")));
        routes.kafka("iot.raw").whenAnyExchangeReceived(exchange -> {
            if (records(exchange).stream().anyMatch(message -> ((byte[]) message.getBody()).length > 4)) {
                throw new ExecutionException(new RecordTooLargeException("too large"));
            }
            sent.addAll(records(exchange));
        });

        Exchange run = routes.run("send-replays", List.of());

        assertThat(run.getException()).isNull();
        assertThat(sent).extracting(message -> message.getHeader("replay-of")).containsExactly("1/1", "3/1");
        assertThat(routes.kafka("iot.dlq").getExchanges())
                .extracting(
                        letter -> letter.getMessage().getHeader("replay-of"),
                        letter -> letter.getMessage().getHeader("reason"),
                        letter -> letter.getMessage().getHeader("stage"))
                .containsExactly(tuple("2/1", "too-large", "ingest"));
        assertThat(noted).containsExactly("1/1", "2/1", "3/1");
    }

    private void answer(Exchange exchange) {
        Map<?, ?> parameters = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
        if (parameters.containsKey("letters")) {
            long[] letters = (long[]) parameters.get("letters");
            int[] numbers = (int[]) parameters.get("numbers");
            for (int i = 0; i < letters.length; i++) {
                noted.add(letters[i] + "/" + numbers[i]);
            }
            return;
        }
        List<Map<String, Object>> page = pages.poll();
        exchange.getMessage().setBody(page == null ? List.of() : page);
    }

    private static Map<String, Object> row(long id, int replays, String payload, String headers) {
        return Map.of(
                "id",
                id,
                "replays",
                replays,
                "record_key",
                "default/b1",
                "headers",
                headers,
                "received_at",
                Timestamp.from(Instant.parse("2026-11-21T10:00:00.000001Z")),
                "payload",
                payload.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Message> records(Exchange exchange) {
        return exchange.getMessage().getBody() instanceof List<?> list
                ? list.stream().map(Message.class::cast).toList()
                : List.of(exchange.getMessage());
    }
}
