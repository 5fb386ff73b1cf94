package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/** The demo as its users start it and end it. */
class DemoIT {

    private final int http = FreePort.next();
    private final int mqtt = FreePort.next();
    private final Api api = new Api(http);
    private final Map<String, String> ports = Map.of(
            "caravan.http.port", Integer.toString(http),
            "caravan.management.port", Integer.toString(FreePort.next()),
            "caravan.embedded.mqtt.port", Integer.toString(mqtt),
            "caravan.embedded.kafka.port", Integer.toString(FreePort.next()),
            "caravan.embedded.postgres.port", Integer.toString(FreePort.next()));

    @Test
    void theDemoShowsDataAndGoesOnWithThemAfterAKill() throws Exception {
        try (Folder folder = Folder.create()) {
            String data = folder.path().resolve("data").toString();
            try (ChildCaravan demo = ChildCaravan.start(ports, "demo", "--data", data)) {
                awaitReady(demo);
                assertThat(api.get("/api/devices").statusCode()).isEqualTo(401);
                Api api = this.api.as(token(data));
                await().untilAsserted(() -> assertThat(api.all("/api/devices")).isNotEmpty());
                await().untilAsserted(
                                () -> assertThat(api.all("/api/readings?device=f2-e4fd45f654be&metric=1.1.temperature"))
                                        .as("by the parameters of the sample")
                                        .isNotEmpty());
                await().until(() -> demo.output().contains("Try next"));
                assertThatThrownBy(() -> publish("", 1)).hasCauseInstanceOf(Mqtt5ConnAckException.class);
                publish(
                        userIn(demo.output())
                                + ':'
                                + Files.readString(Path.of(data, "my-device-password"))
                                        .strip()
                                + '@',
                        1);
                await().untilAsserted(() ->
                        assertThat(api.all("/api/readings?device=my-device")).hasSize(1));
                List<String> secrets = useSecrets(api, data);
                String log = demo.output();
                assertThat(secrets).hasSizeGreaterThan(8).allSatisfy(secret -> assertThat(log)
                        .doesNotContain(secret));
                demo.kill();
            }
            try (ChildCaravan demo = ChildCaravan.start(ports, "demo", "--data", data, "--no-simulator", "--open")) {
                awaitReady(demo);
                await().until(() -> demo.output().contains("Try next"));
                assertThat(demo.output()).doesNotContain("/api/devices/breaker-001");
                publish("", 2);
                await().untilAsserted(() ->
                        assertThat(api.all("/api/readings?device=my-device")).hasSize(2));

                demo.terminate();
                assertThat(demo.exitCode()).isIn(0, 143);
                assertThat(serversOn(data)).isZero();
                assertThat(Files.exists(Path.of(data, "postgres", "postmaster.pid")))
                        .isFalse();
            }
        }
    }

    /** All secrets that there are, each of them used well and badly. */
    private List<String> useSecrets(Api api, String data) throws Exception {
        List<String> secrets = new ArrayList<>();
        for (String file : List.of(
                "auth-secret",
                "master-key",
                "my-device-password",
                "database-password",
                "database-superuser-password")) {
            secrets.add(Files.readString(Path.of(data, file)).strip());
        }
        String master = secrets.get(1);
        secrets.add(secret(
                this.api.post("/api/generate-token", "{\"tenant_id\":\"default\"}", "x-master-key", master), "/token"));
        secrets.add(secret(api.post("/api/devices", "{\"device_id\":\"spied-on\"}"), "/mqtt/password"));
        secrets.add(secret(api.post("/api/devices/spied-on/credentials", ""), "/mqtt/password"));
        String provisioning = secret(api.post("/api/provisioning-key", ""), "/provisioning_key");
        secrets.add(provisioning);
        String key = secret(
                api.post(
                        "/api/applications",
                        "{\"name\":\"spy\",\"description\":\"x\",\"version\":\"1.0.0\",\"developer\":\"d\",\"contact_email\":\"spy@example.com\",\"category\":\"monitoring\",\"platform\":\"web\",\"devicetypes\":[\"smart_meter\"]}"),
                "/application/api_key");
        secrets.add(key);
        secrets.add(secret(this.api.post("/api/applications/token", "", "x-api-key", key), "/token"));
        for (String secret : List.copyOf(secrets)) {
            this.api.as(secret + "x").get("/api/devices");
            this.api.post("/api/applications/token", "", "x-api-key", secret + "x");
            this.api.post("/api/generate-token", "{\"tenant_id\":\"" + secret + "\"}", "x-master-key", secret + "x");
            this.api.get("/api/devices?token=" + secret);
        }
        return secrets;
    }

    private static String secret(HttpResponse<String> answer, String pointer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        String secret = Api.MAPPER.readTree(answer.body()).at(pointer).textValue();
        assertThat(secret).as(answer.body()).isNotBlank();
        return secret;
    }

    private String token(String data) throws Exception {
        try (ChildCaravan command = ChildCaravan.start(ports, "token", "--data", data)) {
            assertThat(command.exitCode()).isZero();
            return command.output().strip();
        }
    }

    /** The guide tells it when all is there. */
    private static String userIn(String output) {
        Matcher user = Pattern.compile("mosquitto_pub -p \\d+ -u (\\S+)").matcher(output);
        assertThat(user.find()).as(output).isTrue();
        return user.group(1);
    }

    private void awaitReady(ChildCaravan demo) {
        try {
            await().until(() -> {
                if (!demo.isAlive()) {
                    throw new AssertionError("The demo has ended:\n" + demo.output());
                }
                return api.isReady();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + demo.report(), e);
        }
    }

    private void publish(String login, int value) throws IOException {
        try (MqttDevice device = MqttDevice.mqtt5("tcp://" + login + "127.0.0.1:" + mqtt)) {
            device.publish("iot/my-device/raw", "{\"measurements\":{\"voltage\":" + value + "}}");
        }
    }

    private static long serversOn(String data) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(data))
                .count();
    }
}
