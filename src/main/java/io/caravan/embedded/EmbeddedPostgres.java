package io.caravan.embedded;

import io.caravan.settings.UserError;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres.Builder;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A PostgreSQL server, a child process of this one, on loopback, that lets in nobody without {@link PostgresPasswords a
 * password}. It has a database {@value #DATABASE} that belongs to a user {@value #USER}; both are made when missing. Commits are synced to disk: they survive a power
 * failure. Its log is the file {@code postgres.log} in the data folder.
 *
 * <p>When this process is killed, the server lives on; the next start on the same folder ends it first.
 *
 * <p>{@link #close} may be called from any thread, and more than once.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    /** The name of the database. */
    public static final String DATABASE = "caravan";

    /** The user to connect as, with {@link #password}. */
    public static final String USER = "caravan";

    static final String PORT_KEY = "caravan.embedded.postgres.port";

    /** Marks a folder on which the server was started and prepared once. */
    private static final String FINISHED = "caravan-finished";

    /** After a kill, a start replays up to {@code max_wal_size} of log first. */
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("listen_addresses", Claim.HOST),
            Map.entry("unix_socket_directories", ""),
            // the library that starts the server turns these two off
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("max_connections", "60"),
            Map.entry("shared_buffers", "256MB"),
            Map.entry("max_wal_size", "4GB"),
            Map.entry("checkpoint_timeout", "15min"),
            Map.entry("track_commit_timestamp", "on"),
            // short statements only: compiling one costs more than it saves
            Map.entry("jit", "off"));

    private final Claim claim;
    private final Postmaster postmaster;
    private final PostgresPasswords passwords;
    private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;

    private EmbeddedPostgres(
            Claim claim,
            Postmaster postmaster,
            PostgresPasswords passwords,
            io.zonky.test.db.postgres.embedded.EmbeddedPostgres server) {
        this.claim = claim;
        this.postmaster = postmaster;
        this.passwords = passwords;
        this.server = server;
    }

    /**
     * Starts a server and waits until it answers.
     *
     * @param dataDir keeps its files, in a folder {@code postgres}
     * @param port 1 to 65535, or 0 for any free one
     * @throws UserError when the port or the folder is in use by somebody else, or the machine cannot run PostgreSQL
     */
    public static EmbeddedPostgres start(Path dataDir, int port) {
        return start(claim(dataDir, port));
    }

    /** Takes folder and port; a server that a killed process left behind may hold both, so it is ended first. */
    static Claim claim(Path dataDir, int port) {
        return Claim.of("PostgreSQL", dataDir, "postgres", PORT_KEY, port, folder -> new Postmaster(folder).stop());
    }

    static EmbeddedPostgres start(Claim claim) {
        Postmaster postmaster = new Postmaster(claim.directory());
        try {
            requireOrdinaryUser();
            setUnfinishedAside(claim.directory());
            PostgresPasswords passwords = PostgresPasswords.of(claim.directory());
            EmbeddedPostgres postgres = new EmbeddedPostgres(claim, postmaster, passwords, launch(claim, passwords));
            postgres.prepare();
            return postgres;
        } catch (IOException | SQLException | RuntimeException | ExceptionInInitializerError e) {
            throw claim.startFailed(e, () -> {
                postmaster.stop();
                claim.close();
            });
        }
    }

    public int port() {
        return claim.port();
    }

    /** The address for JDBC, such as {@code jdbc:postgresql://127.0.0.1:15432/caravan}; the user is {@link #USER}. */
    public String jdbcUrl() {
        return urlOf(DATABASE);
    }

    /** The password of {@link #USER}. */
    public String password() {
        return passwords.user();
    }

    /** Disconnects the clients and ends the server's processes. */
    @Override
    public void close() {
        try {
            server.close();
            // the library gives up after 5 s, and a last checkpoint may take longer
            postmaster.stop();
        } catch (IOException e) {
            throw new IllegalStateException("The embedded PostgreSQL did not stop: " + e.getMessage(), e);
        } finally {
            claim.close();
        }
    }

    private static io.zonky.test.db.postgres.embedded.EmbeddedPostgres launch(Claim claim, PostgresPasswords passwords)
            throws IOException {
        Redirect log = Redirect.appendTo(
                claim.directory().resolveSibling("postgres.log").toFile());
        File binaries = claim.directory().resolveSibling("postgres-binaries").toFile();
        Builder builder = io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
                .setDataDirectory(claim.directory())
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(binaries)
                // the application closes its servers itself, in order
                .setRegisterShutdownHook(false)
                .setPort(claim.port())
                .setPGStartupWait(START_LIMIT)
                .setLocaleConfig("locale", "C")
                .setLocaleConfig("locale-provider", "builtin")
                .setLocaleConfig("builtin-locale", "C.UTF-8")
                .setOutputRedirector(log)
                .setConnectConfig("password", passwords.superuser())
                .setErrorRedirector(log);
        // what the library calls the locale goes to initdb, whatever it is
        passwords.ofNewDatabase().forEach(builder::setLocaleConfig);
        SETTINGS.forEach(builder::setServerConfig);
        try {
            return builder.start();
        } catch (IOException e) {
            throw passwords.startFailed(e);
        } finally {
            // the library lets everybody write where it keeps the programs that it starts
            binaries.setWritable(false, false);
            binaries.setWritable(true, true);
        }
    }

    private void prepare() throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(
                        urlOf("postgres"), PostgresPasswords.SUPERUSER, passwords.superuser());
                Statement statement = connection.createStatement()) {
            if (!Path.of(text(statement, "SHOW data_directory")).equals(claim.directory())) {
                throw claim.portTaken(null);
            }
            if (text(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + USER + "'") == null) {
                statement.execute("CREATE ROLE " + USER + " LOGIN");
            }
            passwords.require(connection);
            // who owns a database makes no roles; those are what its migrations need
            for (String role : List.of("caravan_writer", "caravan_api")) {
                if (text(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + role + "'") == null) {
                    statement.execute("CREATE ROLE " + role);
                }
                statement.execute("GRANT " + role + " TO " + USER);
            }
            if (text(statement, "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'") == null) {
                statement.execute("CREATE DATABASE " + DATABASE + " OWNER " + USER);
            }
            // not every build can do this, and an unknown value would keep the server from starting
            if (text(statement, "SELECT 1 FROM pg_settings WHERE name = 'wal_compression' AND 'lz4' = ANY (enumvals)")
                    != null) {
                statement.execute("ALTER SYSTEM SET wal_compression = 'lz4'");
                statement.execute("SELECT pg_reload_conf()");
            }
        }
        Files.write(claim.directory().resolve(FINISHED), new byte[0]);
    }

    /**
     * A folder whose first start was interrupted holds nothing that anybody stored, and no server starts on it. It is moved
     * and not deleted, in case that this is wrong.
     */
    private static void setUnfinishedAside(Path directory) throws IOException {
        if (Files.exists(directory.resolve("postgresql.conf")) && !Files.exists(directory.resolve(FINISHED))) {
            Files.move(directory, directory.resolveSibling("postgres-unfinished-" + System.currentTimeMillis()));
        }
    }

    private static void requireOrdinaryUser() {
        if ("root".equals(System.getProperty("user.name")) && !LinuxUtils.isUnshareAvailable()) {
            throw new UserError(
                    "The embedded PostgreSQL does not run as root here, because the command 'unshare -U' does "
                            + "not work on this machine. Start Caravan as another user");
        }
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    private String urlOf(String database) {
        return "jdbc:postgresql://" + claim.address() + "/" + database;
    }
}
