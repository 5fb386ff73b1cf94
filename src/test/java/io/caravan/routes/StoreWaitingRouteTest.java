package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/store-waiting.camel.yaml. */
class StoreWaitingRouteTest {

    private StageRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(Map.of(), "store-waiting");
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
    void aMissedRunIsLeftToTheNextTime() {
        routes.database(exchange -> {
            throw new SQLException("gone", "08006");
        });

        assertThat(routes.run("release-waiting", List.of()).getException()).isNull();
    }
}
