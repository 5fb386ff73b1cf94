package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.embedded.EmbeddedServers;
import java.lang.management.ManagementFactory;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A route that somebody stops by hand, over JMX or in Hawtio, leaves its messages at the broker; a start goes on with them. */
@ExtendWith(RealServers.class)
class StoppedRouteIT {

    @Test
    void anIngestRouteThatIsStoppedAndStartedByHandGoesOnWhereItStopped(EmbeddedServers servers) throws Exception {
        try (RunningCaravan caravan = RunningCaravan.ready(
                        servers, Map.of("caravan.mqtt.client-id", "by-hand", "caravan.mqtt.share-group", "by-hand"));
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            publish(device, 1);
            await().untilAsserted(() -> assertThat(readings(caravan)).isEqualTo(1));

            for (int round = 1; round <= 2; round++) {
                route("stop");
                await().untilAsserted(
                                () -> assertThat(caravan.api().serversDown()).containsExactly("mqtt"));
                publish(device, 2 * round);
                route("start");
                await().until(caravan.api()::isReady);
                publish(device, 2 * round + 1);
                int sent = 2 * round + 1;
                await().untilAsserted(() -> assertThat(readings(caravan)).isEqualTo(sent));
            }
        }
    }

    private static void route(String operation) throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = beans.queryNames(new ObjectName("org.apache.camel:type=routes,name=\"ingest-iot\",*"), null)
                .iterator()
                .next();
        beans.invoke(name, operation, null, null);
    }

    private static int readings(RunningCaravan caravan) throws Exception {
        return caravan.api().json("/api/readings?device=by-hand").size();
    }

    private static void publish(MqttDevice device, int value) {
        device.publish(
                "iot/by-hand/raw",
                "{\"timestamp\":" + (1_790_000_000L + value) + ",\"measurements\":{\"voltage\":" + value + "}}");
    }
}
