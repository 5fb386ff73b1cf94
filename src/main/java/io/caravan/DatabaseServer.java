package io.caravan;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.caravan.health.Status;
import io.caravan.store.Migrations;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that the stages work with: a pool of connections, and its schema, brought up to date in the background as soon
 * as it answers, unless {@code caravan.db.migrate} says no. Thread-safe.
 */
final class DatabaseServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseServer.class);
    private static final int CONNECT_MILLIS = 5_000;

    private final HikariDataSource dataSource;
    private final Migrations migrations;
    private final boolean migrates;
    private final Keeper keeper = new Keeper("database-keeper", 1);
    private volatile String migrationFailure;

    /** @throws UserError when a setting is not valid */
    DatabaseServer(Settings settings, MeterRegistry meters) {
        this.migrations = migrations(settings);
        this.migrates = settings.flag("caravan.db.migrate");
        this.dataSource = new HikariDataSource(pool(settings));
        dataSource.setMetricRegistry(meters);
    }

    /** The migrations of the configured database. */
    static Migrations migrations(Settings settings) {
        return new Migrations(
                Path.of("sql"),
                settings.text("caravan.db.url"),
                settings.text("caravan.db.user"),
                settings.text("caravan.db.password", ""));
    }

    private static HikariConfig pool(Settings settings) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("caravan");
        pool.setJdbcUrl(settings.text("caravan.db.url"));
        pool.setUsername(settings.text("caravan.db.user"));
        pool.setPassword(settings.text("caravan.db.password", null));
        pool.setMaximumPoolSize(settings.number("caravan.db.pool", 2, 1_000));
        pool.setMinimumIdle(2);
        pool.setConnectionTimeout(CONNECT_MILLIS);
        pool.setInitializationFailTimeout(-1);
        // Over some hundred days, a statement would be compiled for minutes and run for milliseconds.
        pool.setConnectionInitSql("SET jit = off");
        pool.addDataSourceProperty("ApplicationName", "caravan");
        pool.addDataSourceProperty("socketTimeout", "120");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        return pool;
    }

    DataSource dataSource() {
        return dataSource;
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
    }
}
