package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/store-partitions.camel.yaml. */
class StorePartitionsRouteTest {

    private StageRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(Map.of(), "store-partitions");
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void theDatabaseIsAskedForTheDaysToCome() {
        List<String> statements = new ArrayList<>();
        routes.database(exchange -> statements.add(exchange.getMessage().getBody(String.class)));

        routes.run("keep-partitions", List.of());

        assertThat(statements).singleElement().asString().contains("ensure_partitions");
    }

    @Test
    void aMissedMakingOfPartitionsIsLeftToTheNextTime() {
        routes.database(exchange -> {
            throw new SQLException("gone", "08006");
        });

        assertThat(routes.run("keep-partitions", List.of()).getException()).isNull();
    }
}
