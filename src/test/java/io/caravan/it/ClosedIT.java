package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedServers;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelContextTracker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What has been closed leaves nothing behind in a process that goes on. */
@ExtendWith(RealServers.class)
class ClosedIT {

    /** Two: Camel's own statics know the last context that used them (DefaultParameterMappingStrategy). */
    @Test
    void anApplicationThatIsClosedIsCollected(EmbeddedServers servers) throws Exception {
        WeakReference<CamelContext> first = startedAndClosed(servers);
        startedAndClosed(servers);

        await().pollInterval(Duration.ofSeconds(1)).until(() -> {
            System.gc();
            return first.refersTo(null);
        });
    }

    private static WeakReference<CamelContext> startedAndClosed(EmbeddedServers servers) throws Exception {
        List<WeakReference<CamelContext>> contexts = new ArrayList<>();
        try (CamelContextTracker tracker = new CamelContextTracker() {
            @Override
            public void contextCreated(CamelContext context) {
                contexts.add(new WeakReference<>(context));
            }
        }) {
            tracker.open();
            try (RunningCaravan caravan = RunningCaravan.ready(
                            servers, Map.of("caravan.mqtt.client-id", "closed", "caravan.mqtt.share-group", "closed"));
                    MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
                device.publish("iot/closed/raw", "{\"timestamp\":1790000000,\"measurements\":{\"voltage\":1}}");
                await().untilAsserted(() -> assertThat(caravan.api().json("/api/readings?device=closed"))
                        .hasSize(1));
            }
        }
        return contexts.get(0);
    }
}
