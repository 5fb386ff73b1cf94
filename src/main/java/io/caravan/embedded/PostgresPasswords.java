package io.caravan.embedded;

import io.caravan.settings.PrivateFile;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.postgresql.PGConnection;

/**
 * The passwords of the embedded PostgreSQL, in files of the data folder that only their owner reads. A new database asks for
 * them from its first moment; one that lets everybody in, as those of earlier versions do, is made to ask at its next start.
 * Every step may be the last before a kill: the files come first, then the users, and what shuts the others out comes last.
 * Immutable.
 */
public final class PostgresPasswords {

    static final String SUPERUSER = "postgres";

    private static final String METHOD = "scram-sha-256";
    private static final String EVERYBODY = "host all all " + Claim.HOST + "/32 ";
    private static final String WRONG_PASSWORD = "28P01";

    private final Path directory;
    private final String superuser;
    private final String user;

    private PostgresPasswords(Path directory, String superuser, String user) {
        this.directory = directory;
        this.superuser = superuser;
        this.user = user;
    }

    /** The file with the password of {@link EmbeddedPostgres#USER}. */
    public static Path file(Path dataDir) {
        return dataDir.resolve("database-password");
    }

    /** The file with the password of the user {@code postgres}, who may do everything. */
    public static Path superuserFile(Path dataDir) {
        return dataDir.resolve("database-superuser-password");
    }

    /**
     * Those of a server's folder, made where they are missing and can be.
     *
     * @throws UserError when the server asks for a password that has gone
     */
    static PostgresPasswords of(Path directory) throws IOException {
        Path dataDir = directory.getParent();
        Path kept = superuserFile(dataDir);
        if (!Files.exists(kept) && asks(directory)) {
            throw lost(directory, "There is no " + kept, null);
        }
        return new PostgresPasswords(directory, PrivateFile.secret(kept), PrivateFile.secret(file(dataDir)));
    }

    String superuser() {
        return superuser;
    }

    String user() {
        return user;
    }

    /** What {@code initdb} is told, so that a new database asks at once. */
    Map<String, String> ofNewDatabase() {
        return Map.of(
                "auth-host",
                METHOD,
                "pwfile",
                superuserFile(directory.getParent()).toString());
    }

    /** Gives both users their passwords, and then lets in nobody without. The server gets verifiers only, for its log too. */
    void require(Connection connection) throws SQLException, IOException {
        PGConnection server = connection.unwrap(PGConnection.class);
        server.alterUserPassword(SUPERUSER, superuser.toCharArray(), METHOD);
        server.alterUserPassword(EmbeddedPostgres.USER, user.toCharArray(), METHOD);
        PrivateFile.write(access(directory), EVERYBODY + METHOD);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    /** What to throw when the server did not start: the user is told when it does not take the password. */
    IOException startFailed(IOException failure) {
        if (failure.getCause() instanceof SQLException refusal && WRONG_PASSWORD.equals(refusal.getSQLState())) {
            throw lost(
                    directory, "What " + superuserFile(directory.getParent()) + " holds is not the password", failure);
        }
        return failure;
    }

    private static UserError lost(Path directory, String what, Throwable cause) {
        return new UserError(
                what + " of the database in " + directory
                        + ". Put the file back; or, for new passwords, delete it, let " + access(directory)
                        + " hold the one line '" + EVERYBODY + "trust', and start again",
                cause);
    }

    private static boolean asks(Path directory) throws IOException {
        Path access = access(directory);
        return Files.exists(access)
                && Files.readAllLines(access).stream().noneMatch(line -> line.matches("host\\s.*\\strust\\s*"));
    }

    private static Path access(Path directory) {
        return directory.resolve("pg_hba.conf");
    }
}
