package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.store.CommandStates;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/store-commands.camel.yaml. */
class StoreCommandsRouteTest {

    private static final String TOPIC = "iot.command-states";
    private static final UUID ID = UUID.fromString("3b2264eb-3338-4f72-9791-19f9ec201b00");

    private StageRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(Map.of("commandStates", new CommandStates()), "store-commands");
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void whatIsToldOfCommandsIsNotedAndThenCommitted() {
        AtomicReference<Map<?, ?>> row = new AtomicReference<>();
        routes.database(exchange -> {
            assertThat(routes.committed(TOPIC, 0)).isNull();
            row.set(exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class));
        });

        routes.run(
                "command-states",
                List.of(
                        state("delivered", Map.of()),
                        state("acknowledged", Map.of()),
                        state("delivered", Map.of("command", "no id")),
                        state("delivered", Map.of("received-at", "-5")),
                        state("delivered", Map.of("tenant", "a\0b"))));

        assertThat((UUID[]) row.get().get("ids")).containsExactly(ID, ID);
        assertThat((String[]) row.get().get("tenants")).containsExactly("acme", "acme");
        assertThat((String[]) row.get().get("devices")).containsExactly("d1", "d1");
        assertThat((String[]) row.get().get("states")).containsExactly("delivered", "acknowledged");
        assertThat((Long[]) row.get().get("times")).containsExactly(1_795_000_000_000_000L, 1_795_000_000_000_000L);
        assertThat((byte[][]) row.get().get("answers"))
                .isDeepEqualTo(new byte[][] {"ok".getBytes(UTF_8), "ok".getBytes(UTF_8)});
        assertThat(routes.committed(TOPIC, 0)).isEqualTo(5);
    }

    private Exchange state(String state, Map<String, String> others) {
        Map<String, String> headers = new HashMap<>(Map.of(
                "command", ID.toString(),
                "command-state", state,
                "tenant", "acme",
                "device", "d1",
                "received-at", "1795000000000000"));
        headers.putAll(others);
        return routes.consumed(TOPIC, 0, "ok".getBytes(UTF_8), headers);
    }
}
