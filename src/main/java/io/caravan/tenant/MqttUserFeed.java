package io.caravan.tenant;

import io.caravan.registry.TableChanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@link MqttUsers} as the database has them, in a thread of its own: reads everybody when it has connected and once a minute,
 * and of whom it hears by {@code NOTIFY} in between, within half a second. While the database is away it tries again every second.
 */
public final class MqttUserFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MqttUserFeed.class);
    private static final String UNDEFINED_TABLE = "42P01";
    private static final int WAIT_MILLIS = 500;
    private static final long RETRY_MILLIS = 1_000;
    private static final long WHOLE_NANOS = Duration.ofMinutes(1).toNanos();

    /** Of more than these it is quicker to read everybody. */
    private static final int MOST_SINGLE = 500;

    private final MqttUsers users;
    private final String url;
    private final Properties login = new Properties();
    private final String selectUsers;
    private final String selectOwners;
    private final Thread thread;
    private volatile boolean closed;
    private String lastFault;

    /**
     * Begins to read.
     *
     * @param sql the folder of the statements
     * @throws IOException when a statement is missing
     */
    public MqttUserFeed(MqttUsers users, Path sql, String url, String user, String password) throws IOException {
        this.users = users;
        this.url = url;
        login.setProperty("user", user);
        login.setProperty("password", password == null ? "" : password);
        login.setProperty("ApplicationName", "caravan mqtt users");
        login.setProperty("connectTimeout", "5");
        login.setProperty("socketTimeout", "20");
        login.setProperty("tcpKeepAlive", "true");
        this.selectUsers = Files.readString(sql.resolve("select-mqtt-users.sql"));
        this.selectOwners = Files.readString(sql.resolve("select-topic-owners.sql"));
        this.thread = new Thread(this::run, "mqtt-users");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            try (Connection connection = DriverManager.getConnection(url, login)) {
                follow(connection);
            } catch (SQLException e) {
                if (!UNDEFINED_TABLE.equals(e.getSQLState())) {
                    told(e); // a new database gets its tables just now
                }
            }
            try {
                if (!closed) {
                    Thread.sleep(RETRY_MILLIS);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void follow(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + TableChanges.MQTT_USERS);
        }
        long readAt = 0;
        boolean whole = true;
        while (!closed) {
            if (whole || System.nanoTime() - readAt > WHOLE_NANOS) {
                users.take(users(connection, selectUsers, null), rows(connection, selectOwners, null));
                readAt = System.nanoTime();
                whole = false;
                told(null);
            }
            Set<String> changed = changed(connection.unwrap(PGConnection.class).getNotifications(WAIT_MILLIS));
            if (changed.contains("") || changed.size() > MOST_SINGLE) {
                whole = true;
            } else if (!changed.isEmpty()) {
                users.change(changed, users(connection, selectUsers + "WHERE user_name = ANY (?)", changed));
            }
        }
    }

    private static Set<String> changed(PGNotification[] notifications) {
        Set<String> names = new HashSet<>();
        for (PGNotification notification : notifications) {
            names.add(notification.getParameter());
        }
        return names;
    }

    private static List<MqttUser> users(Connection connection, String sql, Set<String> names) throws SQLException {
        return rows(connection, sql, names).stream().map(MqttUser::of).toList();
    }

    private static List<Map<String, Object>> rows(Connection connection, String sql, Set<String> names)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            if (names != null) {
                statement.setArray(1, connection.createArrayOf("text", names.toArray()));
            }
            List<Map<String, Object>> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                ResultSetMetaData columns = result.getMetaData();
                while (result.next()) {
                    Map<String, Object> row = new HashMap<>();
                    for (int i = 1; i <= columns.getColumnCount(); i++) {
                        row.put(columns.getColumnLabel(i), result.getObject(i));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    /** Once for each fault, and once when it is over. */
    private void told(SQLException e) {
        String fault = e == null ? null : e.getMessage();
        if (closed || java.util.Objects.equals(fault, lastFault)) {
            return;
        }
        lastFault = fault;
        if (fault == null) {
            LOG.info("The users of the MQTT broker are known");
        } else {
            LOG.warn("The users of the MQTT broker cannot be read, those known stay as they are: {}", fault);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
