package io.caravan.store;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A statement of {@code sql/} with its {@code :?names}, run by JDBC the way camel-jdbc does: bound by setObject. */
public final class NamedStatement {

    private static final Pattern NAME = Pattern.compile(":\\?(\\w+)");

    private final String text;
    private final List<String> names = new ArrayList<>();

    public NamedStatement(String file) throws IOException {
        String source = read(file);
        Matcher matcher = NAME.matcher(source);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        text = NAME.matcher(source).replaceAll("?");
    }

    static String read(String file) throws IOException {
        return Files.readString(Postgres.SQL.resolve(file));
    }

    public int update(Connection connection, Map<String, ?> values) throws SQLException {
        try (PreparedStatement statement = bind(connection, values)) {
            return statement.executeUpdate();
        }
    }

    public List<Map<String, Object>> query(Connection connection, Map<String, ?> values) throws SQLException {
        try (PreparedStatement statement = bind(connection, values);
                ResultSet result = statement.executeQuery()) {
            return rows(result);
        }
    }

    static List<Map<String, Object>> rows(ResultSet result) throws SQLException {
        List<Map<String, Object>> rows = new ArrayList<>();
        while (result.next()) {
            Map<String, Object> row = new LinkedHashMap<>();
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                row.put(result.getMetaData().getColumnLabel(i), result.getObject(i));
            }
            rows.add(row);
        }
        return rows;
    }

    private PreparedStatement bind(Connection connection, Map<String, ?> values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(text);
        for (int i = 0; i < names.size(); i++) {
            statement.setObject(i + 1, values.get(names.get(i)));
        }
        return statement;
    }
}
