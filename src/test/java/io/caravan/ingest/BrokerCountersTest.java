package io.caravan.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerCountersTest {

    private static final String DROPPED = "$SYS/broker/publish/messages/dropped";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final BrokerCounters counters = counters(Map.of());

    @Test
    void whatTheBrokerDoesNotPublishHasNoMetric() {
        assertThat(meters.getMeters()).isEmpty();

        take(DROPPED, "0");

        assertThat(meters.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsExactly("caravan.mqtt.broker.dropped");
    }

    @Test
    void theLastNumberCountsAlsoWhenTheBrokerHasBegunAnew() {
        take(DROPPED, "7");
        take(DROPPED, "12");
        assertThat(dropped(DROPPED)).isEqualTo(12);

        take(DROPPED, "1");
        assertThat(dropped(DROPPED)).isEqualTo(1);
    }

    @Test
    void whatIsHeldRisesAndFalls() {
        take("$SYS/broker/store/messages/count", "5");

        Meter stored = meters.getMeters().get(0);
        assertThat(stored.getId().getType()).isEqualTo(Meter.Type.GAUGE);
        assertThat(stored.getId().getBaseUnit()).isEqualTo("messages");
    }

    @Test
    void theNodesOfAClusterCountEachForItself() {
        BrokerCounters cluster =
                counters(Map.of("caravan.mqtt.counters.dropped", "$SYS/brokers/+/metrics/messages/dropped"));

        cluster.take("$SYS/brokers/a/metrics/messages/dropped", "3".getBytes(UTF_8));
        cluster.take("$SYS/brokers/b/metrics/messages/dropped", "4".getBytes(UTF_8));

        assertThat(dropped("$SYS/brokers/a/metrics/messages/dropped")).isEqualTo(3);
        assertThat(dropped("$SYS/brokers/b/metrics/messages/dropped")).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "NaN", "1e999", "many", "2.1.0"})
    void whatIsNoNumberIsPassedOver(String text) {
        take(DROPPED, "7");
        take(DROPPED, text);

        assertThat(dropped(DROPPED)).isEqualTo(7);
    }

    @Test
    void anotherTopicIsPassedOver() {
        take("iot/d/raw", "7");

        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void aTopicThatIsNoneIsNamed() {
        assertThatThrownBy(() -> counters(Map.of("caravan.mqtt.counters.stored", "a/#/b")))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("caravan.mqtt.counters.stored must be a topic of MQTT");
    }

    private BrokerCounters counters(Map<String, String> settings) {
        return BrokerCounters.of(
                Settings.load(Path.of("application.properties"), Map.of()).with(settings), meters);
    }

    private void take(String topic, String payload) {
        counters.take(topic, payload.getBytes(UTF_8));
    }

    private double dropped(String topic) {
        return meters.get("caravan.mqtt.broker.dropped")
                .tag("topic", topic)
                .functionCounter()
                .count();
    }
}
