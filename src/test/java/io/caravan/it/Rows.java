package io.caravan.it;

import io.caravan.embedded.EmbeddedPostgres;
import io.caravan.embedded.EmbeddedServers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What a database holds, by plain SQL, each statement on a connection of its own. */
public record Rows(String jdbcUrl, String user, String password) {

    /** In a database that asks for no password. */
    public Rows(String jdbcUrl, String user) {
        this(jdbcUrl, user, "");
    }

    public Rows(EmbeddedServers servers) {
        this(servers.postgres());
    }

    public Rows(EmbeddedPostgres postgres) {
        this(postgres.jdbcUrl(), EmbeddedPostgres.USER, postgres.password());
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of all rows. */
    public List<String> list(String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    public long count(String query) throws SQLException {
        return Long.parseLong(list(query).get(0));
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl, user, password);
    }
}
