package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
}
