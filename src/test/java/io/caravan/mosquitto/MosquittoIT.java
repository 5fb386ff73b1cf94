package io.caravan.mosquitto;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import io.caravan.Application;
import io.caravan.embedded.TestCertificate;
import io.caravan.ingest.InFlightBytes;
import io.caravan.ingest.MqttClients;
import io.caravan.ingest.MqttSettings;
import io.caravan.it.Api;
import io.caravan.registry.DeviceRegistry;
import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import io.caravan.settings.TlsFiles;
import io.caravan.store.Postgres;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.MqttUser;
import io.caravan.tenant.MqttUsers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The mosquitto of this machine, started as compose.yaml starts it. */
@Timeout(60)
class MosquittoIT {

    private static final List<String> PLACES =
            List.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto");
    private static final String PASSWORD = "0123456789abcdef0123456789abcdef";
    private static final byte[] KEY = PASSWORD.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER_KEY = "another key of thirty-two letters".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private final Credentials credentials = new Credentials(KEY);
    private final Credentials.Secret secret = credentials.fresh();
    private final Credentials.Secret othersSecret = credentials.fresh();
    private final MqttUsers users = new MqttUsers(new DeviceRegistry(Path.of("config/device-registry.json")));
    private final List<Mqtt5AsyncClient> clients = new ArrayList<>();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private int port;
    private Process broker;
    private Control control;
    private DynamicSecurity security;

    @BeforeEach
    void start() throws Exception {
        assumeThat(PLACES)
                .as("mosquitto is not installed here (Debian: apt-get install mosquitto)")
                .anyMatch(place -> Files.isExecutable(Path.of(place)));
        for (String name : List.of("secrets", "run", "data")) {
            Files.createDirectory(folder.resolve(name));
        }
        Files.writeString(folder.resolve("secrets/mqtt_password"), PASSWORD);
        port = freePort();
        startBroker();
        control = new Control("tcp://127.0.0.1:" + port, () -> TlsFiles.NONE, "caravan", () -> PASSWORD, "caravan");
        security = new DynamicSecurity(control, users, credentials);
    }

    @AfterEach
    void stop() throws InterruptedException {
        clients.stream().filter(client -> client.getState().isConnected()).forEach(client -> client.disconnect()
                .join());
        if (control != null) {
            control.close();
        }
        if (broker != null) {
            broker.destroy();
            broker.waitFor();
        }
    }

    @Test
    void usersComeAndGoWithTheirRights() throws Exception {
        take(user("acme-d", "acme", secret, "d"), user("other-d", "other", othersSecret, "d"));
        reconcile();
        assertThat(security.plan()).as("all is as it should be").isEmpty();

        Mqtt5AsyncClient service = connect("caravan", PASSWORD);
        subscribe(service, "iot/#").join();
        subscribe(service, "$share/ingest/building/#").join();
        Mqtt5AsyncClient device = connect("acme-d", secret.password());
        publish(device, "iot/acme/d/raw").join();
        subscribe(device, "iot/acme/d/commands").join();
        publish(service, "iot/acme/d/commands").join();
        await().untilAsserted(() ->
                assertThat(heard).contains("iot/acme/d/raw", "iot/acme/d/commands", "iot/acme/d/commands"));

        for (String topic : List.of(
                "iot/other/d/raw",
                "iot/acme/e/raw",
                "iot/acme/d/commands",
                "building/room1/data",
                "$CONTROL/dynamic-security/v1",
                "$SYS/x")) {
            assertThatThrownBy(() -> publish(device, topic).join())
                    .as(topic)
                    .hasCauseInstanceOf(Mqtt5PubAckException.class);
        }
        for (String filter : List.of(
                "#",
                "iot/#",
                "iot/acme/+/commands",
                "iot/other/d/commands",
                "$SYS/#",
                "$CONTROL/#",
                "$share/ingest/building/#",
                "$share/x/iot/acme/d/commands")) {
            assertThatThrownBy(() -> subscribe(device, filter).join())
                    .as(filter)
                    .hasCauseInstanceOf(Mqtt5SubAckException.class);
        }
        assertThatThrownBy(() -> connect("acme-d", othersSecret.password()))
                .hasCauseInstanceOf(Mqtt5ConnAckException.class);
        assertThatThrownBy(() -> connect("nobody", "x")).hasCauseInstanceOf(Mqtt5ConnAckException.class);

        take(user("other-d", "other", othersSecret, "d"));
        reconcile();
        await().until(() -> !device.getState().isConnected());
        assertThatThrownBy(() -> connect("acme-d", secret.password())).hasCauseInstanceOf(Mqtt5ConnAckException.class);
        connect("other-d", othersSecret.password());
        assertThat(service.getState().isConnected()).isTrue();
    }

    @Test
    @Timeout(180)
    void aGatewayOfTheApiSpeaksBelowItsPrefixUntilItIsRemoved() throws Exception {
        int http = freePort();
        Settings settings = Settings.load(Path.of("application.properties"), Map.of())
                .with(Map.of(
                        "caravan.http.port",
                        Integer.toString(http),
                        "caravan.management.port",
                        Integer.toString(freePort()),
                        "caravan.auth.enabled",
                        "false",
                        "caravan.mqtt.url",
                        "tcp://127.0.0.1:" + port,
                        "caravan.mqtt.username",
                        "caravan",
                        "caravan.mqtt.password",
                        PASSWORD,
                        "caravan.mqtt.dynamic-security",
                        "true",
                        "caravan.mqtt.credentials-key",
                        PASSWORD,
                        "caravan.kafka.brokers",
                        "127.0.0.1:1", // nobody's: users come and go without it
                        "caravan.db.url",
                        Postgres.migratedDatabase()));
        Mqtt5AsyncClient service = connect("caravan", PASSWORD);
        subscribe(service, "building/#").join();
        try (Application caravan = new Application(settings, EnumSet.of(Stage.INGEST, Stage.API))) {
            caravan.start();
            Api api = new Api(http);
            await().atMost(ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> api.get("/livez").statusCode() == 200);
            JsonNode made = gateway(api, "{\"topic_prefixes\":[\"building/room1\",\"building/room2\"]}");
            JsonNode neighbour = gateway(api, "{\"topic_prefixes\":[\"building/room3\"]}");

            Mqtt5AsyncClient gateway = connected(made);
            Mqtt5AsyncClient other = connected(neighbour);
            publish(gateway, "building/room1/data").join();
            subscribe(gateway, "building/room1/#").join();
            await().untilAsserted(() -> assertThat(heard).contains("building/room1/data"));
            for (String topic :
                    List.of("building/room3/data", "building", "building/room11/data", "iot/default/d/raw", "$SYS/x")) {
                assertThatThrownBy(() -> publish(gateway, topic).join())
                        .as(topic)
                        .hasCauseInstanceOf(Mqtt5PubAckException.class);
            }
            for (String filter :
                    List.of("#", "building/#", "building/+/data", "building/room3/#", "$share/x/building/room1/#")) {
                assertThatThrownBy(() -> subscribe(gateway, filter).join())
                        .as(filter)
                        .hasCauseInstanceOf(Mqtt5SubAckException.class);
            }

            String path = "/api/gateways/" + made.get("username").textValue();
            assertThat(api.patch(path, "{\"topic_prefixes\":[\"building/room1\"]}")
                            .statusCode())
                    .isEqualTo(200);
            await().untilAsserted(() -> assertThatThrownBy(() ->
                            publish(connected(made), "building/room2/data").join())
                    .hasCauseInstanceOf(Mqtt5PubAckException.class));
            publish(connected(made), "building/room1/data").join();

            assertThat(api.delete(path).statusCode()).isEqualTo(204);
            await().until(() -> clients.stream()
                    .noneMatch(client -> client != service
                            && client != other
                            && client.getState().isConnected()));
            assertThatThrownBy(() -> connect(
                            made.get("username").textValue(),
                            made.at("/mqtt/password").textValue()))
                    .hasCauseInstanceOf(Mqtt5ConnAckException.class);
            publish(other, "building/room3/data").join();
        }
    }

    private static JsonNode gateway(Api api, String body) throws Exception {
        HttpResponse<String> answer = api.post("/api/gateways", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Api.MAPPER.readTree(answer.body());
    }

    /** As soon as the broker knows it. */
    private Mqtt5AsyncClient connected(JsonNode gateway) {
        return await().ignoreExceptions()
                .until(
                        () -> connect(
                                gateway.get("username").textValue(),
                                gateway.at("/mqtt/password").textValue()),
                        client -> true);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void anotherPasswordAndOtherRightsAreBroughtToTheBroker() throws Exception {
        take(user("acme-d", "acme", secret, "d"));
        reconcile();
        Mqtt5AsyncClient device = connect("acme-d", secret.password());
        Credentials.Secret next = credentials.fresh();

        take(user("acme-d", "acme", next, "d", "e"));
        reconcile();

        await().until(() -> !device.getState().isConnected());
        assertThatThrownBy(() -> connect("acme-d", secret.password())).hasCauseInstanceOf(Mqtt5ConnAckException.class);
        publish(connect("acme-d", next.password()), "iot/acme/e/raw").join();
    }

    @Test
    void whatSomebodyHasChangedAtTheBrokerIsMended() throws Exception {
        take(user("acme-d", "acme", secret, "d"));
        reconcile();
        com.fasterxml.jackson.databind.ObjectMapper json = new com.fasterxml.jackson.databind.ObjectMapper();
        control.ask(
                List.of((ObjectNode) json.readTree("{\"command\":\"addRoleACL\",\"rolename\":\"caravan-user-acme-d\","
                        + "\"acltype\":\"publishClientSend\",\"topic\":\"iot/#\",\"allow\":true}")));
        control.ask(List.of((ObjectNode)
                json.readTree("{\"command\":\"createClient\",\"username\":\"hand-made\",\"password\":\"x\"}")));

        reconcile();

        assertThatThrownBy(() -> publish(connect("acme-d", secret.password()), "iot/other/d/raw")
                        .join())
                .hasCauseInstanceOf(Mqtt5PubAckException.class);
        connect("hand-made", "x");
    }

    @Test
    void usersAreThereAfterARestartOfTheBrokerAndComeBackWhereItHasLostThem() throws Exception {
        take(user("acme-d", "acme", secret, "d"));
        reconcile();
        restart();
        connect("acme-d", secret.password());

        Files.delete(folder.resolve("data/dynamic-security.json"));
        restart();
        assertThatThrownBy(() -> connect("acme-d", secret.password())).hasCauseInstanceOf(Mqtt5ConnAckException.class);
        await().ignoreExceptions().until(() -> {
            reconcile();
            return true;
        });
        connect("acme-d", secret.password());
    }

    /** Of shared subscriptions Mosquitto 2.0 writes nothing to its disk: what comes before they are made again is nobody's. */
    @Test
    void aSubscriptionThatIsNotSharedOutlivesARestartOfTheBroker() throws Exception {
        take(user("acme-d", "acme", secret, "d"));
        reconcile();
        Queue<String> taken = new ConcurrentLinkedQueue<>();
        MqttClients first = reading(taken);
        await().until(first::isReady);
        first.close();
        restart();
        publish(connect("acme-d", secret.password()), "iot/acme/d/raw").join();
        assertThat(taken).isEmpty();

        MqttClients again = reading(taken);
        await().untilAsserted(() -> assertThat(taken).containsExactly("iot/acme/d/raw"));
        again.close();
    }

    @Test
    void whoTakesOverASessionGetsNothingOfIt() throws Exception {
        take(user("acme-d", "acme", secret, "d"), user("other-d", "other", othersSecret, "d"));
        reconcile();
        Mqtt5AsyncClient victim = client("acme-d", secret.password(), "same");
        victim.connectWith().cleanStart(false).sessionExpiryInterval(60).send().join();
        subscribe(victim, "iot/acme/d/commands").join();
        victim.disconnectWith().sessionExpiryInterval(60).send().join();
        Mqtt5AsyncClient service = connect("caravan", PASSWORD);
        publish(service, "iot/acme/d/commands").join();

        Mqtt5AsyncClient thief = client("other-d", othersSecret.password(), "same");
        thief.connectWith().cleanStart(false).sessionExpiryInterval(60).send().join();
        publish(service, "iot/acme/d/commands").join();
        subscribe(thief, "iot/other/d/commands").join();
        publish(service, "iot/other/d/commands").join();

        await().untilAsserted(() -> assertThat(heard).containsExactly("iot/other/d/commands"));
    }

    @Test
    void withTlsBothShowTheirCertificates() throws Exception {
        TestCertificate server = TestCertificate.make(folder, "server");
        TestCertificate own = TestCertificate.make(folder, "own");
        int secure = freePort();
        broker.destroy();
        broker.waitFor();
        Path conf = folder.resolve("run/mosquitto.conf");
        Files.writeString(
                conf,
                Files.readString(conf) + "listener " + secure + " 127.0.0.1\ncafile " + own.certificate()
                        + "\ncertfile " + server.certificate() + "\nkeyfile " + server.key()
                        + "\nrequire_certificate true\n");
        broker = new ProcessBuilder("/usr/sbin/mosquitto", "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        take(user("acme-d", "acme", secret, "d"));
        Settings settings = Settings.load(Path.of("application.properties"), Map.of());
        TlsFiles good = TlsFiles.of(
                settings.with(Map.of(
                        "caravan.mqtt.tls.ca", server.certificate().toString(),
                        "caravan.mqtt.tls.certificate", own.certificate().toString(),
                        "caravan.mqtt.tls.key", own.key().toString())),
                "caravan.mqtt");
        TlsFiles nothingToShow = TlsFiles.of(
                settings.with(Map.of("caravan.mqtt.tls.ca", server.certificate().toString())), "caravan.mqtt");
        String url = "ssl://127.0.0.1:" + secure;
        try (Control secured = new Control(url, () -> good, "caravan", () -> PASSWORD, "caravan");
                Control unshown = new Control(url, () -> nothingToShow, "caravan", () -> PASSWORD, "caravan");
                Control distrusting = new Control(url, () -> TlsFiles.NONE, "caravan", () -> PASSWORD, "caravan")) {
            DynamicSecurity over = new DynamicSecurity(secured, users, credentials);
            await().ignoreExceptions().until(() -> !over.plan().isEmpty());
            assertThatThrownBy(() -> new DynamicSecurity(unshown, users, credentials).plan())
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> new DynamicSecurity(distrusting, users, credentials).plan())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void caravansOwnPasswordMayChange() throws Exception {
        AtomicReference<String> password = new AtomicReference<>(PASSWORD);
        take(user("acme-d", "acme", secret, "d"));
        try (Control changing =
                new Control("tcp://127.0.0.1:" + port, () -> TlsFiles.NONE, "caravan", password::get, "changing")) {
            DynamicSecurity over = new DynamicSecurity(changing, users, credentials);
            assertThat(over.plan()).isNotEmpty();
            Files.writeString(folder.resolve("secrets/mqtt_password"), secret.password());
            Files.delete(folder.resolve("data/dynamic-security.json"));
            restart();
            assertThatThrownBy(over::plan).isInstanceOf(IOException.class);

            password.set(secret.password());

            assertThat(over.plan()).isNotEmpty();
        }
    }

    @Test
    void theKeyMayChangeWhileTheOldOneIsStillGood() throws Exception {
        AtomicReference<List<byte[]>> keys = new AtomicReference<>(List.of(KEY));
        Credentials changing = Credentials.ofKeys(keys::get);
        Credentials.Secret old = changing.fresh();
        take(user("acme-d", "acme", old, "d"));
        security = new DynamicSecurity(control, users, changing);
        reconcile();

        keys.set(List.of(OTHER_KEY, KEY));
        assertThat(security.plan()).isEmpty();
        Credentials.Secret fresh = changing.fresh();
        take(user("acme-d", "acme", old, "d"), user("acme-e", "acme", fresh, "e"));
        reconcile();
        connect("acme-d", old.password());
        connect("acme-e", fresh.password());

        keys.set(List.of(OTHER_KEY));
        reconcile();
        assertThatThrownBy(() -> connect("acme-d", old.password())).hasCauseInstanceOf(Mqtt5ConnAckException.class);
        connect("acme-e", fresh.password());
    }

    @Test
    void whosePasswordIsNotMadeByTheKeyIsLeftOut() throws Exception {
        take(user("acme-d", "acme", new Credentials(null).fresh(), "d"));

        assertThat(security.plan()).isEmpty();
    }

    @Test
    void hundredsOfUsersComeInBatches() throws Exception {
        MqttUser[] many = new MqttUser[300];
        for (int i = 0; i < many.length; i++) {
            many[i] = user("u" + i, "acme", secret, "d" + i);
        }
        take(many);

        reconcile();

        publish(connect("u299", secret.password()), "iot/acme/d299/raw").join();
        assertThat(security.plan()).isEmpty();
    }

    private void reconcile() throws IOException {
        for (List<ObjectNode> batch : security.plan()) {
            security.send(batch);
        }
    }

    private void startBroker() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                "sh", Path.of("deploy/mosquitto/start.sh").toAbsolutePath().toString());
        Map<String, String> environment = builder.environment();
        environment.put("CARAVAN_SECRETS", folder.resolve("secrets").toString());
        environment.put("CARAVAN_MOSQUITTO_RUN", folder.resolve("run").toString());
        environment.put("CARAVAN_MOSQUITTO_DATA", folder.resolve("data").toString());
        environment.put("CARAVAN_MOSQUITTO_PORT", port + " 127.0.0.1");
        environment.merge("PATH", ":/usr/sbin:/usr/local/sbin", String::concat);
        File log = folder.resolve("log").toFile();
        broker = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
        await().until(() -> {
            if (!broker.isAlive()) {
                throw new AssertionError(Files.readString(log.toPath()));
            }
            try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    private void restart() throws Exception {
        broker.destroy();
        broker.waitFor();
        startBroker();
    }

    private MqttUser user(String name, String tenant, Credentials.Secret secret, String... devices) {
        return new MqttUser(name, tenant, secret.sha256(), secret.salt(), true, List.of(devices), List.of());
    }

    private void take(MqttUser... all) {
        users.take(List.of(all), List.<Map<String, Object>>of());
    }

    /** Reads as the routes do, where {@code caravan.mqtt.share-group} is off. */
    private MqttClients reading(Queue<String> taken) throws Exception {
        MqttSettings settings = MqttSettings.of(Settings.load(Path.of("application.properties"), Map.of())
                .with(Map.of(
                        "caravan.mqtt.url",
                        "tcp://127.0.0.1:" + port,
                        "caravan.mqtt.share-group",
                        "off",
                        "caravan.mqtt.username",
                        "caravan",
                        "caravan.mqtt.password",
                        PASSWORD)));
        MqttClients reading =
                new MqttClients(settings, new InFlightBytes(1_000_000, new SimpleMeterRegistry()), "iot", 2, true);
        reading.setCallback(new MqttCallback() {
            @Override
            public void messageArrived(String topic, MqttMessage message) {
                taken.add(topic);
                reading.messageArrivedComplete(message.getId(), message.getQos());
            }

            @Override
            public void disconnected(MqttDisconnectResponse response) {}

            @Override
            public void mqttErrorOccurred(MqttException e) {}

            @Override
            public void deliveryComplete(IMqttToken token) {}

            @Override
            public void connectComplete(boolean again, String url) {}

            @Override
            public void authPacketArrived(int code, MqttProperties properties) {}
        });
        reading.subscribe("iot/+/raw, iot/+/+/raw", 1);
        return reading;
    }

    private Mqtt5AsyncClient connect(String name, String password) {
        Mqtt5AsyncClient client = client(name, password, "client-" + clients.size());
        client.connect().join();
        return client;
    }

    private Mqtt5AsyncClient client(String name, String password, String clientId) {
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost("127.0.0.1")
                .serverPort(port)
                .simpleAuth()
                .username(name)
                .password(password.getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                message -> heard.add(message.getTopic().toString()));
        clients.add(client);
        return client;
    }

    private static CompletableFuture<?> publish(Mqtt5AsyncClient client, String topic) {
        return client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(new byte[] {'1'})
                .send()
                .thenAccept(result -> result.getError().ifPresent(error -> {
                    throw new CompletionException(error);
                }));
    }

    private static CompletableFuture<?> subscribe(Mqtt5AsyncClient client, String filter) {
        return client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
    }
}
