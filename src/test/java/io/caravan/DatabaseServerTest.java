package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.caravan.registry.TableChanges;
import io.caravan.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseServerTest {

    @Test
    void noStatementIsCompiledFirst() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
                DatabaseServer database = new DatabaseServer(
                        Settings.load(
                                Path.of("application.properties"),
                                Map.of(
                                        "CARAVAN_DB_URL",
                                        postgres.getJdbcUrl("postgres", "postgres"),
                                        "CARAVAN_DB_USER",
                                        "postgres")),
                        false,
                        new SimpleMeterRegistry());
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet jit = statement.executeQuery("SHOW jit")) {
            jit.next();

            assertThat(jit.getString(1)).isEqualTo("off");
        }
    }

    @Test
    void everyStatementSeesWhatWasCommittedBeforeAndAllDigitsWhateverTheServersDefaults() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
            try (Connection owner = postgres.getPostgresDatabase().getConnection();
                    Statement statement = owner.createStatement()) {
                statement.execute("CREATE ROLE caravan_api");
                statement.execute("ALTER DATABASE postgres SET default_transaction_isolation = 'repeatable read'");
                statement.execute("ALTER ROLE postgres SET default_transaction_isolation = 'serializable'");
                statement.execute("ALTER DATABASE postgres SET extra_float_digits = -15");
            }
            Settings settings = Settings.load(
                    Path.of("application.properties"),
                    Map.of(
                            "CARAVAN_DB_URL",
                            postgres.getJdbcUrl("postgres", "postgres"),
                            "CARAVAN_DB_USER",
                            "postgres"));
            try (DatabaseServer database = new DatabaseServer(settings, true, new SimpleMeterRegistry())) {
                for (DataSource pool : List.of(database.dataSource(), database.apiSource())) {
                    try (Connection connection = pool.getConnection();
                            Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        try (ResultSet isolation = statement.executeQuery("SHOW transaction_isolation")) {
                            isolation.next();
                            assertThat(isolation.getString(1)).isEqualTo("read committed");
                        }
                        try (ResultSet value = statement.executeQuery("SELECT 60.5::float8::text")) {
                            value.next();
                            assertThat(value.getString(1)).isEqualTo("60.5");
                        }
                        connection.rollback();
                    }
                }
            }
        }
    }

    @Test
    void aPasswordThatStandsInAFileChangesWithIt(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        Path file = Files.writeString(folder.resolve("password"), "one");
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.builder().setDataDirectory(data).start();
                Connection owner = postgres.getPostgresDatabase().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("CREATE ROLE rotated LOGIN PASSWORD 'one'");
            Path rules = data.resolve("pg_hba.conf");
            Files.writeString(rules, "host all rotated 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
            statement.execute("SELECT pg_reload_conf()");
            Settings settings = Settings.load(
                    Path.of("application.properties"),
                    Map.of(
                            "CARAVAN_DB_URL",
                            "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres",
                            "CARAVAN_DB_USER",
                            "rotated",
                            "CARAVAN_DB_PASSWORD_FILE",
                            file.toString()));
            try (DatabaseServer database = new DatabaseServer(settings, false, new SimpleMeterRegistry());
                    TableChanges changes = EnrichBeans.changes(TableChanges.MQTT_USERS, settings)) {
                database.dataSource().getConnection().close();
                assertThat(changes.isDue()).isTrue();
                statement.execute("ALTER ROLE rotated PASSWORD 'two'");
                statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'");
                assertThatThrownBy(() -> DriverManager.getConnection(settings.text("caravan.db.url"), "rotated", "one"))
                        .hasMessageContaining("password authentication failed");

                Files.writeString(file, "two");

                await().ignoreExceptions().untilAsserted(() -> {
                    database.dataSource().getConnection().close();
                    assertThat(changes.isDue()).isTrue();
                });
            }
        }
    }
}
