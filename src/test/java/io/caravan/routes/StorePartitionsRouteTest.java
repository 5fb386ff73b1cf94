package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.caravan.health.BackgroundRuns;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

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
    void aMissedMakingOfPartitionsIsLeftToTheNextTimeAndToldOnce() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(BackgroundRuns.class);
        logger.addAppender(log);
        routes.database(exchange -> {
            throw new SQLException("gone", "08006");
        });
        assertThat(routes.run("keep-partitions", List.of()).getException()).isNull();
        assertThat(routes.run("keep-partitions", List.of()).getException()).isNull();
        routes.database(exchange -> {});
        routes.run("keep-partitions", List.of());
        logger.detachAppender(log);

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "keep-partitions failed and is tried again: gone", "keep-partitions works again after 0 s");
    }
}
