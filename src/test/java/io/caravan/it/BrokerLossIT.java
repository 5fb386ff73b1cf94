package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.embedded.EmbeddedServers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an MQTT broker throws away before Caravan has it is lost, and seen. */
@ExtendWith(RealServers.class)
class BrokerLossIT {

    private static final Pattern DROPPED = Pattern.compile(
            "^caravan_mqtt_broker_dropped_total\\{topic=\"\\$SYS/broker/publish/messages/dropped\"} (\\S+)$",
            Pattern.MULTILINE);

    @Test
    void whatExpiresAtTheEmbeddedBrokerWhileCaravanIsAwayIsCounted(EmbeddedServers servers) throws Exception {
        double before;
        try (RunningCaravan caravan = ingest(servers, servers.mqttUrl(), "caravan-expiry-it")) {
            await().until(() -> dropped(caravan) >= 0);
            before = dropped(caravan);
            assertThat(caravan.metrics())
                    .contains("caravan_mqtt_broker_received_total{", "caravan_mqtt_broker_stored_messages{")
                    .as("what the broker does not publish")
                    .doesNotContain("caravan_mqtt_broker_expired");
        }
        publish(servers.mqttUrl(), 50, 1);

        await().pollDelay(1_500, TimeUnit.MILLISECONDS).until(() -> true); // the time that the messages have
        try (RunningCaravan caravan = ingest(servers, servers.mqttUrl(), "caravan-expiry-it")) {
            // more, where other tests have left sessions behind that get the same messages
            await().until(() -> dropped(caravan) >= before + 50);
        }
    }

    @Test
    void whatMosquittoDropsForAFullQueueIsCounted(EmbeddedServers servers, @TempDir Path folder) throws Exception {
        Path command = Stream.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(command != null, "mosquitto is not installed");
        int port = FreePort.next();
        String url = "tcp://127.0.0.1:" + port;
        Path configuration = Files.writeString(
                folder.resolve("mosquitto.conf"),
                """
                listener %d 127.0.0.1
                allow_anonymous true
                max_queued_messages 10
                sys_interval 1
                """
                        .formatted(port));
        Process mosquitto = new ProcessBuilder(command.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
        try {
            try (RunningCaravan caravan = ingest(servers, url, "caravan-queue-it")) {
                await().until(() -> dropped(caravan) == 0);
            }
            publish(url, 200, 3600);

            try (RunningCaravan caravan = ingest(servers, url, "caravan-queue-it")) {
                await().until(() -> dropped(caravan) >= 180);
                assertThat(caravan.metrics()).contains("caravan_mqtt_broker_expired_clients_total{");
            }
        } finally {
            mosquitto.destroy();
            mosquitto.waitFor();
        }
    }

    /** One client, so that one queue stands for all. */
    private static RunningCaravan ingest(EmbeddedServers servers, String url, String clientId) throws Exception {
        Map<String, String> settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        settings.put("caravan.stages", "ingest");
        settings.put("caravan.mqtt.url", url);
        settings.put("caravan.mqtt.client-id", clientId);
        settings.put("caravan.mqtt.share-group", clientId);
        settings.put("caravan.mqtt.clients", "1");
        RunningCaravan caravan = RunningCaravan.started(settings);
        await().until(caravan.management()::isReady);
        return caravan;
    }

    private static void publish(String url, int count, long expirySeconds) {
        URI uri = URI.create(url);
        Mqtt5BlockingClient device = MqttClient.builder()
                .useMqttVersion5()
                .serverHost(uri.getHost())
                .serverPort(uri.getPort())
                .buildBlocking();
        device.connect();
        for (int i = 0; i < count; i++) {
            device.publish(Mqtt5Publish.builder()
                    .topic("iot/broker-loss-it/raw")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .messageExpiryInterval(expirySeconds)
                    .payload(("{\"voltage\":" + i + "}").getBytes(UTF_8))
                    .build());
        }
        device.disconnect();
    }

    /** NaN where the metrics do not say. */
    private static double dropped(RunningCaravan caravan) throws IOException, InterruptedException {
        Matcher matcher = DROPPED.matcher(caravan.metrics());
        return matcher.find() ? Double.parseDouble(matcher.group(1)) : Double.NaN;
    }
}
