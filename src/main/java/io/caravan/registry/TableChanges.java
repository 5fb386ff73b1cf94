package io.caravan.registry;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Supplier;
import org.postgresql.PGConnection;

/**
 * Hears from the database when tables change that are held in memory: triggers on them notify a channel, to which a connection of
 * its own listens. What may have been missed counts as a change: everything before the connection was there, and, should
 * notifications not arrive at all, whatever happened in half a minute. Thread-safe.
 */
public final class TableChanges implements AutoCloseable {

    /** Of the parameters of F2 controllers. */
    public static final String F2_PARAMETERS = "caravan_f2_parameters";
    /** Of the registered applications. */
    public static final String APPLICATIONS = "caravan_applications";
    /** Of the users of the MQTT broker, and whose its topics are. */
    public static final String MQTT_USERS = "caravan_mqtt_users";

    private static final int WAIT_MILLIS = 500;
    private static final long POLL_NANOS = Duration.ofSeconds(30).toNanos();

    private final String channel;
    private final String url;
    private final Supplier<String> password;
    private final Properties login = new Properties();
    private Connection connection;
    private boolean due = true;
    private long readAt;

    /**
     * Connects when it is asked first.
     *
     * @param channel one of the channels that the migrations declare
     * @param password asked for with every connection; it gives null where there is none
     */
    public TableChanges(String channel, String url, String user, Supplier<String> password) {
        this.channel = channel;
        this.url = url;
        this.password = password;
        login.setProperty("user", user);
        login.setProperty("ApplicationName", channel.replace('_', ' '));
        login.setProperty("connectTimeout", "5");
        login.setProperty("socketTimeout", "20");
        login.setProperty("tcpKeepAlive", "true");
    }

    /**
     * Whether the tables are to be read: at once where it is known already, else after half a second of listening at most.
     * They stay so until {@link #read}.
     *
     * @throws SQLException when the database does not answer; the next question connects again
     */
    public synchronized boolean isDue() throws SQLException {
        try {
            if (connection == null) {
                due = true;
                connection = listen();
            } else if (System.nanoTime() - readAt > POLL_NANOS) {
                due = true;
                if (!connection.isValid(5)) {
                    throw new SQLException("the connection that listens to " + channel + " is dead");
                }
            }
            // what waits is taken even when it is known already: the coming read covers it
            due |= connection.unwrap(PGConnection.class).getNotifications(due ? 1 : WAIT_MILLIS).length > 0;
            return due;
        } catch (SQLException e) {
            disconnect();
            throw e;
        }
    }

    /** Notes that they have been read since {@link #isDue} said so. */
    public synchronized void read() {
        due = false;
        readAt = System.nanoTime();
    }

    private Connection listen() throws SQLException {
        String now = password.get();
        if (now != null) {
            login.setProperty("password", now);
        }
        Connection fresh = DriverManager.getConnection(url, login);
        try (Statement statement = fresh.createStatement()) {
            statement.execute("LISTEN " + channel);
            return fresh;
        } catch (SQLException e) {
            fresh.close();
            throw e;
        }
    }

    private void disconnect() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // it is of no use any more
            }
            connection = null;
        }
    }

    @Override
    public synchronized void close() {
        disconnect();
    }
}
