package io.caravan.faults;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A database that is in trouble for some seconds, under load, and an application with two connections to it: what it does not
 * take now, it takes later, and nothing of it is a dead letter.
 */
@Tag("faults")
class DatabaseFaultsIT {

    private static final List<String> TABLES =
            List.of("readings", "latest", "presence", "devices", "dead_letters", "ledger", "windows", "window_state");
    /** How long each trouble lasts. */
    private static final long TROUBLE_MILLIS = 5_000;

    private static World world;
    private static Connection admin;
    private static long seed;
    private Load load;

    @BeforeAll
    static void start() throws IOException, SQLException {
        world = World.start("trouble-");
        world.ready(Map.of("caravan.db.pool", "2"));
        admin = world.superuser();
    }

    @AfterAll
    static void stop() throws IOException, SQLException {
        if (admin != null) {
            admin.close();
        }
        if (world != null) {
            world.close();
        }
    }

    @BeforeEach
    void begin() throws SQLException {
        long stored = stored();
        seed++;
        load = world.load(seed, 200);
        await().until(() -> stored() > stored);
    }

    private static long stored() throws SQLException {
        return world.rows().count("SELECT count(*) FROM readings");
    }

    @AfterEach
    void end() {
        load.close();
    }

    @Test
    void tablesThatAnotherSessionKeepsLockedAreWaitedFor() throws Exception {
        for (String table : TABLES) {
            lockFor(1_000, table);
        }
        lockFor(TROUBLE_MILLIS, "readings");
        requireNothingWrong();
    }

    @Test
    void statementsThatTakeTooLongAreTriedAgain() throws Exception {
        execute("ALTER ROLE caravan SET statement_timeout = '200ms'");
        try {
            terminate();
            lockFor(TROUBLE_MILLIS, "readings", "latest", "dead_letters");
        } finally {
            execute("ALTER ROLE caravan RESET statement_timeout");
            terminate();
        }
        requireNothingWrong();
    }

    @Test
    void connectionsThatAreEndedAreReplaced() throws Exception {
        for (int i = 0; i < 20; i++) {
            terminate();
            Thread.sleep(TROUBLE_MILLIS / 20);
        }
        requireNothingWrong();
    }

    @Test
    void aServerThatTakesNoMoreConnectionsIsAskedAgain() throws Exception {
        execute("ALTER ROLE caravan CONNECTION LIMIT 0");
        try {
            terminate();
            Thread.sleep(TROUBLE_MILLIS);
        } finally {
            execute("ALTER ROLE caravan CONNECTION LIMIT -1");
        }
        requireNothingWrong();
    }

    @Test
    void aServerThatOnlyReadsForAWhileGetsItAllAfterwards() throws Exception {
        execute("ALTER ROLE caravan SET default_transaction_read_only = on");
        try {
            terminate();
            Thread.sleep(TROUBLE_MILLIS);
        } finally {
            execute("ALTER ROLE caravan RESET default_transaction_read_only");
            terminate();
        }
        requireNothingWrong();
    }

    /** Disk full, memory full, collisions with others, not ready yet, files that cannot be read, faults of the server. */
    @ParameterizedTest
    @ValueSource(strings = {"53100", "53200,40001,40P01,57P03,58030,XX000"})
    void whatTheServerCannotDoNowIsNoFaultOfTheRow(String sqlStates) throws Exception {
        String[] states = sqlStates.split(",");
        for (String table : TABLES) {
            raise(states[0]);
            execute("CREATE TRIGGER trouble BEFORE INSERT ON " + table + " EXECUTE FUNCTION trouble()");
        }
        try {
            for (String state : states) {
                raise(state);
                Thread.sleep(TROUBLE_MILLIS / states.length);
            }
        } finally {
            for (String table : TABLES) {
                execute("DROP TRIGGER trouble ON " + table);
            }
        }
        requireNothingWrong();
    }

    private static void raise(String sqlState) throws SQLException {
        execute("CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE 'trouble' USING ERRCODE = '" + sqlState + "'; END $$");
    }

    private static void lockFor(long millis, String... tables) throws IOException, SQLException, InterruptedException {
        try (Connection session = world.superuser();
                Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            for (String table : tables) {
                statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
            }
            Thread.sleep(millis);
            session.rollback();
        }
    }

    private static void terminate() throws SQLException {
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'caravan'");
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    private void requireNothingWrong() throws Exception {
        load.stop();
        world.requireNothingWrong();
    }
}
