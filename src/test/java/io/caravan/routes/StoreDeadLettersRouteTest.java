package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.store.DeadLetters;
import io.caravan.store.Refused;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/store-dead-letters.camel.yaml. */
class StoreDeadLettersRouteTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private StageRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(
                Map.of(
                        "deadLetters",
                        new DeadLetters(false),
                        "refused",
                        new Refused(origin -> Optional.empty(), meters)),
                "store-dead-letters");
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void deadLettersAreKeptWithReasonBytesAndOriginAndThenCommitted() {
        AtomicReference<Map<?, ?>> row = new AtomicReference<>();
        routes.database(exchange -> {
            assertThat(routes.committed("iot.dlq", 3)).isNull();
            row.set(exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class));
        });

        routes.run(
                "dead-letters",
                List.of(
                        letter(Map.of(
                                "reason",
                                "malformed-json",
                                "stage",
                                "enrich",
                                "origin",
                                "iot.raw/2/17",
                                "received-at",
                                "5")),
                        letter(Map.of(
                                "reason",
                                "too-large",
                                "stage",
                                "ingest",
                                "payload-length",
                                "2000000",
                                "received-at",
                                "6")),
                        letter(Map.of(
                                "reason",
                                "too-large",
                                "stage",
                                "ingest",
                                "origin",
                                "telemetry.events/0/4",
                                "received-at",
                                "7"))));

        assertThat((String[]) row.get().get("reasons")).containsExactly("malformed-json", "too-large", "too-large");
        assertThat((String[]) row.get().get("originTopics")).containsExactly("iot.raw", "iot.dlq", "telemetry.events");
        assertThat((Integer[]) row.get().get("originPartitions")).containsExactly(2, 3, 0);
        assertThat((long[]) row.get().get("originOffsets")).containsExactly(17, 1, 4);
        assertThat((Long[]) row.get().get("stampedTimes"))
                .as("what came by Kafka is stamped each time that it is read")
                .containsExactly(5L, 6L, null);
        assertThat((byte[][]) row.get().get("payloads")).hasDimensions(3, 3);
        assertThat((long[]) row.get().get("payloadLengths")).containsExactly(3, 2_000_000, 3);
        assertThat(routes.committed("iot.dlq", 3)).isEqualTo(3);
    }

    @Test
    void aReplayThatFailedAgainIsNotedForItsDeadLetterFirst() {
        List<String> statements = new ArrayList<>();
        routes.database(exchange -> {
            statements.add(exchange.getMessage().getBody(String.class).contains("failed_replay") ? "fail" : "insert");
            Map<?, ?> columns = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            assertThat((Long[]) columns.get("replayed")).containsExactly(null, 17L);
            assertThat((Integer[]) columns.get("replayNumbers")).containsExactly(null, 2);
            assertThat((String[]) columns.get("tenants")).containsExactly("default", "acme");
            assertThat((String[]) columns.get("devices")).containsExactly("d", "d7");
        });

        routes.run(
                "dead-letters",
                List.of(
                        letter(Map.of("reason", "malformed-json", "device", "d")),
                        letter(Map.of(
                                "reason",
                                "too-large",
                                "replay-of",
                                "17/2",
                                "device",
                                "d",
                                "owner-tenant",
                                "acme",
                                "owner-device",
                                "d7"))));

        assertThat(statements).containsExactly("fail", "insert");
    }

    @Test
    void aReplayThatIsIgnoredResolvesItsDeadLetterAndIsNone() {
        List<String> statements = new ArrayList<>();
        routes.database(exchange -> {
            statements.add(
                    exchange.getMessage().getBody(String.class).contains("resolve_replays") ? "resolve" : "insert");
            Map<?, ?> columns = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            assertThat((Long[]) columns.get("ignored")).containsExactly(17L);
            assertThat((Integer[]) columns.get("ignoredNumbers")).containsExactly(2);
            assertThat((String[]) columns.get("reasons")).containsExactly("malformed-json");
        });

        routes.run(
                "dead-letters",
                List.of(
                        letter(Map.of("reason", "malformed-json")),
                        letter(Map.of("reason", "ignored", "replay-of", "17/2")),
                        letter(Map.of("reason", "ignored", "replay-of", "a stranger's"))));

        assertThat(statements).containsExactly("resolve", "insert");
        assertThat(routes.committed("iot.dlq", 3)).isEqualTo(3);
    }

    @Test
    void aDatabaseThatIsAwayIsWaitedFor() {
        AtomicInteger attempts = new AtomicInteger();
        routes.database(exchange -> {
            if (attempts.incrementAndGet() < 3) {
                throw new SQLException("gone", "57P01");
            }
        });

        Exchange batch = routes.run("dead-letters", List.of(letter(Map.of("reason", "malformed-json"))));

        assertThat(batch.getException()).isNull();
        assertThat(attempts).hasValue(3);
        assertThat(routes.committed("iot.dlq", 3)).isEqualTo(1);
    }

    @Test
    void aLetterThatTheDatabaseRefusesIsCountedAndCostsNoOther() {
        List<String> stored = new ArrayList<>();
        routes.database(exchange -> {
            Map<?, ?> columns = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            List<String> reasons = List.of((String[]) columns.get("reasons"));
            if (reasons.contains("bad")) {
                throw new SQLException("index row size 2896 exceeds btree version 4 maximum 2704", "54000");
            }
            stored.addAll(reasons);
        });

        Exchange batch = routes.run(
                "dead-letters",
                List.of(
                        letter(Map.of("reason", "malformed-json")),
                        letter(Map.of("reason", "bad")),
                        letter(Map.of("reason", "too-large"))));

        assertThat(batch.getException()).isNull();
        assertThat(stored).containsExactly("malformed-json", "too-large");
        assertThat(meters.counter("caravan.dead.letters.refused").count()).isEqualTo(1);
        assertThat(routes.committed("iot.dlq", 3)).isEqualTo(3);
    }

    private Exchange letter(Map<String, String> headers) {
        return routes.consumed("iot.dlq", 3, new byte[] {1, 2, 0}, headers);
    }
}
