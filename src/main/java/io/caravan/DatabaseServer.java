package io.caravan;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import io.caravan.api.TenantStatement;
import io.caravan.health.Status;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.store.Migrations;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that the stages work with: pools of connections, and its schema, brought up to date in the background as soon
 * as it answers, unless {@code caravan.db.migrate} says no. Thread-safe.
 */
final class DatabaseServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseServer.class);
    private static final int CONNECT_MILLIS = 5_000;

    private static final String PIPELINE = "caravan";
    private static final String API = "caravan-api";

    /**
     * Over some hundred days, a statement would be compiled for minutes and run for milliseconds. And numbers have all their digits,
     * whatever the database's default.
     */
    private static final String SESSION = "SET jit = off; SET extra_float_digits = 1";

    private final HikariDataSource dataSource;
    private final HikariDataSource apiSource;
    private final Migrations migrations;
    private final boolean migrates;
    private final Keeper keeper = new Keeper("database-keeper", 1);
    private volatile String migrationFailure;

    /** @throws UserError when a setting is not valid */
    DatabaseServer(Settings settings, boolean servesApi, MeterRegistry meters) {
        this.migrations = migrations(settings);
        this.migrates = settings.flag("caravan.db.migrate");
        this.dataSource = new HikariDataSource(pool(settings, PIPELINE, "caravan.db", SESSION));
        dataSource.setMetricRegistry(meters);
        this.apiSource = servesApi
                ? new HikariDataSource(
                        pool(settings, API, apiLogin(settings), SESSION + "; " + TenantStatement.SESSION))
                : null;
        if (servesApi) {
            apiSource.setMetricRegistry(meters);
        }
    }

    /** The migrations of the configured database, run by its owner. */
    static Migrations migrations(Settings settings) {
        String owner = settings.text("caravan.db.owner.user", null) == null ? "caravan.db" : "caravan.db.owner";
        return new Migrations(
                Path.of("sql"),
                settings.text("caravan.db.url"),
                settings.text(owner + ".user"),
                settings.text(owner + ".password", ""));
    }

    /** The API may have a login of its own, which is a member of caravan_api and of nothing else. */
    private static String apiLogin(Settings settings) {
        return settings.text("caravan.db.api.user", null) == null ? "caravan.db" : "caravan.db.api";
    }

    private static HikariConfig pool(Settings settings, String name, String login, String first) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName(name);
        pool.setJdbcUrl(settings.text("caravan.db.url"));
        String user = settings.text(login + ".user");
        Supplier<String> password = password(settings, login);
        pool.setCredentialsProvider(() -> Credentials.of(user, password.get()));
        pool.setMaximumPoolSize(
                settings.number(name.equals(API) ? "caravan.db.api.pool" : "caravan.db.pool", 2, 1_000));
        pool.setMinimumIdle(2);
        pool.setConnectionTimeout(CONNECT_MILLIS);
        pool.setInitializationFailTimeout(-1);
        pool.setConnectionInitSql(first);
        pool.setTransactionIsolation(
                "TRANSACTION_READ_COMMITTED"); // whatever the server's default: V5__windows.sql relies on it
        pool.addDataSourceProperty("ApplicationName", name);
        pool.addDataSourceProperty("socketTimeout", "120");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        return pool;
    }

    /** The password of a login, asked for with every new connection; it gives null where there is none. */
    static Supplier<String> password(Settings settings, String login) {
        String key = login + ".password";
        return settings.text(key, null) == null ? () -> null : settings.secret(key);
    }

    /** What the pipeline works with. */
    DataSource dataSource() {
        return dataSource;
    }

    /** What the API works with; null in a process without it. Its sessions see no tenant's rows until one is named. */
    DataSource apiSource() {
        return apiSource;
    }

    /**
     * Starts to bring the schema up to date, where that is wanted.
     *
     * @return ends with the first attempt
     */
    Future<?> start() {
        return migrates ? keeper.once(this::migrate, this::failed) : CompletableFuture.completedFuture(null);
    }

    private void migrate() {
        migrations.run();
        migrationFailure = null;
    }

    private void failed(Exception e) {
        migrationFailure = e instanceof UserError ? e.getMessage() : e.toString();
        LOG.warn("{}, trying again", migrationFailure);
    }

    /** Whether it answers and has the schema that this Caravan needs, or a later one. */
    Status check() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            if (!connection.isValid(2)) {
                return new Status(false, "does not answer");
            }
            Optional<String> behind = migrations.behind(connection);
            return new Status(behind.isEmpty(), behind.map(this::advised).orElse("answers"));
        }
    }

    private String advised(String behind) {
        if (!migrates) {
            return behind + ": run caravan migrate";
        }
        String failure = migrationFailure;
        return behind + (failure == null ? ", which is under way" : ": " + failure);
    }

    @Override
    public void close() {
        keeper.close();
        dataSource.close();
        if (apiSource != null) {
            apiSource.close();
        }
    }
}
