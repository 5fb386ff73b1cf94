package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.embedded.MqttAccess;
import io.caravan.registry.DeviceRegistry;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.MqttUserFeed;
import io.caravan.tenant.MqttUsers;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The life of devices on real servers, at a broker that lets in whom the database knows. */
class DevicesIT {

    private static final String PASSWORD = new Credentials(null).fresh().password();

    private static Folder folder;
    private static EmbeddedServers servers;
    private static MqttUserFeed feed;
    private static RunningCaravan caravan;
    private static Api api;

    private final List<Mqtt5AsyncClient> clients = new ArrayList<>();
    private final BlockingQueue<Mqtt5Publish> heard = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() throws Exception {
        folder = Folder.create();
        MqttUsers users = new MqttUsers(new DeviceRegistry(Path.of("config/device-registry.json")));
        servers = EmbeddedServers.start(
                folder.path(), EmbeddedServers.Ports.ANY, MqttAccess.secured("service", PASSWORD, users));
        feed = new MqttUserFeed(
                users,
                Path.of("sql"),
                servers.jdbcUrl(),
                "caravan",
                servers.postgres().password());
        caravan = RunningCaravan.ready(
                servers, Map.of("caravan.mqtt.username", "service", "caravan.mqtt.password", PASSWORD));
        api = caravan.api();
    }

    @AfterAll
    static void stop() throws Exception {
        caravan.close();
        feed.close();
        servers.close();
        folder.close();
    }

    @AfterEach
    void leave() {
        clients.stream().filter(client -> client.getState().isConnected()).forEach(client -> client.disconnect()
                .join());
    }

    @Test
    void aDeviceIsOnboardedMeasuresAnswersACommandAndIsTakenOutOfService() throws Exception {
        JsonNode device = post("/api/devices", "{\"device_id\":\"room-1\",\"label\":\"Room 1\"}", 201);
        Mqtt5AsyncClient client = connected(device);
        publish(client, device.at("/mqtt/publish").textValue(), "{\"temperature\":21.5}");
        await().untilAsserted(() -> assertThat(
                        api.json("/api/devices/room-1/latest").at("/0/value").doubleValue())
                .isEqualTo(21.5));

        aCommandIsAnswered(client, device.at("/mqtt/commands").textValue());

        JsonNode renewed = post("/api/devices/room-1/credentials", "", 200);
        await().untilAsserted(() -> assertThat(client.getState().isConnected()).isFalse());
        Mqtt5AsyncClient again = connected(renewed);
        assertThatThrownBy(() -> connect(device)).as("the old password").isNotNull();

        assertThat(api.delete("/api/devices/room-1").statusCode()).isEqualTo(204);
        await().untilAsserted(() -> assertThat(again.getState().isConnected()).isFalse());
        assertThatThrownBy(() -> connect(renewed)).isNotNull();
        assertThat(api.json("/api/readings?device=room-1")).as("its history").hasSize(1);

        JsonNode gateway = post("/api/devices", "{\"device_id\":\"gateway\"}", 201);
        Rows rows = new Rows(servers);
        rows.execute(
                "UPDATE mqtt_users SET kind = 'gateway', devices = '{gateway,room-1}' WHERE devices = '{gateway}'");
        Mqtt5AsyncClient link = connected(gateway);
        // refused or disconnected until the broker has heard of its rights
        await().ignoreException(CompletionException.class).untilAsserted(() -> {
            if (!link.getState().isConnected()) {
                link.connect().join();
            }
            publish(link, "iot/default/room-1/raw", "{\"temperature\":22}");
            assertThat(api.json("/api/dead-letters?reason=decommissioned-device&device=room-1"))
                    .isNotEmpty();
        });
        assertThat(api.get("/api/devices/room-1").statusCode()).isEqualTo(404);
        publish(link, "iot/default/room-1/raw", "{\"temperature\":23}");
        await().untilAsserted(() ->
                assertThat(api.get("/api/dead-letters?device=room-1").body()).contains("{\\\"temperature\\\":23}"));
        assertThat(api.all("/api/readings?device=room-1"))
                .extracting(reading -> reading.get("value").doubleValue())
                .doesNotContain(23.0);
    }

    private void aCommandIsAnswered(Mqtt5AsyncClient client, String topic) throws Exception {
        subscribe(client, topic);
        JsonNode command = post("/api/devices/room-1/commands?expires_in=600", "{\"set\":19}", 202);
        Mqtt5Publish told = heard.poll(60, TimeUnit.SECONDS);
        assertThat(new String(told.getPayloadAsBytes(), UTF_8)).isEqualTo("{\"set\":19}");
        assertThat(told.getMessageExpiryInterval().getAsLong()).isBetween(1L, 601L);
        String path =
                "/api/devices/room-1/commands/" + command.get("command_id").textValue();
        await().untilAsserted(() ->
                assertThat(api.json(path).get("state").textValue()).isEqualTo("delivered"));

        publish(client, told.getResponseTopic().orElseThrow().toString(), "{\"done\":true}");

        await().untilAsserted(() ->
                assertThat(api.json(path).get("state").textValue()).isEqualTo("acknowledged"));
        assertThat(api.json(path).get("answer").textValue()).isEqualTo("{\"done\":true}");
        assertThat(api.json(path).get("text").textValue()).isEqualTo("{\"set\":19}");
        assertThat(api.json("/api/devices/room-1/commands")).hasSize(1);

        JsonNode late = post("/api/devices/room-1/commands?expires_in=1", "late", 202);
        String latePath =
                "/api/devices/room-1/commands/" + late.get("command_id").textValue();
        await().untilAsserted(() ->
                assertThat(api.json(latePath).get("state").textValue()).isEqualTo("expired"));
    }

    @Test
    void aGatewayPublishesForItsDevicesAndBelowItsPrefixesUntilItIsRemoved() throws Exception {
        JsonNode gateway =
                post("/api/gateways", "{\"devices\":[\"wired-1\"],\"topic_prefixes\":[\"building/cellar\"]}", 201);
        String path = "/api/gateways/" + gateway.get("username").textValue();
        Mqtt5AsyncClient client = connected(gateway);
        await().ignoreExceptions().untilAsserted(() -> publish(client, "building/cellar/data", room("cellar-1")));
        publish(client, "iot/default/wired-1/raw", "{\"temperature\":21}");
        assertRefused(client, "iot/default/wired-2/raw");
        assertRefused(client, "building/attic/data");
        assertRefused(client, "building/cellar2");

        assertThat(api.patch(path, "{\"devices\":[\"wired-1\",\"wired-2\"]}").statusCode())
                .isEqualTo(200);
        await().ignoreExceptions()
                .untilAsserted(() -> publish(client, "iot/default/wired-2/raw", "{\"temperature\":22}"));
        assertThat(client.getState().isConnected()).as("who may do more stays").isTrue();
        for (String device : List.of("cellar-1", "wired-1", "wired-2")) {
            await().untilAsserted(() ->
                    assertThat(api.json("/api/devices/" + device + "/latest")).isNotEmpty());
        }

        assertThat(api.patch(path, "{\"devices\":[\"wired-2\"]}").statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(client.getState().isConnected()).isFalse());
        Mqtt5AsyncClient second = connected(gateway);
        assertRefused(second, "iot/default/wired-1/raw");
        publish(second, "iot/default/wired-2/raw", "{\"temperature\":23}");

        JsonNode renewed = post(path + "/credentials", "", 200);
        await().untilAsserted(() -> assertThat(second.getState().isConnected()).isFalse());
        Mqtt5AsyncClient third = connected(renewed);
        assertThatThrownBy(() -> connect(gateway)).as("the old password").isNotNull();

        assertThat(api.delete(path).statusCode()).isEqualTo(204);
        await().untilAsserted(() -> assertThat(third.getState().isConnected()).isFalse());
        assertThatThrownBy(() -> connect(renewed)).isNotNull();
    }

    /** As the simulator of the old building system says it. */
    private static String room(String device) {
        return "{\"deviceId\":\"" + device + "\",\"temperature\":20}";
    }

    private static void assertRefused(Mqtt5AsyncClient client, String topic) {
        assertThatThrownBy(() -> publish(client, topic, "{}")).as(topic).hasCauseInstanceOf(Mqtt5PubAckException.class);
    }

    @Test
    void aStrikeOpens() throws Exception {
        JsonNode device = post("/api/devices", "{\"device_id\":\"f2-ac1234567890\",\"label\":\"Door\"}", 201);
        Mqtt5AsyncClient controller = connected(device);
        subscribe(controller, "cmnd/f2-ac1234567890/#");

        JsonNode command = post(
                "/api/devices/f2-ac1234567890/commands?target=access-control-mode/1/strike-2&expires_in=600",
                "{\"power-flag\":1,\"period\":5}",
                202);

        Mqtt5Publish told = heard.poll(60, TimeUnit.SECONDS);
        assertThat(told.getTopic()).hasToString("cmnd/f2-ac1234567890/access-control-mode/1/strike-2");
        assertThat(new String(told.getPayloadAsBytes(), UTF_8)).isEqualTo("{\"power-flag\":1,\"period\":5}");
        publish(controller, "stat/f2-ac1234567890/access-control-mode/1/strike-2", "{\"status\":true}");
        String path = "/api/devices/f2-ac1234567890/commands/"
                + command.get("command_id").textValue();
        await().untilAsserted(() ->
                assertThat(api.json(path).get("state").textValue()).isEqualTo("acknowledged"));
        assertThat(api.json(path).get("answer").textValue()).contains("\"status\"");
    }

    @Test
    void devicesOfATableAndThoseThatRegisterThemselvesComeIn() throws Exception {
        StringBuilder table = new StringBuilder("device_id,label,device_type\n");
        for (int n = 1; n <= 10; n++) {
            table.append("table-").append(n).append(",Device ").append(n).append(",environmental_sensor\n");
        }
        HttpResponse<String> report = api.post("/api/devices/import", table.toString(), "Content-Type", "text/csv");
        JsonNode lines = Api.MAPPER.readTree(report.body()).get("lines");
        assertThat(lines).hasSize(10);
        for (JsonNode line : lines) {
            publish(connected(line), line.at("/mqtt/publish").textValue(), "{\"humidity\":40}");
        }
        String key =
                post("/api/provisioning-key", "", 201).get("provisioning_key").textValue();
        HttpResponse<String> registered =
                api.post("/api/provision", "{\"device_id\":\"self-1\"}", "X-Provisioning-Key", key);
        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(201);
        JsonNode self = Api.MAPPER.readTree(registered.body());
        publish(connected(self), "iot/default/self-1/raw", "{\"humidity\":41}");

        for (String id : List.of("table-1", "table-10", "self-1")) {
            await().untilAsserted(() ->
                    assertThat(api.json("/api/devices/" + id + "/latest")).hasSize(1));
        }
    }

    private static JsonNode post(String path, String body, int status) throws Exception {
        HttpResponse<String> answer = api.post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return Api.MAPPER.readTree(answer.body());
    }

    /** The broker hears of a new user a moment later. */
    private Mqtt5AsyncClient connected(JsonNode device) {
        return await().ignoreExceptions().until(() -> connect(device), client -> true);
    }

    private Mqtt5AsyncClient connect(JsonNode device) {
        URI broker = URI.create(servers.mqttUrl());
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .serverHost(broker.getHost())
                .serverPort(broker.getPort())
                .simpleAuth()
                .username(device.at("/mqtt/username").textValue())
                .password(device.at("/mqtt/password").textValue().getBytes(UTF_8))
                .applySimpleAuth()
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, heard::add);
        client.connect().join();
        clients.add(client);
        return client;
    }

    private static void subscribe(Mqtt5AsyncClient client, String filter) {
        client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();
    }

    private static void publish(Mqtt5AsyncClient client, String topic, String payload) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(UTF_8))
                .send()
                .join();
    }
}
