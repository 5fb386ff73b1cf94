package io.caravan;

import io.caravan.settings.PrivateFile;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.simulator.FamilyName;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.MqttUserFeed;
import io.caravan.tenant.MqttUsers;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The users of the demo's MQTT broker that there are from the start: a gateway for the simulated devices of each tenant, and a device
 * to try things with. Their passwords are new at every start. Not thread-safe.
 */
final class DemoUsers implements AutoCloseable {

    /** The device to try things with. */
    static final String DEVICE = "my-device";

    private static final String LABEL = "simulated devices";
    private static final String TENANT = "default";
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Credentials credentials = new Credentials(null);
    private final MqttUsers users;
    private final Settings settings;
    private final MqttUserFeed feed;
    private final Map<String, String> logins = new HashMap<>();

    /** Keeps the users that the broker knows as the database has them. */
    DemoUsers(MqttUsers users, Settings settings) throws IOException {
        this.users = users;
        this.settings = settings;
        this.feed = new MqttUserFeed(
                users,
                Path.of("sql"),
                settings.text("caravan.db.url"),
                settings.text("caravan.db.user"),
                settings.text("caravan.db.password", null));
    }

    /**
     * Makes the users, and waits until the broker knows them.
     *
     * @param data where the password of the device is put, in a file that only its owner reads
     * @return the user of the device
     * @throws UserError when the database does not take them
     */
    String make(Path data) throws IOException, InterruptedException {
        try (Connection connection = DriverManager.getConnection(
                settings.text("caravan.db.url"),
                settings.text("caravan.db.user"),
                settings.text("caravan.db.password", ""))) {
            execute(connection, "DELETE FROM mqtt_users WHERE kind = 'gateway' AND label = ?", LABEL);
            gateway(connection, TENANT, defaultDevices(), List.of());
            execute(connection, "SELECT claim_topic_prefixes('tenant-1', ARRAY[?])", "building/room1");
            gateway(connection, "tenant-1", Set.of(), List.of("building/room1"));
            gateway(connection, "plant-1", Set.of("edge-1"), List.of());
            return device(connection, data);
        } catch (SQLException e) {
            throw new UserError("Cannot make the users of the MQTT broker: " + e.getMessage(), e);
        }
    }

    /** The broker's address for the simulated devices of a family. */
    String url(String mqttUrl, FamilyName family) {
        String tenant =
                switch (family) {
                    case BUILDING -> "tenant-1";
                    case SPARKPLUG -> "plant-1";
                    default -> TENANT;
                };
        return mqttUrl.replace("://", "://" + logins.get(tenant) + '@');
    }

    private static Set<String> defaultDevices() {
        Set<String> devices = new TreeSet<>();
        for (FamilyName family : FamilyName.values()) {
            if (family != FamilyName.BUILDING && family != FamilyName.SPARKPLUG && family != FamilyName.EVENTS) {
                devices.addAll(DemoDevices.idsOf(family));
            }
        }
        return devices;
    }

    private void gateway(Connection connection, String tenant, Set<String> devices, List<String> prefixes)
            throws SQLException, InterruptedException {
        Credentials.Secret secret = credentials.fresh();
        String name = credentials.userName(tenant, "simulator");
        String outcome = ask(
                connection,
                "SELECT create_mqtt_gateway(?, ?, ?, ?, NULL, ?, ?)",
                tenant,
                name,
                LABEL,
                secret.sha256(),
                connection.createArrayOf("text", devices.toArray()),
                connection.createArrayOf("text", prefixes.toArray()));
        if (!"created".equals(outcome)) {
            throw new SQLException("the simulated devices of tenant " + tenant + ": " + outcome);
        }
        logins.put(tenant, name + ':' + secret.password());
        await(name, secret.password());
    }

    private String device(Connection connection, Path data) throws SQLException, IOException, InterruptedException {
        Credentials.Secret secret = credentials.fresh();
        String name = ask(connection, "SELECT rotate_mqtt_user_of(?, ?, ?, NULL)", TENANT, DEVICE, secret.sha256());
        if (name == null) {
            name = credentials.userName(TENANT, DEVICE);
            ask(connection, "SELECT create_mqtt_user(?, ?, ?, ?, NULL)", TENANT, DEVICE, name, secret.sha256());
        }
        PrivateFile.write(passwordFile(data), secret.password());
        await(name, secret.password());
        return name;
    }

    /** Where the password is of the device to try things with. */
    static Path passwordFile(Path data) {
        return data.resolve(DEVICE + "-password");
    }

    private void await(String name, String password) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (users.login(name, password).isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new UserError("The MQTT broker does not hear of its new users");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void execute(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values)) {
            statement.execute();
        }
    }

    private static String ask(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepared(connection, sql, values);
                ResultSet result = statement.executeQuery()) {
            return result.next() ? result.getString(1) : null;
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    @Override
    public void close() {
        feed.close();
    }
}
