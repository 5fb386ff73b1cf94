package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/store-retention.camel.yaml. */
class StoreRetentionRouteTest {

    private StageRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(Map.of(), "store-retention");
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void theDatabaseIsToldWhatIsConfigured() {
        List<String> statements = new ArrayList<>();
        routes.database(exchange -> statements.add(exchange.getMessage().getBody(String.class)));

        Exchange run = routes.run("retention", List.of());

        assertThat(statements).hasSize(2);
        assertThat(statements.get(0)).contains("keep_columnstore(");
        assertThat(statements.get(1)).contains("drop_partitions_older_than(");
        assertThat(run.getMessage().getHeaders())
                .containsEntry("compressAfter", "7d")
                .containsEntry("keepReadings", "off")
                .containsEntry("keepEvents", "off")
                .containsEntry("keepTrends", "off")
                .containsEntry("keepDeadLetters", "off")
                .containsEntry("keepCommands", "off")
                .containsEntry("keepAudit", "off");
    }

    @Test
    void theDatabaseIsToldHowLongWindowsAreKept() {
        List<String> statements = new ArrayList<>();
        routes.database(exchange -> statements.add(exchange.getMessage().getBody(String.class)));

        Exchange run = routes.run("window-retention", List.of());

        assertThat(statements).singleElement().asString().contains("drop_windows_older_than(");
        assertThat(run.getMessage().getHeaders()).containsEntry("keepWindows", "off");
    }

    @Test
    void theDatabaseIsToldHowLongEventIdsAndNamedRequestsAreKept() {
        List<String> statements = new ArrayList<>();
        routes.database(exchange -> statements.add(exchange.getMessage().getBody(String.class)));

        Exchange run = routes.run("event-id-retention", List.of());

        assertThat(statements).singleElement().asString().contains("forget_event_ids(");
        assertThat(run.getMessage().getHeaders())
                .containsEntry("keepEventIds", "30d")
                .containsEntry("keepRequests", "1d");
    }

    @Test
    void aMissedRunIsLeftToTheNextTime() {
        routes.database(exchange -> {
            throw new SQLException("gone", "08006");
        });

        assertThat(routes.run("retention", List.of()).getException()).isNull();
    }
}
