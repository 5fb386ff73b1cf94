package io.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.settings.PrivateFile;
import io.caravan.settings.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom the embedded PostgreSQL lets in. */
@Timeout(120)
class EmbeddedPostgresIT {

    private static final String USER = EmbeddedPostgres.USER;
    private static final String SUPERUSER = PostgresPasswords.SUPERUSER;

    @TempDir
    Path data;

    @AfterEach
    void endServer() {
        new Postmaster(data.resolve("postgres")).stop();
    }

    @Test
    void nobodyGetsInWithoutAPasswordThatOnlyTheOwnerOfTheFolderReads() throws Exception {
        String password;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data, 0)) {
            password = postgres.password();
            assertAsks(postgres);
            run(postgres, USER, password, "CREATE TABLE kept AS SELECT 7 AS id");
        }
        for (Path file : passwordFiles().values()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(file)).matches("[A-Za-z0-9_-]{43}\n");
            assertThat(Files.readString(data.resolve("postgres.log")))
                    .contains("password authentication failed")
                    .doesNotContain(Files.readString(file).strip());
        }
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data, 0)) {
            assertThat(postgres.password()).isEqualTo(password);
            assertAsks(postgres);
            assertThat(run(postgres, USER, password, "TABLE kept")).isEqualTo("7");
        }
    }

    /** As one that was killed before it had finished: nothing but the file access decides who gets in. */
    @Test
    void aFolderThatLetEverybodyInAsksForPasswordsFromItsNextStartOn() throws Exception {
        try (var server = io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
                        .setDataDirectory(data.resolve("postgres"))
                        .setOverrideWorkingDirectory(
                                data.resolve("postgres-binaries").toFile())
                        .setCleanDataDirectory(false)
                        .start();
                Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE caravan LOGIN");
            statement.execute("CREATE DATABASE caravan OWNER caravan");
            try (Connection caravan = server.getDatabase("caravan", "caravan").getConnection();
                    Statement made = caravan.createStatement()) {
                made.execute("CREATE TABLE kept AS SELECT 7 AS id");
            }
        }
        Files.createFile(data.resolve("postgres").resolve("caravan-finished"));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data, 0)) {
            assertAsks(postgres);
            assertThat(run(postgres, USER, postgres.password(), "TABLE kept")).isEqualTo("7");
        }
    }

    @Test
    void aLostPasswordIsMadeAgainOrItIsSaidHow() throws Exception {
        String before;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data, 0)) {
            before = postgres.password();
        }
        Files.delete(PostgresPasswords.file(data));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data, 0)) {
            assertThat(postgres.password()).isNotEqualTo(before);
            assertAsks(postgres);
        }
        Files.delete(PostgresPasswords.superuserFile(data));

        assertThatThrownBy(() -> EmbeddedPostgres.start(data, 0))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("database-superuser-password")
                .hasMessageContaining("pg_hba.conf hold the one line 'host all all 127.0.0.1/32 trust'");

        Files.writeString(data.resolve("postgres").resolve("pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(data, 0)) {
            assertAsks(postgres);
        }
    }

    private void assertAsks(EmbeddedPostgres postgres) throws Exception {
        for (Map.Entry<String, Path> user : passwordFiles().entrySet()) {
            String password = PrivateFile.secret(user.getValue());
            for (String wrong : new String[] {null, "", "caravan", "postgres", password + "x", other(user.getKey())}) {
                assertThatThrownBy(() -> run(postgres, user.getKey(), wrong, "SELECT 1"))
                        .as("%s with %s", user.getKey(), wrong)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("password");
            }
            assertThat(run(
                            postgres,
                            user.getKey(),
                            password,
                            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
                    .isEqualTo(user.getKey().equals(SUPERUSER) ? "t" : "f");
        }
    }

    private Map<String, Path> passwordFiles() {
        return Map.of(USER, PostgresPasswords.file(data), SUPERUSER, PostgresPasswords.superuserFile(data));
    }

    private String other(String user) throws Exception {
        return PrivateFile.secret(passwordFiles().get(user.equals(USER) ? SUPERUSER : USER));
    }

    private static String run(EmbeddedPostgres postgres, String user, String password, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), user, password);
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return null;
            }
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }
}
