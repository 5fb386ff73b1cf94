package io.caravan.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.caravan.registry.DeviceRegistry;
import io.caravan.store.Postgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the functions of the database make of users, and how soon it is known here. */
@Timeout(60)
class MqttUserFeedTest {

    private static final Credentials CREDENTIALS = new Credentials(null);
    private static final MqttUsers USERS = new MqttUsers(new DeviceRegistry(Path.of("config/device-registry.json")));
    private static final Queue<String> LOST = new ConcurrentLinkedQueue<>();

    private static Connection database;
    private static MqttUserFeed feed;

    private final Credentials.Secret secret = CREDENTIALS.fresh();

    @BeforeAll
    static void start() throws Exception {
        String url = Postgres.migratedDatabase();
        database = Postgres.connect(url);
        USERS.onLoss(LOST::add);
        feed = new MqttUserFeed(USERS, Path.of("sql"), url, "postgres", "");
    }

    @AfterAll
    static void stop() throws SQLException {
        feed.close();
        database.close();
    }

    @Test
    void aDevicesUserIsKnownWithinASecondAndGoneWithinASecond() throws SQLException {
        assertThat(createUser("acme", "pump", "acme-pump-1")).isEqualTo("created");
        soon(() -> assertThat(USERS.login("acme-pump-1", secret.password())).isPresent());
        assertThat(USERS.rights("acme-pump-1").mayPublish("iot/acme/pump/raw")).isTrue();
        soon(() -> assertThat(USERS.rights("acme-pump-1").mayPublish("building/acme/pump"))
                .isTrue());

        ask("SELECT revoke_mqtt_users_of(?, ?)", "acme", "pump");

        soon(() -> assertThat(USERS.login("acme-pump-1", secret.password())).isEmpty());
        assertThat(USERS.rights("acme-pump-1")).isEqualTo(TopicRights.NONE);
        soon(() -> assertThat(LOST).contains("acme-pump-1"));
    }

    @Test
    void aDeviceHasOneUserOfItsOwn() throws SQLException {
        assertThat(createUser("acme", "once", "acme-once-1")).isEqualTo("created");
        assertThat(createUser("acme", "once", "acme-once-2")).isEqualTo("exists");
        assertThat(createUser("other", "once", "other-once-1")).isEqualTo("created");
    }

    @Test
    void rotatingKeepsTheUserAndEndsTheOldPassword() throws SQLException {
        createUser("acme", "rotated", "acme-rotated");
        soon(() -> assertThat(USERS.login("acme-rotated", secret.password())).isPresent());
        Credentials.Secret next = CREDENTIALS.fresh();

        assertThat(ask("SELECT rotate_mqtt_user_of(?, ?, ?, NULL)", "acme", "rotated", next.sha256()))
                .isEqualTo("acme-rotated");
        assertThat(ask("SELECT rotate_mqtt_user_of(?, ?, ?, NULL)", "other", "rotated", next.sha256()))
                .isNull();

        soon(() -> assertThat(USERS.login("acme-rotated", next.password())).isPresent());
        assertThat(USERS.login("acme-rotated", secret.password())).isEmpty();
        soon(() -> assertThat(LOST).contains("acme-rotated"));
    }

    @Test
    void whoIsSwitchedOffStaysButDoesNotComeIn() throws SQLException {
        createUser("acme", "off", "acme-off");
        soon(() -> assertThat(USERS.login("acme-off", secret.password())).isPresent());

        assertThat(ask("SELECT enable_mqtt_user(?, ?, ?)", "other", "acme-off", false))
                .isEqualTo("f");
        assertThat(ask("SELECT enable_mqtt_user(?, ?, ?)", "acme", "acme-off", false))
                .isEqualTo("t");
        soon(() -> assertThat(USERS.login("acme-off", secret.password())).isEmpty());

        ask("SELECT enable_mqtt_user(?, ?, ?)", "acme", "acme-off", true);
        soon(() -> assertThat(USERS.login("acme-off", secret.password())).isPresent());
    }

    @Test
    void aDeviceThatLeavesTheDirectoryLeavesNoWayIn() throws SQLException {
        ask(
                "INSERT INTO devices (tenant_id, device_id, label, device_type) VALUES ('acme', 'leaver', '', 'x') RETURNING 1");
        createUser("acme", "leaver", "acme-leaver");
        createUser("other", "leaver", "other-leaver");
        gateway("acme", "acme-gateway-1", List.of("leaver", "stayer"), List.of());
        soon(() -> assertThat(USERS.rights("acme-gateway-1").mayPublish("iot/acme/leaver/raw"))
                .isTrue());

        ask("DELETE FROM devices WHERE tenant_id = 'acme' AND device_id = 'leaver' RETURNING 1");

        soon(() -> assertThat(USERS.login("acme-leaver", secret.password())).isEmpty());
        soon(() -> assertThat(USERS.rights("acme-gateway-1").mayPublish("iot/acme/leaver/raw"))
                .isFalse());
        assertThat(USERS.rights("acme-gateway-1").mayPublish("iot/acme/stayer/raw"))
                .isTrue();
        soon(() -> assertThat(LOST).contains("acme-gateway-1"));
        soon(() -> assertThat(USERS.login("other-leaver", secret.password())).isPresent());
    }

    @Test
    void anF2ControllersTopicsBelongToTheFirstTenant() throws SQLException {
        assertThat(createUser("acme", "f2-a1b2", "acme-f2-1")).isEqualTo("created");
        assertThat(createUser("other", "f2-a1b2", "other-f2-1")).isEqualTo("topics of another");
        soon(() -> assertThat(USERS.rights("acme-f2-1").mayPublish("stat/f2-a1b2/x"))
                .isTrue());

        ask(
                "SELECT put_f2_controller('acme', 'c0ffee', '{\"name\": \"\", \"model\": \"\", \"serial_number\": \"\", \"connectors\": []}')");
        assertThat(createUser("other", "f2-c0ffee", "other-f2-2")).isEqualTo("topics of another");
        assertThat(createUser("acme", "f2-c0ffee", "acme-f2-2")).isEqualTo("created");
    }

    @Test
    void aPrefixBelongsToOneTenantWithAllThatIsBelow() throws SQLException {
        assertThat(claim("tenant-1", "building/room1")).isNull();
        assertThat(claim("tenant-1", "building/room1")).isNull();
        for (String taken : List.of("building", "building/room1", "building/room1/data")) {
            assertThat(claim("tenant-2", taken)).as(taken).isEqualTo(taken);
        }
        assertThat(claim("tenant-2", "building/room10")).isNull();

        assertThat(gateway("tenant-1", "tenant-1-g", List.of(), List.of("building/room1/data")))
                .isEqualTo("created");
        assertThat(gateway("tenant-2", "tenant-2-g", List.of(), List.of("building/room1")))
                .isEqualTo("not owned");
        soon(() -> assertThat(USERS.rights("tenant-1-g").mayPublish("building/room1/data"))
                .isTrue());
        assertThat(USERS.rights("tenant-1-g").mayPublish("building/room1/other"))
                .isFalse();
    }

    @Test
    void theApiMakesUsersOfItsTenantOnlyAndReadsNoHash() throws SQLException {
        createUser("other", "theirs", "other-theirs");
        try (Connection api = Postgres.connect(database.getMetaData().getURL());
                Statement statement = api.createStatement()) {
            statement.execute("SET ROLE caravan_api");
            statement.execute("SET app.tenant = 'acme'");

            assertThat(ask(api, "SELECT create_mqtt_user('acme', 'f2-01', 'acme-f2-01', ?, NULL)", secret.sha256()))
                    .isEqualTo("created");
            assertThat(ask(api, "SELECT rotate_mqtt_user_of('acme', 'f2-01', ?, NULL)", secret.sha256()))
                    .isEqualTo("acme-f2-01");
            assertThat(ask(api, "SELECT count(*) FROM mqtt_users WHERE tenant_id <> 'acme'"))
                    .isEqualTo("0");
            assertThat(ask(api, "SELECT count(*) FROM topic_owners WHERE tenant_id <> 'acme'"))
                    .isEqualTo("0");
            assertThat(ask(api, "SELECT rotate_mqtt_user_of('other', 'theirs', ?, NULL)", secret.sha256()))
                    .isNull();
            assertThat(ask(api, "SELECT revoke_mqtt_user('other', 'other-theirs')"))
                    .isEqualTo("f");
            assertThatThrownBy(() -> ask(api, "SELECT password_sha256 FROM mqtt_users"))
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> ask(
                            api, "SELECT create_mqtt_user('other', 'mine', 'other-mine', ?, NULL)", secret.sha256()))
                    .hasMessageContaining("row-level security");
            assertThatThrownBy(() -> ask(api, "SELECT claim_topic_prefixes('other', ARRAY['tele/x'])"))
                    .hasMessageContaining("row-level security");
            assertThat(ask(api, "SELECT claim_topic_prefixes('acme', ARRAY['building/other'])"))
                    .as("taken, though it cannot be seen")
                    .isEqualTo("building/other");
        }
        soon(() -> assertThat(USERS.login("acme-f2-01", secret.password())).isPresent());
        assertThat(USERS.login("other-theirs", secret.password())).isPresent();
    }

    @Test
    void whatIsNoPrefixOrSaysWhoseItIsCannotBeClaimed() {
        for (String wrong : List.of(
                "iot", "iot/acme", "$SYS", "#", "a/#", "a/+/b", "a//b", "a/", "/a", "", "spBv1.0", "spBv1.0/STATE")) {
            assertThat(refused(wrong)).as(wrong).isTrue();
        }
    }

    @Test
    void aLongAbsenceOfNotificationsCostsNothing() throws SQLException {
        // many at once are read together
        ask(
                "SELECT count(create_mqtt_user('bulk', 'd' || i, 'bulk-' || i, sha256('x'), NULL)) FROM generate_series(1, 700) AS i");

        soon(() -> assertThat(USERS.all())
                .filteredOn(user -> user.tenant().equals("bulk"))
                .hasSize(700));
        ask("DELETE FROM mqtt_users WHERE tenant_id = 'bulk' RETURNING 1");
        soon(() -> assertThat(USERS.all()).noneMatch(user -> user.tenant().equals("bulk")));
    }

    private static boolean refused(String prefix) {
        try {
            claim("acme", prefix);
            return false;
        } catch (SQLException e) {
            return e.getMessage().contains("violates check constraint");
        }
    }

    private static String claim(String tenant, String prefix) throws SQLException {
        return ask("SELECT claim_topic_prefixes(?, ARRAY[?])", tenant, prefix);
    }

    private String createUser(String tenant, String device, String name) throws SQLException {
        return ask("SELECT create_mqtt_user(?, ?, ?, ?, NULL)", tenant, device, name, secret.sha256());
    }

    private String gateway(String tenant, String name, List<String> devices, List<String> prefixes)
            throws SQLException {
        return ask(
                "SELECT create_mqtt_gateway(?, ?, '', ?, NULL, ?, ?)",
                tenant,
                name,
                secret.sha256(),
                database.createArrayOf("text", devices.toArray()),
                database.createArrayOf("text", prefixes.toArray()));
    }

    private static void soon(org.awaitility.core.ThrowingRunnable assertion) {
        await().untilAsserted(assertion);
    }

    private static String ask(String sql, Object... values) throws SQLException {
        return ask(database, sql, values);
    }

    private static String ask(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                return result.next() ? result.getString(1) : null;
            }
        }
    }
}
