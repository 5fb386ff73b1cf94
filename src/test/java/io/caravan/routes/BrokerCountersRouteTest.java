package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.ingest.BrokerCounters;
import io.caravan.ingest.InFlightBytes;
import io.caravan.ingest.MqttClients;
import io.caravan.ingest.MqttSettings;
import io.caravan.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** routes/ingest-broker-counters.camel.yaml. */
class BrokerCountersRouteTest {

    private static final String TOPIC = "$SYS/broker/publish/messages/dropped";

    @Test
    void aNumberOfTheBrokersBecomesAMetric() throws Exception {
        Settings settings = Settings.load(Path.of("application.properties"), Map.of());
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Map<String, Object> beans = new HashMap<>();
        beans.put(
                "mqttBrokerCounters",
                new MqttClients(
                        MqttSettings.of(settings).withoutSession(),
                        new InFlightBytes(1_000_000, meters),
                        "broker-counters",
                        1,
                        false));
        beans.put("brokerCounters", BrokerCounters.of(settings, meters));
        try (StageRoutes routes = new StageRoutes(beans, "ingest-broker-counters")) {
            Exchange exchange = new DefaultExchange(routes.context());
            exchange.getMessage().setBody("42".getBytes(UTF_8));
            exchange.getMessage().setHeader(PahoMqtt5Constants.MQTT_TOPIC, TOPIC);

            assertThat(routes.run("broker-counters", exchange).getException()).isNull();

            assertThat(meters.get("caravan.mqtt.broker.dropped")
                            .tag("topic", TOPIC)
                            .functionCounter()
                            .count())
                    .isEqualTo(42);
        }
    }
}
