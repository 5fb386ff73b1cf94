package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/ingest-mqtt-users.camel.yaml */
class MqttUsersRouteTest {

    private final AtomicInteger read = new AtomicInteger();
    private final List<Object> taken = new ArrayList<>();
    private final List<Object> sent = new ArrayList<>();
    private boolean refuses;
    private StageRoutes routes;

    /** In the place of what listens to the database. */
    public final class Due {
        public boolean isDue() {
            return read.get() < 2;
        }

        public void read() {
            read.incrementAndGet();
        }
    }

    /** In the place of what knows the broker. */
    public final class Broker {
        public void take(@Body List<?> users, @ExchangeProperty("topics") List<?> topics) {
            taken.add(users);
            taken.add(topics);
        }

        public List<List<String>> plan() {
            return List.of(List.of("a", "b"), List.of("c"));
        }

        public void send(@Body List<String> commands) {
            if (refuses) {
                throw new IllegalStateException("refused");
            }
            sent.add(commands);
        }
    }

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(
                Map.of("mqttUserChanges", new Due(), "dynamicSecurity", new Broker()), "ingest-mqtt-users");
        routes.database(exchange -> exchange.getMessage()
                .setBody(List.of(Map.of(
                        "rows",
                        exchange.getMessage().getBody(String.class).contains("topic_owners") ? "owners" : "users"))));
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void whatTheDatabaseSaysIsBroughtToTheBroker() {
        assertThat(routes.run("keep-mqtt-users", List.of()).getException()).isNull();

        assertThat(taken).containsExactly(List.of(Map.of("rows", "users")), List.of(Map.of("rows", "owners")));
        assertThat(sent).containsExactly(List.of("a", "b"), List.of("c"));
        assertThat(read).hasValue(1);
    }

    @Test
    void whatTheBrokerRefusesIsTriedAgain() {
        refuses = true;

        routes.run("keep-mqtt-users", List.of());

        assertThat(read).hasValue(0);
    }
}
