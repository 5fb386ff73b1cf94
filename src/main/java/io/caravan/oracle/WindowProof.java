package io.caravan.oracle;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the settled windows of some devices with what a plain SELECT makes of their readings: count, minimum, maximum,
 * first and last exactly, sum and average to 1e-9 of the sum of magnitudes, standard deviation to 1e-6. Reads only. Not
 * thread-safe.
 */
public final class WindowProof {

    /**
     * Over the widths that each device has by its type, up to where each is settled; a prefix that ends with '-' ends before the same with '.'. What is
     * smaller than 1e-290 counts as that: the server takes a product that is no double any more for an error.
     */
    private static final String WRONG =
            """
            WITH settled AS (SELECT width, settled_until FROM window_widths WHERE settled_until IS NOT NULL),
            had AS (
                SELECT type, width, settled_until
                FROM (SELECT DISTINCT device_type AS type FROM devices UNION ALL SELECT '') AS types CROSS JOIN settled
                WHERE has_windows(type, width)),
            truth AS (
                SELECT tenant_id, device_id, metric, width,
                    date_bin(width * interval '1 second', ts, '1970-01-01 00:00:00Z') AS start,
                    count(*), sum(value), avg(value), min(value), max(value), stddev_samp(value) AS stddev,
                    (array_agg(value ORDER BY ts, seq))[1] AS first,
                    (array_agg(value ORDER BY ts DESC, seq DESC))[1] AS last,
                    greatest(sum(abs(value)), 1e-290) AS magnitude
                FROM readings
                LEFT JOIN devices USING (tenant_id, device_id)
                JOIN had ON type = coalesce(device_type, '')
                WHERE device_id >= ? AND device_id < ? AND value IS NOT NULL AND ts < settled_until
                    AND date_bin(width * interval '1 second', ts, '1970-01-01 00:00:00Z')
                        + width * interval '1 second' <= settled_until
                GROUP BY 1, 2, 3, 4, 5)
            SELECT format('%s %s %s s from %s: count %s, of readings %s; avg %s, of readings %s',
                device_id, metric, width, start, w.count, truth.count, w.avg, truth.avg)
            FROM truth
            FULL JOIN (
                SELECT windows.* FROM windows JOIN settled USING (width)
                WHERE device_id >= ? AND device_id < ? AND start + width * interval '1 second' <= settled_until
            ) AS w USING (tenant_id, device_id, metric, width, start)
            WHERE w.count IS DISTINCT FROM truth.count
                OR w.min <> truth.min OR w.max <> truth.max OR w.first <> truth.first OR w.last <> truth.last
                OR abs(w.sum - truth.sum) > 1e-9 * magnitude OR abs(w.avg - truth.avg) > 1e-9 * magnitude
                OR (w.stddev IS NULL) <> (truth.stddev IS NULL) OR abs(w.stddev - truth.stddev) > 1e-6 * greatest(truth.stddev, 1e-290)""";

    private static final String SETTLED =
            """
            SELECT count(*) FROM windows JOIN window_widths USING (width)
            WHERE device_id >= ? AND device_id < ? AND start + width * interval '1 second' <= settled_until""";

    private static final String MARKS = "SELECT count(*) FROM window_marks WHERE device_id >= ? AND device_id < ?";

    private final Connection connection;

    public WindowProof(Connection connection) {
        this.connection = connection;
    }

    /**
     * The settled windows that are not as their readings say, or are missing, or have no readings; one line of text each.
     *
     * @param prefix what the ids of the devices begin with; it ends with '-'
     */
    public List<String> wrong(String prefix) throws SQLException {
        return select(WRONG, prefix, after(prefix), prefix, after(prefix));
    }

    /** How many windows of the devices are settled. */
    public long settled(String prefix) throws SQLException {
        return Long.parseLong(select(SETTLED, prefix, after(prefix)).get(0));
    }

    /** How many marks say that a closed window of the devices got a reading since, and is to be computed again. */
    public long marks(String prefix) throws SQLException {
        return Long.parseLong(select(MARKS, prefix, after(prefix)).get(0));
    }

    private static String after(String prefix) {
        return prefix.substring(0, prefix.length() - 1) + '.';
    }

    private List<String> select(String query, String... parameters) throws SQLException {
        List<String> values = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
        }
        return values;
    }
}
