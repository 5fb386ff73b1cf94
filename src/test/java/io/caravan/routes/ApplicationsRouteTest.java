package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.enrich.RegisteredApplications;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/enrich-applications.camel.yaml */
class ApplicationsRouteTest {

    private final AtomicBoolean due = new AtomicBoolean(true);
    private StageRoutes routes;

    /** Says that applications are due until they are read, as what listens to the database does. */
    public final class TableChanges {
        public boolean isDue() {
            return due.get();
        }

        public void read() {
            due.set(false);
        }
    }

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(
                Map.of(
                        "registeredApplications",
                        new RegisteredApplications(),
                        "applicationChanges",
                        new TableChanges()),
                "enrich-applications");
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void applicationsAreReadWhenTheyAreDueAndStayDueWhenTheyCannotBeRead() {
        routes.database(exchange -> {
            throw new SQLException("down", "08001");
        });
        run();
        assertThat(due).isTrue();

        routes.database(exchange -> exchange.getMessage().setBody(List.of()));
        run();
        assertThat(due).isFalse();
        int statements = routes.statements().getReceivedCounter();
        run();
        assertThat(routes.statements().getReceivedCounter()).isEqualTo(statements);
    }

    private void run() {
        assertThat(routes.run("refresh-applications", List.of()).getException()).isNull();
    }
}
