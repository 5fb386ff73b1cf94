package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.store.Waiting;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/store-waiting.camel.yaml. */
class StoreWaitingRouteTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private StageRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(Map.of("waiting", new Waiting(meters)), "store-waiting");
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void theDatabaseLetsGoWhatTheLimitHasRoomFor() {
        routes.database(exchange ->
                assertThat(exchange.getMessage().getBody(String.class)).contains("release_waiting("));

        Exchange run = routes.run("release-waiting", List.of());

        assertThat(run.getException()).isNull();
        assertThat(run.getMessage().getHeaders()).containsEntry("limit", "off");
    }

    @Test
    void whatWaitsIsAMetricOfItsTenantAndGoneWithTheLast() {
        Timestamp since = Timestamp.from(Instant.parse("2026-11-21T10:00:00Z"));
        List<Map<String, Object>> counted =
                new ArrayList<>(List.of(Map.of("tenant", "acme", "messages", 7L, "since", since)));
        routes.database(exchange -> {
            assertThat(exchange.getMessage().getBody(String.class)).contains("WHERE waiting");
            exchange.getMessage().setBody(counted);
        });

        routes.run("count-waiting", List.of());

        assertThat(gauge("caravan.waiting.messages")).isEqualTo(7);
        assertThat(gauge("caravan.waiting.oldest.timestamp"))
                .isEqualTo(since.toInstant().getEpochSecond());
        counted.set(0, Map.of("tenant", "acme", "messages", 8L, "since", since));
        routes.run("count-waiting", List.of());
        assertThat(gauge("caravan.waiting.messages")).isEqualTo(8);
        counted.clear();
        routes.run("count-waiting", List.of());
        assertThat(meters.find("caravan.waiting.messages").gauge()).isNull();
    }

    private double gauge(String name) {
        return meters.get(name).tag("tenant", "acme").gauge().value();
    }

    @Test
    void aMissedRunIsLeftToTheNextTime() {
        routes.database(exchange -> {
            throw new SQLException("gone", "08006");
        });

        assertThat(routes.run("release-waiting", List.of()).getException()).isNull();
    }
}
