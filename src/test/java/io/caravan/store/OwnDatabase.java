package io.caravan.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A database with the tables of the project that no other tests work in, and a session in it for each test. Every test begins
 * with the same rows. Not thread-safe; a thread of a test's own takes a session from {@link #connect}.
 */
final class OwnDatabase implements BeforeEachCallback, AfterEachCallback {

    private final Callable<String> made;
    private final String reset;
    private String url;
    private Connection connection;

    /** @param reset the SQL that each test begins with */
    OwnDatabase(String reset) {
        this(Postgres::migratedDatabase, reset);
    }

    /** @param made makes the database, with the first test, and answers its JDBC URL */
    OwnDatabase(Callable<String> made, String reset) {
        this.made = made;
        this.reset = reset;
    }

    @Override
    public void beforeEach(ExtensionContext test) throws Exception {
        if (url == null) {
            url = made.call();
        }
        connection = connect();
        reset();
    }

    @Override
    public void afterEach(ExtensionContext test) throws SQLException {
        if (connection != null) { // else there is no such database here
            connection.close();
        }
    }

    /** Makes the rows what they are when a test begins. */
    void reset() throws SQLException {
        execute(reset);
    }

    String url() {
        return url;
    }

    /** The session of the test. */
    Connection connection() {
        return connection;
    }

    /** One more session, which the caller closes. */
    Connection connect() throws SQLException {
        return Postgres.connect(url);
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows of a query, each by the names of its columns. */
    List<Map<String, Object>> rows(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            return NamedStatement.rows(result);
        }
    }

    /** The first column of all rows. */
    List<Object> column(String query) throws SQLException {
        return rows(query).stream().map(row -> row.values().iterator().next()).toList();
    }

    /** The first column of the first row. */
    Object value(String query) throws SQLException {
        return rows(query).get(0).values().iterator().next();
    }

    /** Runs a statement of {@code sql/} that answers rows. */
    List<Map<String, Object>> query(String file, Map<String, ?> values) throws IOException, SQLException {
        return new NamedStatement(file).query(connection, values);
    }

    /** Runs a statement of {@code sql/} that changes rows, and answers how many. */
    int update(String file, Map<String, ?> values) throws IOException, SQLException {
        return new NamedStatement(file).update(connection, values);
    }

    /** What some sessions answer that do the same work at once. */
    static <T> List<T> together(int sessions, Callable<T> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(sessions);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(Collections.nCopies(sessions, work))) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
