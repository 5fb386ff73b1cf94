package io.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.Patience;
import io.caravan.registry.DeviceRegistry;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.MqttUser;
import io.caravan.tenant.MqttUsers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients that lie get from the embedded broker. */
@Timeout(20)
class MqttSecurityIT {

    private static final String SERVICE_PASSWORD = new Credentials(null).fresh().password();

    @TempDir
    static Path data;

    private static MqttUsers users;
    private static EmbeddedMqtt broker;

    private final List<Mqtt5AsyncClient> clients = new ArrayList<>();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final Credentials.Secret secret = new Credentials(null).fresh();
    private final Credentials.Secret othersSecret = new Credentials(null).fresh();

    @BeforeAll
    static void start() {
        users = new MqttUsers(new DeviceRegistry(Path.of("config/device-registry.json")));
        broker = EmbeddedMqtt.start(data, 0, MqttAccess.secured("caravan", SERVICE_PASSWORD, users));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void twoTenants() {
        take(user("acme-d", "acme", secret, "d"), user("other-d", "other", othersSecret, "d"));
    }

    @AfterEach
    void leave() {
        clients.stream().filter(client -> client.getState().isConnected()).forEach(client -> client.disconnect()
                .join());
        users.take(List.of(), List.of());
    }

    @Test
    void nobodyComesInWithoutAPasswordOrWithAWrongOne() {
        assertRefused(null, null);
        assertRefused("acme-d", "");
        assertRefused("acme-d", secret.password() + "x");
        assertRefused("acme-d", othersSecret.password());
        assertRefused("other", secret.password());
        assertRefused("", "");
        assertRefused("caravan", "");
        assertRefused("caravan", "caravan");
        assertRefused("caravan", secret.password());
    }

    @Test
    void theBrokersOwnUserHasNoPasswordThatTheWorldKnows() {
        assertRefused("ACTIVEMQ.CLUSTER.ADMIN.USER", "CHANGE ME!!");
    }

    @Test
    void aDevicePublishesToItsOwnTopicsAndHearsItsCommands() {
        Mqtt5AsyncClient service = service();
        subscribe(service, "iot/#").join();
        Mqtt5AsyncClient device = device();

        publish(device, "iot/acme/d/raw", "1").join();
        subscribe(device, "iot/acme/d/commands").join();
        publish(service, "iot/acme/d/commands", "open").join();

        await().untilAsserted(() -> assertThat(heard)
                .containsExactlyInAnyOrder("iot/acme/d/raw 1", "iot/acme/d/commands open", "iot/acme/d/commands open"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iot/other/d/raw",
                "iot/acme/e/raw",
                "iot/acme/d/commands",
                "iot/d/raw",
                "building/room1/data",
                "$SYS/broker/version",
                "$sys/mqtt/retain/iot/acme/d/raw",
                "activemq/management",
                "iot.acme.d.raw",
                "iot/acme.d/raw",
                "x"
            })
    void whatIsNotItsOwnIsNotItsToPublish(String topic) {
        Mqtt5AsyncClient service = service();
        subscribe(service, "#").join();
        subscribe(service, "$SYS/broker/version").join();
        subscribe(service, topic).join();
        Mqtt5AsyncClient device = device();

        assertThatThrownBy(() -> publish(device, topic, "lie").join()).hasCauseInstanceOf(Mqtt5PubAckException.class);
        assertThat(device.getState().isConnected()).isTrue();
        publish(device, "iot/acme/d/raw", "truth").join();
        await().untilAsserted(() -> assertThat(heard).contains("iot/acme/d/raw truth"));
        assertThat(heard).noneMatch(message -> message.endsWith(" lie"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#",
                "+/#",
                "+/acme/d/raw",
                "iot/#",
                "iot/+/+/commands",
                "iot/acme/+/commands",
                "iot/acme/d/#",
                "iot/acme/d/raw",
                "iot/other/d/commands",
                "$SYS/#",
                "$SYS/broker/publish/messages/received",
                "$sys/mqtt/retain/#",
                "activemq/notifications",
                "iot.acme.d.commands"
            })
    void whatIsNotItsOwnIsNotItsToSubscribe(String filter) {
        Mqtt5AsyncClient device = device();

        assertThatThrownBy(() -> subscribe(device, filter).join()).hasCauseInstanceOf(Mqtt5SubAckException.class);
        publish(service(), "iot/acme/d/raw", "1").join();
        assertThat(heard).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$share/ingest/iot/#",
                "$share/x/iot/acme/d/commands",
                "iot/acme/d/commands::ingest.iot",
                "iot/acme/d\\/commands"
            })
    void sharedSubscriptionsAndNamesOfQueuesEndTheConnection(String filter) {
        Mqtt5AsyncClient ingest = service();
        subscribe(ingest, "$share/ingest/iot/#").join();
        Mqtt5AsyncClient device = device();

        subscribe(device, filter);

        await().until(() -> !device.getState().isConnected());
        publish(ingest, "iot/acme/d/raw", "still here").join();
        await().untilAsserted(() -> assertThat(heard).containsExactly("iot/acme/d/raw still here"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iot/acme/d/raw::ingest.iot", "iot/acme/d\\/raw", "iot.acme.d.raw\\/"})
    void namesThatMeanSomethingElseToTheBrokerEndTheConnection(String topic) {
        Mqtt5AsyncClient device = device();

        publish(device, topic, "1");

        await().until(() -> !device.getState().isConnected());
    }

    @Test
    void anMqtt3DeviceThatPublishesElsewhereIsClosed() {
        Mqtt3AsyncClient device = MqttClient.builder()
                .useMqttVersion3()
                .serverHost("127.0.0.1")
                .serverPort(broker.port())
                .simpleAuth()
                .username("acme-d")
                .password(secret.password().getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .buildAsync();
        device.connect().join();
        device.publishWith()
                .topic("iot/acme/d/raw")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();

        device.publishWith().topic("iot/other/d/raw").qos(MqttQos.AT_LEAST_ONCE).send();

        await().until(() -> !device.getState().isConnected());
    }

    @Test
    void aWillIsAPublishLikeAnyOther() {
        assertThatThrownBy(
                        () -> connectWithWill("iot/other/d/status", new byte[1]).join())
                .hasCauseInstanceOf(Mqtt5ConnAckException.class);
        assertThatThrownBy(() -> connectWithWill("iot/acme/d/status", new byte[PacketRules.MAX_KEPT_BYTES + 1])
                        .join())
                .hasCauseInstanceOf(Mqtt5ConnAckException.class);
        connectWithWill("iot/acme/d/status", new byte[PacketRules.MAX_KEPT_BYTES])
                .join();
    }

    @Test
    void payloadsAndWhatIsRetainedAreBounded() {
        Mqtt5AsyncClient device = device();
        publish(device, "iot/acme/d/raw", new byte[PacketRules.MAX_PAYLOAD_BYTES], false)
                .join();
        publish(device, "iot/acme/d/status", new byte[PacketRules.MAX_KEPT_BYTES], true)
                .join();
        publish(device, "iot/acme/d/status", new byte[0], true).join();

        publish(device, "iot/acme/d/status", new byte[PacketRules.MAX_KEPT_BYTES + 1], true);
        await().until(() -> !device.getState().isConnected());

        Mqtt5AsyncClient again = device();
        publish(again, "iot/acme/d/raw", new byte[PacketRules.MAX_PAYLOAD_BYTES + 1], false);
        await().until(() -> !again.getState().isConnected());
    }

    @Test
    void aSessionCannotBeTakenOverByItsClientId() {
        Mqtt5AsyncClient victim = connect("acme-d", secret.password(), "pump-7");
        subscribe(victim, "iot/acme/d/commands").join();
        Mqtt5AsyncClient service = connect("caravan", SERVICE_PASSWORD, "caravan-iot-0");

        Mqtt5AsyncClient thief = connect("other-d", othersSecret.password(), "pump-7");
        connect("other-d", othersSecret.password(), "caravan-iot-0");
        connect("other-d", othersSecret.password(), "acme-d/pump-7");

        publish(service, "iot/acme/d/commands", "secret").join();
        await().untilAsserted(() -> assertThat(heard).containsExactly("iot/acme/d/commands secret"));
        assertThat(victim.getState().isConnected()).isTrue();
        assertThat(service.getState().isConnected()).isTrue();
        assertThat(thief.getState().isConnected()).isTrue();
    }

    @Test
    void aDurableSessionGoesOnUnderTheSameClientId() {
        Mqtt5AsyncClient device = connect("acme-d", secret.password(), "pump-8", 30);
        subscribe(device, "iot/acme/d/commands").join();
        device.disconnect().join();
        publish(service(), "iot/acme/d/commands", "while away").join();

        connect("acme-d", secret.password(), "pump-8", 30);

        await().untilAsserted(() -> assertThat(heard).containsExactly("iot/acme/d/commands while away"));
    }

    @Test
    void whoIsRevokedIsOutAtOnce() {
        Mqtt5AsyncClient device = device();
        Mqtt5AsyncClient other = connect("other-d", othersSecret.password(), "o");

        users.change(List.of("acme-d"), List.of());

        await().until(() -> !device.getState().isConnected());
        assertRefused("acme-d", secret.password());
        assertThat(other.getState().isConnected()).isTrue();
    }

    @Test
    void aRevokedDevicesWillIsNotPublished() {
        Mqtt5AsyncClient service = service();
        subscribe(service, "iot/#").join();
        connectWithWill("iot/acme/d/status", new byte[] {'w'}).join();

        users.change(List.of("acme-d"), List.of());

        await().until(() -> !clients.get(1).getState().isConnected());
        publish(service, "iot/acme/x/raw", "after").join();
        await().untilAsserted(() -> assertThat(heard).containsExactly("iot/acme/x/raw after"));
    }

    @Test
    void anotherPasswordEndsConnectionsByTheOldOne() {
        Mqtt5AsyncClient device = device();
        Credentials.Secret next = new Credentials(null).fresh();

        users.change(List.of("acme-d"), List.of(user("acme-d", "acme", next, "d")));

        await().until(() -> !device.getState().isConnected());
        assertRefused("acme-d", secret.password());
        publish(connect("acme-d", next.password(), "again"), "iot/acme/d/raw", "1")
                .join();
    }

    @Test
    void aGatewayLosesWhatItNoLongerHolds() {
        take(user("g", "acme", secret, "d", "e"));
        Mqtt5AsyncClient gateway = connect("g", secret.password(), "g");
        publish(gateway, "iot/acme/e/raw", "1").join();

        users.change(List.of("g"), List.of(user("g", "acme", secret, "d", "e", "f")));
        publish(gateway, "iot/acme/f/raw", "1").join();
        users.change(List.of("g"), List.of(user("g", "acme", secret, "d")));

        await().until(() -> !gateway.getState().isConnected());
        Mqtt5AsyncClient again = connect("g", secret.password(), "g");
        publish(again, "iot/acme/d/raw", "1").join();
        assertThatThrownBy(() -> publish(again, "iot/acme/e/raw", "1").join())
                .hasCauseInstanceOf(Mqtt5PubAckException.class);
    }

    private static MqttUser user(String name, String tenant, Credentials.Secret secret, String... devices) {
        return new MqttUser(name, tenant, secret.sha256(), null, true, List.of(devices), List.of());
    }

    private static void take(MqttUser... all) {
        users.take(List.of(all), List.<Map<String, Object>>of());
    }

    private Mqtt5AsyncClient service() {
        return connect("caravan", SERVICE_PASSWORD, "caravan-" + clients.size());
    }

    private Mqtt5AsyncClient device() {
        return connect("acme-d", secret.password(), "device-" + clients.size());
    }

    private void assertRefused(String name, String password) {
        assertThatThrownBy(() -> connect(name, password, "x")).hasCauseInstanceOf(Mqtt5ConnAckException.class);
    }

    private Mqtt5AsyncClient connect(String name, String password, String clientId) {
        return connect(name, password, clientId, 0);
    }

    private Mqtt5AsyncClient connect(String name, String password, String clientId, int sessionExpiry) {
        Mqtt5AsyncClient client = client(name, password, clientId);
        client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(sessionExpiry)
                .send()
                .join();
        return client;
    }

    private CompletableFuture<?> connectWithWill(String topic, byte[] payload) {
        return client("acme-d", secret.password(), "will")
                .connectWith()
                .willPublish(
                        Mqtt5Publish.builder().topic(topic).payload(payload).build())
                .send();
    }

    private Mqtt5AsyncClient client(String name, String password, String clientId) {
        var builder = MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(broker.port());
        Mqtt5AsyncClient client = name == null
                ? builder.buildAsync()
                : builder.simpleAuth()
                        .username(name)
                        .password(password.getBytes(StandardCharsets.UTF_8))
                        .applySimpleAuth()
                        .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                message -> heard.add(
                        message.getTopic() + " " + new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8)));
        clients.add(client);
        return client;
    }

    private static CompletableFuture<?> publish(Mqtt5AsyncClient client, String topic, String payload) {
        return publish(client, topic, payload.getBytes(StandardCharsets.UTF_8), false);
    }

    private static CompletableFuture<?> publish(Mqtt5AsyncClient client, String topic, byte[] payload, boolean retain) {
        return client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(retain)
                .payload(payload)
                .send()
                .thenAccept(result -> result.getError().ifPresent(error -> {
                    throw new java.util.concurrent.CompletionException(error);
                }))
                .orTimeout(Patience.LONGEST.toSeconds(), TimeUnit.SECONDS);
    }

    private static CompletableFuture<?> subscribe(Mqtt5AsyncClient client, String filter) {
        return client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
    }
}
