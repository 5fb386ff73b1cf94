package io.caravan.store;

import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings the database to the newest shape: runs the migrations of {@code sql/migrations} that it has not seen, then
 * creates the day partitions that {@code sql/ensure-partitions.sql} asks for. Any number of processes may do so at once:
 * one migrates, the others wait and find nothing left to do. A migration has run and is recorded, or neither, whoever dies meanwhile. A server that accepts a connection and then says nothing is given
 * up after ten seconds; one that has been told to do something may take an hour, for a migration may rewrite a table, whatever
 * time the database leaves to others for a statement or a transaction. Immutable.
 */
public final class Migrations {

    private static final String LOGIN_SECONDS = "10";
    private static final String STATEMENT_SECONDS = "3600";

    /**
     * With the lock of a transaction, Flyway would need a second connection for the migrations: a death between the two commits leaves
     * a migration that has run and is not recorded, and that no later start gets past.
     */
    private static final Map<String, String> ONE_CONNECTION = Map.of("flyway.postgresql.transactional.lock", "false");

    /** What the database leaves to others for a statement or a transaction would end a migration. */
    private static final String NO_TIME_LIMITS = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN"
            + " ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout', 'lock_timeout')";

    private final Path sql;
    private final Schema schema;
    private final String url;
    private final String user;
    private final String password;

    /**
     * @param sql the folder {@code sql} of the project
     * @param url a JDBC URL of PostgreSQL
     * @param user null where the URL names user and password
     * @param password may be empty where the server asks for none
     * @throws UserError when there are no migrations to read
     */
    public Migrations(Path sql, String url, String user, String password) {
        this.sql = sql;
        this.schema = Schema.of(sql.resolve("migrations"));
        this.url = url;
        this.user = user;
        this.password = password;
    }

    /** In one line, how far a database is behind the newest migration; empty where it has all of them, or later ones. */
    public Optional<String> behind(Connection connection) throws SQLException {
        return schema.behind(connection);
    }

    /**
     * Migrates.
     *
     * @return how many migrations ran, 0 where the database was up to date
     * @throws UserError when the database does not answer, or refuses the user or a statement
     */
    public int run() {
        try {
            int ran = migrate();
            ensurePartitions();
            return ran;
        } catch (FlywayException | SQLException e) {
            throw new UserError("Cannot migrate the database " + address() + ": " + reason(e), e);
        }
    }

    private int migrate() throws SQLException {
        // Flyway tells an unreachable server in a page; the driver does it in a line
        connect().close();
        return Flyway.configure()
                .dataSource(url, user, password)
                .jdbcProperties(limits())
                .initSql(NO_TIME_LIMITS)
                .configuration(ONE_CONNECTION)
                .locations("filesystem:" + sql.resolve("migrations"))
                .failOnMissingLocations(true)
                .load()
                .migrate()
                .migrationsExecuted;
    }

    private void ensurePartitions() throws SQLException {
        Path file = sql.resolve("ensure-partitions.sql");
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(NO_TIME_LIMITS);
            statement.execute(Files.readString(file));
        } catch (IOException e) {
            throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.putAll(limits());
        if (user != null) {
            properties.put("user", user);
            properties.put("password", password);
        }
        return DriverManager.getConnection(url, properties);
    }

    private static Map<String, String> limits() {
        return Map.of(
                "ApplicationName", "caravan-migrate",
                "connectTimeout", LOGIN_SECONDS,
                "loginTimeout", LOGIN_SECONDS,
                "socketTimeout", STATEMENT_SECONDS,
                "tcpKeepAlive", "true");
    }

    /** The URL without its parameters, which may hold a password. */
    private String address() {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    /** One line: the database's own words where it has spoken, Flyway's first words otherwise. */
    private static String reason(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException) {
                return firstLine(cause);
            }
        }
        return firstLine(e);
    }

    private static String firstLine(Throwable e) {
        return e.getMessage() == null
                ? e.toString()
                : e.getMessage().strip().lines().findFirst().orElse("");
    }
}
