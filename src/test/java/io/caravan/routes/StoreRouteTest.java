package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.kafka.RecordHeaders;
import io.caravan.store.Refused;
import io.caravan.store.Rows;
import io.caravan.store.StoreLedger;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/store.camel.yaml. */
class StoreRouteTest {

    private static final String ENRICHED = "iot.enriched";
    private static final String OUT_OF_RANGE = "22003";
    private static final String NO_CONNECTION = "08006";

    private StageRoutes routes;

    /** What iot.raw has at any place, how often it is not answered before, and what was asked for. */
    private Optional<ConsumerRecord<byte[], byte[]>> raw = Optional.empty();

    private final AtomicInteger failures = new AtomicInteger();
    private final List<String> asked = new ArrayList<>();

    /** The devices of each statement that stored readings. */
    private final List<List<String>> stored = new ArrayList<>();

    /** The offset of each message that was counted as refused. */
    private final List<Long> refused = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        StoreLedger ledger = new StoreLedger("iot.raw");
        routes = new StageRoutes(
                Map.of(
                        "rows",
                        new Rows(new SimpleMeterRegistry(), ledger),
                        "storeLedger",
                        ledger,
                        "refused",
                        new Refused(this::find, new SimpleMeterRegistry())),
                "store");
        routes.database(this::store);
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void aBatchIsStoredByOneStatementAndThenCommitted() {
        routes.database(exchange -> {
            assertThat(routes.committed(ENRICHED, 0)).isNull();
            store(exchange);
        });

        Exchange batch = routes.run("store", List.of(reading(0, "a", 1), reading(0, "b", 2), reading(1, "c", 3)));

        assertThat(batch.getException()).isNull();
        assertThat(stored).containsExactly(List.of("a", "b", "c"));
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(2);
        assertThat(routes.committed(ENRICHED, 1)).isEqualTo(1);
    }

    @Test
    void theStatementKnowsWhereEachMessageLiesAndWhereItComesFrom() {
        List<Map<String, Object>> batches = new ArrayList<>();
        routes.database(exchange -> {
            batches.add(parameters(exchange));
            store(exchange);
        });

        routes.run("store", List.of(reading(0, "a", 1), reading(1, "b", 2), reading(0, "c", 3)));

        assertThat(batches).singleElement().satisfies(batch -> {
            assertThat(batch).containsEntry("topic", ENRICHED);
            assertThat((int[]) batch.get("parts")).containsExactly(0, 1);
            assertThat((long[]) batch.get("starts")).containsExactly(0, 0);
            assertThat((int[]) batch.get("partitions")).containsExactly(0, 1, 0);
            assertThat((long[]) batch.get("offsets")).containsExactly(0, 0, 1);
            assertThat((int[]) batch.get("messages")).containsExactly(1, 2, 3);
            assertThat((String[]) batch.get("owners")).containsOnly("default");
            assertThat((int[]) batch.get("originPartitions")).containsOnly(7);
            assertThat((long[]) batch.get("originOffsets")).containsOnly(42);
        });
    }

    @Test
    void anEventIsStoredWhole() {
        List<Object> bodies = new ArrayList<>();
        routes.database(exchange -> {
            bodies.addAll(List.of((String[]) parameters(exchange).get("eventBodies")));
            store(exchange);
        });

        routes.run(
                "store",
                List.of(
                        enriched(
                                0,
                                """
                                {"tenant_id":"default","device_id":"door","event_type":"status","timestamp":"2026-11-21T00:00:00.000000Z",\
                                "sequence":1,"received_at":"2026-11-21T00:00:00.000000Z","body":{"open":true},"readings":[]}""")));

        assertThat(bodies).containsExactly("{\"open\":true}");
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(1);
    }

    @Test
    void whatADeviceSaysOfItsChannelsIsStoredByAStatementOfItsOwn() {
        List<String> statements = new ArrayList<>();
        List<Double> averages = new ArrayList<>();
        routes.database(exchange -> {
            String statement = exchange.getMessage().getBody(String.class);
            boolean trends = statement.contains("INTO trend_statistics");
            statements.add(trends ? "trends" : "batch");
            if (trends) {
                for (double average : (double[]) parameters(exchange).get("averages")) {
                    averages.add(average);
                }
            }
            store(exchange);
        });

        routes.run("store", List.of(trends("2"), trends("null")));

        assertThat(statements).containsExactly("trends", "batch");
        assertThat(averages).containsExactly(2.0, Double.NaN);
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(2);
    }

    @Test
    void aTrendThatIsRefusedCostsItsMessageAloneAndNoNeighbour() {
        refuse("bad", OUT_OF_RANGE);

        routes.run("store", List.of(reading(0, "a", 1), trends("2", "bad"), trends("2", "c")));

        assertThat(stored)
                .as("a reading, a trend and its event")
                .containsExactly(List.of("a"), List.of("c"), List.of("c"));
        assertThat(routes.kafka("iot.dlq").getExchanges()).hasSize(1);
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(3);
    }

    @Test
    void aRowThatIsRefusedBecomesADeadLetterAndItsNeighboursAreStored() {
        refuse("bad", OUT_OF_RANGE);

        Exchange batch = routes.run("store", List.of(reading(0, "a", 1), reading(0, "bad", 2), reading(0, "c", 3)));

        assertThat(batch.getException()).isNull();
        assertThat(stored).containsExactly(List.of("a"), List.of("c"));
        List<Exchange> letters = routes.kafka("iot.dlq").getExchanges();
        assertThat(letters).hasSize(1);
        Message letter = letters.get(0).getMessage();
        assertThat((byte[]) letter.getBody()).asString().contains("\"device_id\":\"bad\"");
        assertThat(letter.getHeader("reason")).isEqualTo("refused-by-database");
        assertThat(letter.getHeader("stage")).isEqualTo("store");
        assertThat(letter.getHeader("enriched")).as("the raw message is gone").isEqualTo("true");
        assertThat(letter.getHeader("origin"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.BYTE_ARRAY)
                .asString()
                .isEqualTo("iot.raw/7/42");
        assertThat(refused).containsExactly(1L);
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(3);
    }

    @Test
    void aRefusedMessageWhoseTenantCanBeNoneIsCountedForTheDefaultOne() {
        List<String> owners = new ArrayList<>();
        routes.database(exchange ->
                owners.addAll(List.of((String[]) parameters(exchange).get("owners"))));

        routes.run(
                "store",
                List.of(routes.consumed(
                        ENRICHED,
                        0,
                        "[1]".getBytes(StandardCharsets.UTF_8),
                        Map.of("origin", "iot.raw/7/42", "tenant", "x".repeat(3_000)))));

        assertThat(owners).containsExactly("default");
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(1);
    }

    @Test
    void whatIsNoEnrichedMessageBecomesADeadLetterAndItsNeighboursAreStored() {
        routes.run("store", List.of(reading(0, "a", 1), enriched(0, "[1]"), reading(0, "c", 3)));

        assertThat(stored).containsExactly(List.of("a"), List.of("c"));
        assertThat(routes.kafka("iot.dlq").getExchanges()).hasSize(1);
        assertThat(refused).containsExactly(1L);
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(3);
    }

    @Test
    void aDatabaseThatIsAwayIsWaitedForAndNoMessageIsBlamed() {
        AtomicInteger attempts = new AtomicInteger();
        routes.database(exchange -> {
            if (attempts.incrementAndGet() < 3) {
                throw new SQLException("gone", NO_CONNECTION);
            }
            store(exchange);
        });

        Exchange batch = routes.run("store", List.of(reading(0, "a", 1), reading(0, "b", 2)));

        assertThat(batch.getException()).isNull();
        assertThat(stored).containsExactly(List.of("a", "b"));
        assertThat(routes.kafka("iot.dlq").getExchanges()).isEmpty();
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(2);
    }

    @Test
    void aDatabaseThatGoesAwayWhileABatchIsStoredOneByOneIsWaitedForToo() {
        AtomicInteger single = new AtomicInteger();
        routes.database(exchange -> {
            List<String> devices = devices(exchange);
            if (devices.contains("bad")) {
                throw new SQLException("refused", OUT_OF_RANGE);
            }
            if (single.incrementAndGet() < 3) {
                throw new SQLException("gone", NO_CONNECTION);
            }
            store(exchange);
        });

        routes.run("store", List.of(reading(0, "a", 1), reading(0, "bad", 2), reading(0, "c", 3)));

        assertThat(stored).containsExactly(List.of("a"), List.of("c"));
        assertThat(routes.kafka("iot.dlq").getExchanges()).hasSize(1);
    }

    @Test
    void aDeadLetterIsWhatTheDeviceSentWithItsHeadersAndWhoseItIs() {
        raw = Optional.of(rawRecord("{\"voltage\":2}", Map.of("mqtt-topic", "building/a", "received-at", "5")));
        refuse("bad", OUT_OF_RANGE);

        routes.run("store", List.of(reading(0, "bad", 2)));

        Message letter = routes.kafka("iot.dlq").getExchanges().get(0).getMessage();
        assertThat((byte[]) letter.getBody()).asString().isEqualTo("{\"voltage\":2}");
        assertThat(asked).containsExactly("iot.raw/7/42");
        assertThat(RecordHeaders.text(letter, "mqtt-topic")).isEqualTo("building/a");
        assertThat(RecordHeaders.text(letter, "received-at")).isEqualTo("5");
        assertThat(RecordHeaders.text(letter, "owner-tenant")).isEqualTo("default");
        assertThat(RecordHeaders.text(letter, "owner-device")).isEqualTo("bad");
        assertThat(letter.getHeader(KafkaConstants.KEY)).isEqualTo("default/bad");
        assertThat(letter.getHeaders()).doesNotContainKeys("tenant", "device", "enriched", "dialect");
        assertThat(refused).containsExactly(0L);
    }

    @Test
    void whatLiesAtItsPlaceOfATopicThatWasMadeAnewIsAnotherMessage() {
        raw = Optional.of(rawRecord("{\"voltage\":2}", Map.of("received-at", "6")));
        refuse("bad", OUT_OF_RANGE);

        routes.run("store", List.of(reading(0, "bad", 2)));

        Message letter = routes.kafka("iot.dlq").getExchanges().get(0).getMessage();
        assertThat((byte[]) letter.getBody()).asString().contains("\"device_id\":\"bad\"");
        assertThat(RecordHeaders.text(letter, "enriched")).isEqualTo("true");
    }

    @Test
    void whileKafkaDoesNotAnswerForTheRawMessageTheBatchIsReadAgain() {
        raw = Optional.of(rawRecord("{}", Map.of("received-at", "5")));
        failures.set(1);
        refuse("bad", OUT_OF_RANGE);
        List<Exchange> records = List.of(reading(0, "a", 1), reading(0, "bad", 2), reading(0, "c", 3));

        assertThat(routes.run("store", records).getException()).hasRootCauseInstanceOf(TimeoutException.class);
        assertThat(routes.committed(ENRICHED, 0)).isNull();
        assertThat(routes.kafka("iot.dlq").getExchanges()).isEmpty();

        routes.run("store", List.of(reading(0, "a", 1), reading(0, "bad", 2), reading(0, "c", 3)));
        assertThat(routes.kafka("iot.dlq").getExchanges())
                .extracting(letter -> new String((byte[]) letter.getMessage().getBody(), StandardCharsets.UTF_8))
                .containsExactly("{}");
    }

    @Test
    void theStatementResolvesTheDeadLettersWhoseReplaysAreAmongTheMessages() {
        List<Map<String, Object>> batches = new ArrayList<>();
        routes.database(exchange -> {
            batches.add(parameters(exchange));
            store(exchange);
        });
        Exchange replay = reading(0, "b", 2);
        replay.getMessage().setHeader("replay-of", "17/2".getBytes(StandardCharsets.UTF_8));
        Exchange odd = reading(0, "c", 3);
        odd.getMessage().setHeader("replay-of", "x/1".getBytes(StandardCharsets.UTF_8));

        routes.run("store", List.of(reading(0, "a", 1), replay, odd));

        assertThat(batches).singleElement().satisfies(batch -> {
            assertThat((long[]) batch.get("replayed")).containsExactly(17);
            assertThat((int[]) batch.get("replayNumbers")).containsExactly(2);
        });
    }

    private Optional<ConsumerRecord<byte[], byte[]>> find(String origin) {
        if (failures.getAndDecrement() > 0) {
            throw new TimeoutException("no answer");
        }
        asked.add(origin);
        return raw;
    }

    private static ConsumerRecord<byte[], byte[]> rawRecord(String payload, Map<String, String> headers) {
        ConsumerRecord<byte[], byte[]> found = new ConsumerRecord<>(
                "iot.raw",
                7,
                42,
                "default/bad".getBytes(StandardCharsets.UTF_8),
                payload.getBytes(StandardCharsets.UTF_8));
        headers.forEach((name, value) -> found.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        return found;
    }

    private void refuse(String device, String state) {
        routes.database(exchange -> {
            if (devices(exchange).contains(device)) {
                throw new SQLException("refused", state);
            }
            store(exchange);
        });
    }

    private void store(Exchange exchange) {
        if (!parameters(exchange).containsKey("devices")) {
            refused.add(((long[]) parameters(exchange).get("offsets"))[0]);
            exchange.getMessage().setBody(List.of());
            return;
        }
        List<String> devices = devices(exchange);
        stored.add(devices);
        exchange.getMessage().setBody(List.of(Map.of("stored", devices.size(), "resolved", 0)));
    }

    private static List<String> devices(Exchange exchange) {
        return Stream.of("devices", "eventDevices")
                .flatMap(name -> Stream.of((String[]) parameters(exchange).getOrDefault(name, new String[0])))
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parameters(Exchange exchange) {
        return exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
    }

    private Exchange reading(int partition, String device, int value) {
        return enriched(
                partition,
                """
                {"tenant_id":"default","device_id":"%s","event_type":"telemetry","timestamp":"2026-11-21T00:00:00.000000Z",\
                "sequence":%d,"received_at":"2026-11-21T00:00:00.000000Z",\
                "readings":[{"metric":"voltage","value":%d,"unit":"V","quality":"GOOD"}]}"""
                        .formatted(device, value, value));
    }

    private Exchange trends(String average) {
        return trends(average, "d");
    }

    private Exchange trends(String average, String device) {
        return enriched(
                0,
                """
                {"tenant_id":"default","device_id":"%s","event_type":"trends","timestamp":"2026-11-21T00:00:00.000000Z",\
                "sequence":1,"received_at":"2026-11-21T00:00:00.000000Z","body":{},"trend_statistics":[{"metric":"1001",\
                "timestamp":"2026-11-21T00:00:00.000000Z","value":1,"avg":%s,"min":1,"max":3}],"readings":[]}"""
                        .formatted(device, average));
    }

    private Exchange enriched(int partition, String json) {
        String device = json.contains("\"bad\"") ? "bad" : "any";
        return routes.consumed(
                ENRICHED,
                partition,
                json.getBytes(StandardCharsets.UTF_8),
                Map.of(
                        "origin",
                        "iot.raw/7/42",
                        "received-at",
                        "5",
                        "dialect",
                        "iot",
                        "tenant",
                        "default",
                        "device",
                        device));
    }
}
