package io.caravan.store;

import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.api.MigrationVersion;

/** The version of the schema that the files of {@code sql/migrations} make, to compare a database with. Immutable. */
final class Schema {

    private static final Pattern FILE = Pattern.compile("V([0-9_.]+)__.*\\.sql");
    private static final String NO_SUCH_TABLE = "42P01";
    private static final String APPLIED =
            """
            SELECT version FROM flyway_schema_history
            WHERE success AND version IS NOT NULL
            ORDER BY installed_rank DESC LIMIT 1""";

    private final MigrationVersion needed;

    private Schema(MigrationVersion needed) {
        this.needed = needed;
    }

    /** @throws UserError when the folder cannot be read or holds no migration */
    static Schema of(Path migrations) {
        try (Stream<Path> files = Files.list(migrations)) {
            return new Schema(files.map(file -> FILE.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(matcher -> MigrationVersion.fromVersion(matcher.group(1)))
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> new UserError("There is no migration in " + migrations)));
        } catch (IOException e) {
            throw new UserError("Cannot read " + migrations + ": " + e.getMessage(), e);
        }
    }

    /** In one line, how far a database is behind; empty where it has this version or a later one. */
    Optional<String> behind(Connection connection) throws SQLException {
        MigrationVersion applied = applied(connection);
        return applied.compareTo(needed) >= 0
                ? Optional.empty()
                : Optional.of("the schema is at version " + (applied == MigrationVersion.EMPTY ? "0" : applied)
                        + ", this Caravan needs " + needed);
    }

    private static MigrationVersion applied(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(APPLIED)) {
            return rows.next() ? MigrationVersion.fromVersion(rows.getString(1)) : MigrationVersion.EMPTY;
        } catch (SQLException e) {
            if (NO_SUCH_TABLE.equals(e.getSQLState())) {
                return MigrationVersion.EMPTY;
            }
            throw e;
        }
    }
}
