package io.caravan.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoPortsTest {

    @Test
    void theEnvironmentMovesTheServersAndTheRestStaysWhereItIs() {
        DemoPorts ports =
                DemoPorts.here(Map.of("CARAVAN_EMBEDDED_MQTT_PORT", "14583", "CARAVAN_EMBEDDED_KAFKA_PORT", "14592"));

        assertThat(ports).isEqualTo(new DemoPorts(14583, 14592, 15432, 8080));
        assertThat(ports.mqttUrl()).isEqualTo("tcp://127.0.0.1:14583");
        assertThat(ports.kafkaBrokers()).isEqualTo("127.0.0.1:14592");
    }

    @Test
    void whatIsNoPortIsAMistakeThatIsNamed() {
        assertThatThrownBy(() -> DemoPorts.here(Map.of("CARAVAN_EMBEDDED_MQTT_PORT", "many")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("caravan.embedded.mqtt.port");
    }
}
