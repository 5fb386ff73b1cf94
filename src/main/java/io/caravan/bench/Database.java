package io.caravan.bench;

import io.caravan.oracle.WindowProof;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyInputStream;

/** The readings of a run, in the database that the application writes to. Reads only. Not thread-safe. */
final class Database implements AutoCloseable {

    private static final long LONGEST_SETTLING_NANOS = 60_000_000_000L;

    private final Connection connection;
    private final boolean commitTimes;

    /**
     * Connects.
     *
     * @throws UserError when the database cannot be reached, or has no readings table
     */
    Database(BenchTarget target) {
        Properties properties = new Properties();
        properties.setProperty("user", target.dbUser());
        properties.setProperty("password", target.dbPassword());
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("ApplicationName", "caravan bench");
        try {
            connection = DriverManager.getConnection(target.dbUrl(), properties);
        } catch (SQLException e) {
            throw new UserError("Cannot connect to the database " + target.dbUrl() + ": " + e.getMessage(), e);
        }
        try {
            commitTimes = "on".equals(first("SHOW track_commit_timestamp"));
            first("SELECT count(*) FROM (SELECT FROM readings LIMIT 1) AS any_reading");
        } catch (SQLException e) {
            throw new UserError(
                    "The database " + target.dbUrl() + " has no readings to look at: " + e.getMessage()
                            + " (is the application running on it?)",
                    e);
        }
    }

    /** Whether the server remembers when transactions were committed. */
    boolean commitTimes() {
        return commitTimes;
    }

    /**
     * How many readings of a run there are.
     *
     * @param prefix what its device ids begin with
     * @param sinceMicros the run's first timestamp: spares the partitions before
     */
    long count(String prefix, long sinceMicros) {
        String sql = "SELECT count(*) FROM readings WHERE " + ofRun(prefix)
                + " AND ts >= 'epoch'::timestamptz + ? * interval '1 microsecond'";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, sinceMicros);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        } catch (SQLException e) {
            throw new UserError("Cannot count the readings: " + e.getMessage(), e);
        }
    }

    /** Hands every reading of a run to the oracle, about a million a second. */
    void compare(Workload workload, Oracle oracle) {
        String commit = commitTimes ? "pg_xact_commit_timestamp(xmin)" : "NULL::timestamptz";
        String sql = "COPY (SELECT device_id, metric, ts, value, unit, " + commit + " FROM readings WHERE "
                + ofRun(workload.prefix()) + ") TO STDOUT (FORMAT binary)";
        try (InputStream in = new PGCopyInputStream(connection.unwrap(PGConnection.class), sql)) {
            BinaryCopy rows = new BinaryCopy(in);
            while (rows.nextRow()) {
                rows.nextField();
                int device = workload.deviceNumber(rows.bytes(), rows.offset(), rows.length());
                rows.nextField();
                int metric = workload.metricNumber(rows.bytes(), rows.offset(), rows.length());
                rows.nextField();
                long timestamp = rows.timestamp();
                rows.nextField();
                double value = rows.isNull() ? Double.NaN : rows.float8();
                rows.nextField();
                boolean unit = metric < 0 || workload.unitIs(metric, rows.bytes(), rows.offset(), rows.length());
                rows.nextField();
                oracle.row(device, metric, timestamp, value, unit, rows.timestamp());
            }
        } catch (SQLException | IOException e) {
            throw new UserError("Cannot read the readings back: " + e.getMessage(), e);
        }
    }

    /** A prefix that ends with '-' holds what lies between it and the same with '.', the next character. */
    private static String ofRun(String prefix) {
        return "device_id >= '" + prefix + "' AND device_id < '" + prefix.substring(0, prefix.length() - 1) + ".'";
    }

    /** Waits until no window of the run waits to be computed again, and compares them with the readings. */
    AtRest atRest(String prefix, Boolean balanced) throws InterruptedException {
        try {
            long deadLetters = -1;
            if (first("SELECT to_regclass('dead_letters')") != null) {
                deadLetters = Long.parseLong(first("SELECT count(*) FROM dead_letters WHERE " + ofRun(prefix)));
            }
            if (first("SELECT to_regclass('window_widths')") == null) {
                return new AtRest(-1, -1, deadLetters, balanced);
            }
            WindowProof proof = new WindowProof(connection);
            long deadline = System.nanoTime() + LONGEST_SETTLING_NANOS;
            while (proof.marks(prefix) > 0 && System.nanoTime() - deadline < 0) {
                Thread.sleep(500);
            }
            return new AtRest(
                    proof.settled(prefix), proof.wrong(prefix).size() + proof.marks(prefix), deadLetters, balanced);
        } catch (SQLException e) {
            throw new UserError("Cannot compare the windows with the readings: " + e.getMessage(), e);
        }
    }

    private String first(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            result.next();
            return result.getString(1);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // The run is over, its result does not depend on this.
        }
    }
}
