package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The data that the demo begins with: what {@code sql/samples} holds and the database does not. Stateless. */
final class Samples {

    private static final Path F2 = Path.of("sql", "samples", "f2.sql");

    private Samples() {}

    /** @throws UserError when the database does not take them */
    static void load(Settings settings) {
        try (Connection connection = DriverManager.getConnection(
                        settings.text("caravan.db.url"),
                        settings.text("caravan.db.user"),
                        settings.text("caravan.db.password", ""));
                Statement statement = connection.createStatement()) {
            statement.execute(Files.readString(F2));
        } catch (SQLException | IOException e) {
            throw new UserError("Cannot load " + F2 + ": " + e.getMessage(), e);
        }
    }
}
