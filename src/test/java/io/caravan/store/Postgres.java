package io.caravan.store;

import io.caravan.it.Rows;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** One real PostgreSQL on a free port for all tests of the JVM; each test class takes databases of its own from it. */
public final class Postgres {

    static final Path SQL = Path.of("sql");

    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static EmbeddedPostgres server;

    private Postgres() {}

    /** The JDBC URL of a new, empty database. */
    static synchronized String emptyDatabase() throws IOException, SQLException {
        if (server == null) {
            server = EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "off")
                    .setServerConfig("timezone", "Asia/Kathmandu")
                    .start();
        }
        String name = "caravan" + DATABASES.incrementAndGet();
        new Rows(server.getJdbcUrl("postgres", "postgres"), "postgres").execute("CREATE DATABASE " + name);
        return server.getJdbcUrl("postgres", name);
    }

    /** The JDBC URL of a new database with the tables of the project. */
    public static String migratedDatabase() throws IOException, SQLException {
        String url = emptyDatabase();
        new Migrations(SQL, url, "postgres", "").run();
        return url;
    }

    /** A new database with the tables of the project, for statements of the owner of all. */
    public static Rows migrated() throws IOException, SQLException {
        return new Rows(migratedDatabase(), "postgres");
    }

    public static Connection connect(String url) throws SQLException {
        return DriverManager.getConnection(url, "postgres", "");
    }
}
