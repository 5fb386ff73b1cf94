package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.Patience;
import io.caravan.store.Newest;
import io.caravan.store.Refused;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.processor.errorhandler.DefaultErrorHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** routes/store-latest.camel.yaml. */
class StoreLatestRouteTest {

    private static final String ENRICHED = "iot.enriched";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private StageRoutes routes;
    private final List<String> written = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        Patience patience =
                new Patience(new DeviceRegistry(Path.of("config", "device-registry.json")), Duration.ofMinutes(1));
        routes = new StageRoutes(
                Map.of(
                        "newest",
                        new Newest(patience, meters),
                        "refused",
                        new Refused(origin -> Optional.empty(), new SimpleMeterRegistry())),
                "store-latest");
        routes.database(this::write);
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void theNewestOfEachMetricIsStoredOnceForABatch() {
        routes.run("latest", List.of(reading("a", 1), reading("a", 2), enriched("no message")));

        assertThat(written).containsExactly("latest", "presence");
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(3);
    }

    @Test
    void aStatusMessageThatSaysSoTakesItsDeviceOffline() {
        Map<String, Boolean> online = new HashMap<>();
        routes.database(exchange -> {
            Map<?, ?> columns = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            if (columns.containsKey("online")) {
                for (int i = 0; i < 2; i++) {
                    online.put(((String[]) columns.get("devices"))[i], ((Boolean[]) columns.get("online"))[i]);
                }
            }
        });

        routes.run(
                "latest",
                List.of(
                        reading("a", 1),
                        reading("b", 1),
                        enriched(
                                """
                                {"tenant_id":"default","device_id":"a","event_type":"status","timestamp":"2026-11-21T00:00:01.000000Z",\
                                "sequence":1,"received_at":"2026-11-21T00:00:01.000000Z","online":false,"body":{},"readings":[]}""")));

        assertThat(online).containsOnly(Map.entry("a", false), Map.entry("b", true));
    }

    @Test
    void aDatabaseThatIsAwayIsWaitedForBeforeTheCommit() {
        routes.database(exchange -> {
            assertThat(routes.committed(ENRICHED, 0)).isNull();
            routes.database(this::write);
            throw new SQLException("gone", "08006");
        });

        routes.run("latest", List.of(reading("a", 1)));

        assertThat(written).containsExactly("latest", "presence");
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(1);
    }

    @Test
    void aFaultThatNoMessageBringsIsToldWithItsPlaceAndTriedAgain() {
        routes.database(exchange -> {
            routes.database(this::write);
            exchange.setException(
                    new NoClassDefFoundError("io/caravan/Replaced")); // as Camel does with what a bean throws
        });

        ListAppender<ILoggingEvent> told = new ListAppender<>();
        told.start();
        Logger logger = (Logger) LoggerFactory.getLogger(DefaultErrorHandler.class);
        logger.addAppender(told);
        logger.setLevel(Level.ERROR);
        routes.run("latest", List.of(reading("a", 1)));
        logger.setLevel(null);
        logger.detachAppender(told);

        assertThat(told.list)
                .extracting(ILoggingEvent::getThrowableProxy)
                .anyMatch(thrown ->
                        thrown != null && ThrowableProxyUtil.asString(thrown).contains("io/caravan/Replaced"));
        assertThat(written).containsExactly("latest", "presence");
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(1);
    }

    @Test
    void aDeviceThatTheDatabaseRefusesCostsNoOther() {
        List<String> devices = new ArrayList<>();
        routes.database(exchange -> {
            Map<?, ?> columns = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            List<String> asked = List.of((String[]) columns.get("devices"));
            if (asked.contains("b")) {
                throw new SQLException("refused", "23514");
            }
            devices.addAll(asked);
        });

        routes.run("latest", List.of(reading("a", 1), reading("b", 1), reading("c", 1)));

        assertThat(devices).containsExactly("a", "a", "c", "c");
        assertThat(meters.get("caravan.latest.refused").counter().count()).isEqualTo(1);
        assertThat(routes.committed(ENRICHED, 0)).isEqualTo(3);
    }

    private void write(Exchange exchange) {
        written.add(exchange.getMessage().getBody(String.class).contains("INTO latest") ? "latest" : "presence");
    }

    private Exchange reading(String device, int value) {
        return enriched(
                """
                {"tenant_id":"default","device_id":"%s","event_type":"telemetry","timestamp":"2026-11-21T00:00:00.000000Z",\
                "sequence":%d,"received_at":"2026-11-21T00:00:00.000000Z",\
                "readings":[{"metric":"voltage","value":%d,"unit":"V","quality":"GOOD"}]}"""
                        .formatted(device, value, value));
    }

    private Exchange enriched(String json) {
        return routes.consumed(ENRICHED, 0, json.getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
