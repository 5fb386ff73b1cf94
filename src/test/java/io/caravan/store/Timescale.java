package io.caravan.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Databases of a real TimescaleDB, which nobody embeds: the environment names one, as a JDBC URL with a user that may create
 * databases. Without it, tests that ask for one are skipped.
 */
final class Timescale implements AutoCloseable {

    private static final String VARIABLE = "CARAVAN_TEST_TIMESCALE_URL";

    private final String server = System.getenv(VARIABLE);
    private final List<String> databases = new ArrayList<>();

    /** The JDBC URL of a new database with the tables of the project. */
    String migratedDatabase() throws SQLException {
        assumeTrue(
                server != null,
                VARIABLE
                        + " is not set: give it as jdbc:postgresql://host:port/postgres?user=name to test TimescaleDB");
        String name = "caravan_test_" + UUID.randomUUID().toString().replace("-", "");
        execute("CREATE DATABASE " + name);
        databases.add(name);
        String url = server.replaceFirst("(//[^/]+/)[^?]*", "$1" + name);
        new Migrations(Postgres.SQL, url, null, null).run();
        return url;
    }

    /** Drops the databases. */
    @Override
    public void close() throws SQLException {
        for (String name : databases) {
            execute("DROP DATABASE " + name + " WITH (FORCE)");
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
