package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.window.SettledWindows;
import io.caravan.window.Settling;
import io.caravan.window.TypeWidths;
import io.caravan.window.Widths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** routes/window-settle.camel.yaml. */
class WindowSettleRouteTest {

    private static final Instant T = Instant.parse("2026-11-21T10:00:00Z");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    /** The names of the statements that ran, with their parameters. */
    private final List<String> statements = new ArrayList<>();

    private final Deque<Map<String, Object>> settled = new ArrayDeque<>();
    private final Deque<List<Map<String, Object>>> unpublished = new ArrayDeque<>();
    private String failing = "";
    private StageRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = new StageRoutes(
                Map.of(
                        "settling",
                        new Settling(TypeWidths.forAll(Widths.parse("1m,5m")), Duration.ofSeconds(10), meters),
                        "settledWindows",
                        new SettledWindows("iot.aggregates", meters)),
                "window-settle");
        routes.database(this::answer);
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    private void answer(Exchange exchange) throws SQLException {
        String sql = exchange.getMessage().getBody(String.class);
        Map<?, ?> asked = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
        String statement = sql.contains("configure_windows")
                ? "configure"
                : sql.contains("close_windows")
                        ? "close " + asked.get("settleAfterSeconds")
                        : sql.contains("settle_windows")
                                ? "settle " + asked.get("spanSeconds")
                                : sql.contains("settle_marked")
                                        ? "correct " + asked.get("most")
                                        : sql.contains("settle_retyped")
                                                ? "retype " + asked.get("most")
                                                : sql.contains("SET published")
                                                        ? "published " + asked.get("revision")
                                                        : "select " + asked.get("rows");
        statements.add(statement);
        if (!failing.isEmpty() && statement.startsWith(failing)) {
            throw new SQLException("away", "57P01");
        }
        exchange.getMessage()
                .setBody(
                        switch (statement.split(" ")[0]) {
                            case "configure" -> List.of(Map.of("changed", true));
                            case "settle" -> List.of(settled.isEmpty() ? progress(0, false) : settled.pop());
                            case "correct" -> List.of(Map.of("marked", 3L, "written", 5L, "more", false));
                            case "retype" -> List.of(Map.of("written", 2L, "more", false));
                            case "select" -> unpublished.isEmpty() ? List.of() : unpublished.pop();
                            default -> List.of();
                        });
    }

    private static Map<String, Object> progress(int minute, boolean more) {
        return Map.of(
                "settled",
                Timestamp.from(T.plusSeconds(minute * 60L)),
                "closing",
                Timestamp.from(T.plusSeconds(600)),
                "written",
                7L,
                "more",
                more);
    }

    @Test
    void aPassClosesSettlesCorrectsAndRetypes() {
        run("settle-windows");

        assertThat(statements).containsExactly("configure", "close 10.0", "settle 600", "correct 2000", "retype 10000");
        assertThat(meters.get("caravan.window.settled")
                        .tag("cause", "closed")
                        .counter()
                        .count())
                .isEqualTo(7);
        assertThat(meters.get("caravan.window.settled")
                        .tag("cause", "late")
                        .counter()
                        .count())
                .isEqualTo(5);
        assertThat(meters.get("caravan.window.settled")
                        .tag("cause", "retyped")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(meters.get("caravan.window.late").counter().count()).isEqualTo(3);
    }

    @Test
    void devicesOfAnotherTypeThatFailHoldUpNoOthers() {
        failing = "retype";
        run("settle-windows");
        statements.clear();

        run("settle-windows");

        assertThat(statements).startsWith("close 10.0", "settle 600").doesNotContain("configure");
        assertThat(statements).as("it rests").noneMatch(statement -> statement.startsWith("retype"));
    }

    @Test
    void widthsAreToldOnce() {
        run("settle-windows");
        run("settle-windows");

        assertThat(statements).containsOnlyOnce("configure");
    }

    @Test
    void aBacklogIsWorkedOffInGrowingSteps() {
        settled.add(progress(1, true));
        settled.add(progress(2, true));
        settled.add(progress(3, false));

        run("settle-windows");

        assertThat(statements).containsSubsequence("settle 600", "settle 1200", "settle 2400");
        assertThat(statements.get(statements.size() - 1)).doesNotStartWith("close");
    }

    @Test
    void somebodyElseWhoSettlesIsLeftToIt() {
        Map<String, Object> busy = new HashMap<>(progress(1, false));
        busy.put("written", null);
        settled.add(busy);

        run("settle-windows");

        assertThat(meters.get("caravan.window.settled")
                        .tag("cause", "closed")
                        .counter()
                        .count())
                .isZero();
        assertThat(meters.get("caravan.window.lag").timeGauge().value()).isNotNaN();
    }

    @Test
    void whatFailsIsLeftToTheNextPassInSmallerSteps() {
        failing = "settle";
        assertThat(run("settle-windows").getException()).isNull();
        failing = "";

        run("settle-windows");

        assertThat(statements).contains("settle 600", "settle 150");
    }

    @Test
    void windowsArePublishedAndThenNoted() throws Exception {
        unpublished.add(List.of(row(17), row(18)));
        routes.kafka("iot.aggregates").expectedMessageCount(1);

        run("publish-windows");

        routes.kafka("iot.aggregates").assertIsSatisfied();
        @SuppressWarnings("unchecked")
        List<Message> records = routes.kafka("iot.aggregates")
                .getExchanges()
                .get(0)
                .getMessage()
                .getBody(List.class);
        assertThat(records).hasSize(2);
        assertThat(records.get(0).getHeader(KafkaConstants.KEY)).isEqualTo("acme/room-1");
        assertThat(records.get(0).getHeader("revision")).isEqualTo("17");
        assertThat(new String((byte[]) records.get(0).getBody(), StandardCharsets.UTF_8))
                .isEqualTo("{\"tenant_id\":\"acme\",\"device_id\":\"room-1\",\"metric\":\"co2\",\"window\":\"1m\","
                        + "\"start\":\"2026-11-21T10:00:00.000000Z\",\"end\":\"2026-11-21T10:01:00.000000Z\","
                        + "\"count\":1,\"sum\":2.5,\"avg\":2.5,\"min\":2.5,\"max\":2.5,\"stddev\":null,"
                        + "\"first\":2.5,\"last\":2.5,\"settled\":true}");
        assertThat(statements).containsExactly("select 5000", "published 18");
        assertThat(meters.get("caravan.window.published").counter().count()).isEqualTo(2);
    }

    @Test
    void allPagesArePublished() {
        unpublished.add(LongStream.rangeClosed(1, 5_000)
                .mapToObj(WindowSettleRouteTest::row)
                .toList());
        unpublished.add(List.of(row(5_001)));

        run("publish-windows");

        assertThat(statements).containsExactly("select 5000", "published 5000", "select 5000", "published 5001");
    }

    @Test
    void whatKafkaDoesNotTakeIsNotNoted() {
        unpublished.add(List.of(row(1)));
        routes.kafka("iot.aggregates").whenAnyExchangeReceived(exchange -> {
            throw new IllegalStateException("Kafka is away");
        });

        run("publish-windows");

        assertThat(statements).containsExactly("select 5000");
    }

    private static Map<String, Object> row(long revision) {
        Map<String, Object> row = new HashMap<>();
        row.put("revision", revision);
        row.put("tenant_id", "acme");
        row.put("device_id", "room-1");
        row.put("metric", "co2");
        row.put("width", 60);
        row.put("start", Timestamp.from(T));
        row.put("count", 1L);
        for (String value : List.of("sum", "avg", "min", "max", "first", "last")) {
            row.put(value, 2.5);
        }
        row.put("stddev", null);
        return row;
    }

    private Exchange run(String route) {
        return routes.run(route, new DefaultExchange(routes.context()));
    }
}
