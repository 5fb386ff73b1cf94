package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.f2.Parameters;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/enrich-f2.camel.yaml */
class F2ParametersRouteTest {

    private final Parameters parameters = new Parameters();
    private final AtomicBoolean due = new AtomicBoolean(true);
    private StageRoutes routes;

    /** Says that parameters are due until they are read, as what listens to the database does. */
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
        routes = new StageRoutes(Map.of("f2Parameters", parameters, "f2Changes", new TableChanges()), "enrich-f2");
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void parametersAreReadWhenTheyAreDueAndNotOtherwise() {
        answerWith("Int16");
        run();
        assertThat(parameters.find("a").sensor(2, 3).metrics()).containsExactly("2.3.water_level");
        assertThat(parameters.find("b").pins()).as("has nothing on its pins").isEmpty();
        assertThat(parameters.find("c")).isNull();
        assertThat(routes.statements().getExchanges())
                .as("one, for a template may go between two")
                .hasSize(1);

        run();
        assertThat(routes.statements().getExchanges()).hasSize(1);
    }

    @Test
    void whatCannotBeReadStaysDueAndLeavesTheParametersAsTheyWere() {
        answerWith("Int16");
        run();
        due.set(true);
        routes.database(exchange -> {
            throw new SQLException("down", "08001");
        });
        run();
        assertThat(due).isTrue();
        assertThat(parameters.find("a")).isNotNull();

        answerWith("Uint8");
        run();
        assertThat(due).isFalse();
        assertThat(parameters.find("a").sensor(2, 3).points().get(0).format()).hasToString("Uint8");
    }

    private void run() {
        assertThat(routes.run("refresh-f2-parameters", List.of()).getException())
                .isNull();
    }

    private void answerWith(String format) {
        Map<String, Object> pin =
                Map.of("tenant_id", "default", "controller_id", "a", "connector", 2, "pin", 3, "template_id", "tank");
        Map<String, Object> bare = new HashMap<>(Map.of("tenant_id", "default", "controller_id", "b"));
        Map<String, Object> point = new HashMap<>(Map.of(
                "tenant_id",
                "default",
                "template_id",
                "tank",
                "label",
                "Water Level",
                "format",
                format,
                "byte_order",
                "big",
                "byte_offset",
                0,
                "decimals",
                0,
                "prepend",
                "",
                "append",
                " cm"));
        point.put("scale", java.math.BigDecimal.ONE);
        routes.database(exchange -> exchange.getMessage().setBody(List.of(pin, bare, point)));
    }
}
