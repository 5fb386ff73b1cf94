package io.caravan.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.registry.DeviceRegistry;
import io.caravan.store.Postgres;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.MqttUserFeed;
import io.caravan.tenant.MqttUsers;
import io.caravan.tenant.TopicRights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every topic, tried by everybody, at the broker that asks for passwords, which takes its users from a database. What each may is
 * declared in {@code src/test/resources/access-topics.txt}; a right that somebody has beyond it fails.
 */
class TopicAccessIT {

    private static final String SERVICE = "service";
    private static final List<String> KNOWN =
            List.of("device", "sibling", "gateway", "stranger", "warden", "first", "f2", SERVICE);
    private static final List<String> EVERYBODY = Stream.concat(
                    KNOWN.stream(), Stream.of("revoked", "disabled", "mistaken", "anonymous"))
            .toList();

    private static final Credentials CREDENTIALS = new Credentials(null);
    private static final Map<String, String> passwords = new LinkedHashMap<>();
    private static final Set<String> heard = new ConcurrentSkipListSet<>();

    @TempDir
    static Path data;

    private static List<Line> declared;
    private static int clients;
    private static MqttUsers users;
    private static MqttUserFeed feed;
    private static EmbeddedMqtt broker;

    private record Line(String verb, String topic, Set<String> allowed) {

        static Line of(String line) {
            String[] words = line.strip().split("\\s+");
            return new Line(words[0], words[1], Set.copyOf(List.of(words).subList(2, words.length)));
        }

        String message(String verb, String who) {
            return verb + " " + topic + " by " + who;
        }
    }

    @BeforeAll
    static void twoTenants() throws Exception {
        declared = Files.readAllLines(Path.of("src/test/resources/access-topics.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Line::of)
                .toList();
        String url = Postgres.migratedDatabase();
        try (Connection connection = Postgres.connect(url)) {
            device(connection, "device", "alpha", "d");
            device(connection, "sibling", "alpha", "e");
            device(connection, "stranger", "beta", "d");
            device(connection, "first", "default", "d");
            device(connection, "f2", "alpha", "f2-aabbccddeeff");
            device(connection, "revoked", "alpha", "r");
            device(connection, "disabled", "alpha", "s");
            device(connection, "mistaken", "alpha", "m");
            gateway(connection, "gateway", "alpha", "{d,e}", "site-1");
            gateway(connection, "warden", "beta", "{w}", "site-2");
            run(
                    connection,
                    "SELECT revoke_mqtt_user('alpha', 'revoked'), enable_mqtt_user('alpha', 'disabled', false)");
        }
        passwords.put("mistaken", passwords.get("device"));
        passwords.put(SERVICE, CREDENTIALS.fresh().password());
        users = new MqttUsers(new DeviceRegistry(Path.of("config/device-registry.json")));
        feed = new MqttUserFeed(users, Path.of("sql"), url, "postgres", "");
        await().until(() -> users.all().size() == 9);
        broker = EmbeddedMqtt.start(data, 0, MqttAccess.secured(SERVICE, passwords.get(SERVICE), users));
        Mqtt5AsyncClient listener = client(SERVICE, "listener");
        listener.publishes(
                MqttGlobalPublishFilter.ALL, message -> heard.add(new String(message.getPayloadAsBytes(), UTF_8)));
        listener.connect().get();
        listener.subscribeWith()
                .topicFilter("#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .get();
    }

    @AfterAll
    static void stop() {
        broker.close();
        feed.close();
    }

    private static void device(Connection connection, String name, String tenant, String device) throws SQLException {
        run(
                connection,
                "SELECT create_mqtt_user('" + tenant + "', '" + device + "', '" + name + "', ?, NULL)",
                fresh(name));
    }

    private static void gateway(Connection connection, String name, String tenant, String devices, String prefix)
            throws SQLException {
        run(connection, "SELECT claim_topic_prefixes('" + tenant + "', '{" + prefix + "}')");
        run(
                connection,
                "SELECT create_mqtt_gateway('" + tenant + "', '" + name + "', '', ?, NULL, '" + devices + "', '{"
                        + prefix + "}')",
                fresh(name));
    }

    private static byte[] fresh(String name) {
        Credentials.Secret secret = CREDENTIALS.fresh();
        passwords.put(name, secret.password());
        return secret.sha256();
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void run(Connection connection, String sql, byte[] sha256) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setBytes(1, sha256);
            statement.execute();
        }
    }

    @TestFactory
    Stream<DynamicTest> everybodyMayWhatIsDeclaredAndNothingElse() {
        Stream<DynamicTest> cells = declared.stream().flatMap(line -> EVERYBODY.stream()
                .flatMap(who -> (line.verb().equals("publish") ? Stream.of("publish", "will") : Stream.of("subscribe"))
                        .map(verb -> dynamicTest(line.message(verb, who), () -> assertThat(attempt(verb, line, who))
                                .isEqualTo(line.allowed().contains(who))))));
        return Stream.concat(
                cells, Stream.of(dynamicTest("what was refused was not delivered", TopicAccessIT::assertDelivered)));
    }

    /** Whether somebody gets through with it. */
    private static boolean attempt(String verb, Line line, String who) {
        Mqtt5AsyncClient client =
                client(who, "client-" + ++clients); // one that took over another's would publish its will
        byte[] message = line.message(verb, who).getBytes(UTF_8);
        Mqtt5Publish publish = verb.equals("subscribe")
                ? null
                : Mqtt5Publish.builder()
                        .topic(line.topic())
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(message)
                        .build();
        try {
            if (verb.equals("will")) {
                client.connectWith().willPublish(publish).send().join();
                client.disconnect().join();
                return true;
            }
            client.connect().join();
        } catch (CompletionException e) {
            return false;
        }
        assertThat(KNOWN).as("who logged in").contains(who);
        CompletableFuture<Boolean> done = verb.equals("publish")
                ? client.publish(publish).thenApply(result -> result.getError().isEmpty())
                : client.subscribeWith()
                        .topicFilter(line.topic())
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send()
                        .thenApply(granted -> true);
        boolean allowed = done.exceptionally(refused -> false).join();
        client.disconnect().exceptionally(gone -> null).join();
        return allowed;
    }

    /** Who subscribes everything has heard what was allowed, perhaps wills, and nothing else. */
    private static void assertDelivered() {
        Set<String> published = new TreeSet<>();
        Set<String> wills = new TreeSet<>();
        for (Line line : declared) {
            if (line.verb().equals("publish") && !isBrokersOwn(line.topic())) {
                line.allowed().forEach(who -> published.add(line.message("publish", who)));
                line.allowed().forEach(who -> wills.add(line.message("will", who)));
            }
        }
        await().until(() -> heard.containsAll(published));
        assertThat(heard)
                .isSubsetOf(Stream.of(published, wills).flatMap(Set::stream).toList());
    }

    /** Whether a subscription to everything leaves a topic out. */
    private static boolean isBrokersOwn(String topic) {
        return topic.startsWith("$") || topic.startsWith("activemq/");
    }

    @Test
    void nobodyHasARightThatIsNotDeclared() {
        for (String who : KNOWN) { // service has no list of rights
            TopicRights rights = users.rights(who);
            assertDeclared(who, "publish", rights.publishFilters());
            assertDeclared(who, "subscribe", rights.subscribeFilters());
        }
    }

    private static void assertDeclared(String who, String verb, List<String> filters) {
        assertThat(filters.stream().filter(filter -> {
                    TopicRights right = TopicRights.of(List.of(filter), List.of(filter));
                    return declared.stream()
                            .noneMatch(line -> line.verb().equals(verb)
                                    && line.allowed().contains(who)
                                    && (verb.equals("publish")
                                            ? right.mayPublish(line.topic())
                                            : right.maySubscribe(line.topic())));
                }))
                .as(who + " may " + verb)
                .isEmpty();
    }

    private static Mqtt5AsyncClient client(String who, String id) {
        var builder = MqttClient.builder()
                .useMqttVersion5()
                .identifier(id)
                .serverHost("127.0.0.1")
                .serverPort(broker.port());
        return who.equals("anonymous")
                ? builder.buildAsync()
                : builder.simpleAuth()
                        .username(who)
                        .password(passwords.get(who).getBytes(UTF_8))
                        .applySimpleAuth()
                        .buildAsync();
    }
}
