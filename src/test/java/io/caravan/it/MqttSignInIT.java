package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.caravan.embedded.EmbeddedMqtt;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.embedded.MqttAccess;
import io.caravan.embedded.TestCertificate;
import io.caravan.registry.DeviceRegistry;
import io.caravan.tenant.MqttUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A broker that wants another password, or shows and wants other certificates, than it did when Caravan was started. */
@ExtendWith(RealServers.class)
class MqttSignInIT {

    private static final String FIRST = "the-first-password";
    private static final String SECOND = "the-second-password";

    @TempDir
    Path folder;

    private final int port = FreePort.next();

    @Test
    void anotherPasswordInTheFileCountsWithoutARestart(EmbeddedServers servers) throws Exception {
        Path file = Files.writeString(folder.resolve("password"), FIRST);
        NumberedReadings readings = new NumberedReadings("mqtt-password");
        Map<String, String> settings = settings(servers, "mqtt-password");
        settings.put("caravan.mqtt.url", "tcp://127.0.0.1:" + port);
        settings.put("caravan.mqtt.username", "caravan");
        EmbeddedMqtt broker = broker(FIRST);
        try (RunningCaravan caravan =
                RunningCaravan.started(settings, Map.of("CARAVAN_MQTT_PASSWORD_FILE", file.toString()))) {
            await().until(caravan.management()::isReady);
            readings.publish("tcp://caravan:" + FIRST + "@127.0.0.1:" + port, 1, 20);

            broker.close();
            broker = broker(SECOND);
            await().until(() -> caravan.management().serversDown().contains("mqtt"));
            readings.publish("tcp://caravan:" + SECOND + "@127.0.0.1:" + port, 21, 40);
            Files.writeString(file, "");
            Files.writeString(file, SECOND + "\n");

            await().until(caravan.management()::isReady);
            readings.awaitStored(servers, 40);
        } finally {
            broker.close();
        }
    }

    @Test
    void otherCertificatesInTheFilesCountWithoutARestart(EmbeddedServers servers) throws Exception {
        TestCertificate own = TestCertificate.make(folder, "own");
        TestCertificate server = TestCertificate.make(folder, "server");
        Path trusted = Files.copy(server.certificate(), folder.resolve("trusted.pem"));
        int open = FreePort.next();
        NumberedReadings readings = new NumberedReadings("mqtt-certificates");
        Map<String, String> settings = settings(servers, "mqtt-certificates");
        settings.put("caravan.mqtt.url", "ssl://127.0.0.1:" + port);
        settings.put("caravan.mqtt.resubscribe", "true"); // mosquitto 2.0 forgets shared subscriptions when it ends
        settings.put("caravan.mqtt.tls.ca", trusted.toString());
        settings.put("caravan.mqtt.tls.certificate", own.certificate().toString());
        settings.put("caravan.mqtt.tls.key", own.key().toString());
        Process broker = mosquitto(open, server, own.certificate());
        try (RunningCaravan caravan = RunningCaravan.started(settings)) {
            await().until(caravan.management()::isReady);
            readings.publish("tcp://127.0.0.1:" + open, 1, 20);

            TestCertificate next = TestCertificate.make(folder, "next");
            TestCertificate nextServer = TestCertificate.make(folder, "next-server");
            broker.destroy();
            broker.waitFor();
            broker = mosquitto(open, nextServer, next.certificate());
            await().until(() -> caravan.management().serversDown().contains("mqtt"));
            Files.copy(nextServer.certificate(), trusted, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(next.certificate(), own.certificate(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(next.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);

            await().until(caravan.management()::isReady);
            readings.publish("tcp://127.0.0.1:" + open, 21, 40);
            readings.awaitStored(servers, 40);
        } finally {
            broker.destroy();
            broker.waitFor();
        }
    }

    private EmbeddedMqtt broker(String password) {
        MqttUsers users = new MqttUsers(new DeviceRegistry(Path.of("config/device-registry.json")));
        return EmbeddedMqtt.start(folder, port, MqttAccess.secured("caravan", password, users));
    }

    /** With a door for who shows a certificate, and one for everybody. */
    private Process mosquitto(int open, TestCertificate server, Path clients) throws IOException {
        Path command = Stream.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        assumeTrue(command != null, "mosquitto is not installed");
        Path configuration = Files.writeString(
                folder.resolve("mosquitto.conf"),
                """
                user root
                listener %d 127.0.0.1
                allow_anonymous true
                listener %d 127.0.0.1
                cafile %s
                certfile %s
                keyfile %s
                require_certificate true
                """
                        .formatted(open, port, clients, server.certificate(), server.key()));
        Process process = new ProcessBuilder(command.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("mosquitto.log").toFile())
                .start();
        await().ignoreExceptions().until(() -> MqttDevice.mqtt5("tcp://127.0.0.1:" + open), device -> {
            device.close();
            return true;
        });
        return process;
    }

    private static Map<String, String> settings(EmbeddedServers servers, String name) {
        Map<String, String> settings = new HashMap<>(RunningCaravan.settingsFor(servers));
        settings.put("caravan.stages", "ingest,enrich,store");
        settings.put("caravan.mqtt.client-id", name);
        settings.put("caravan.mqtt.share-group", name);
        return settings;
    }
}
