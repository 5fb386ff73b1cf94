package io.caravan.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.faults.Message.Reading;
import io.caravan.faults.Verdict.Fault;
import io.caravan.it.Api;
import io.caravan.it.Rows;
import io.caravan.oracle.WindowProof;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares, as sets, what was sent and acknowledged with what the database holds: readings, latest values, settled windows,
 * dead letters; and looks whether the ledger adds up. What was sent and not acknowledged may be there or not.
 */
final class Oracle {

    private static final String STALE_LATEST =
            """
            SELECT device_id || ' ' || metric FROM (
                SELECT DISTINCT ON (tenant_id, device_id, metric) tenant_id, device_id, metric, ts, seq
                FROM readings WHERE device_id LIKE ? ORDER BY tenant_id, device_id, metric, ts DESC, seq DESC) AS newest
            LEFT JOIN latest USING (tenant_id, device_id, metric)
            WHERE latest.ts IS DISTINCT FROM newest.ts OR latest.seq IS DISTINCT FROM newest.seq""";

    private final Journal journal;
    private final Rows rows;
    private final Api api;
    private final String prefix;

    /** @param prefix what the ids of the devices begin with that are compared; it ends with '-' */
    Oracle(Journal journal, Rows rows, Api api, String prefix) {
        this.journal = journal;
        this.rows = rows;
        this.api = api;
        this.prefix = prefix;
    }

    Verdict verdict() throws Exception {
        Verdict verdict = new Verdict();
        try (Connection connection = rows.connect()) {
            compareReadings(connection, verdict);
            compareLatest(connection, verdict);
            compareWindows(connection, verdict);
            compareDeadLetters(connection, verdict);
        }
        compareLedger(verdict);
        return verdict;
    }

    /** What is stored is read first: what is sent meanwhile must not look as if nobody had sent it. */
    private void compareReadings(Connection connection, Verdict verdict) throws SQLException {
        Map<Reading, Integer> stored = readings(connection);
        Map<Reading, Integer> acknowledged = new HashMap<>();
        Map<Reading, Integer> sent = new HashMap<>();
        journal.messages()
                .forEach((message, wasAcknowledged) -> message.readings().forEach(reading -> {
                    sent.merge(reading, 1, Integer::sum);
                    if (wasAcknowledged) {
                        acknowledged.merge(reading, 1, Integer::sum);
                    }
                }));

        Set<String> missing = new HashSet<>();
        acknowledged.forEach((reading, count) -> {
            int lost = count - stored.getOrDefault(reading, 0);
            if (lost > 0) {
                verdict.add(Fault.LOST, lost, reading.toString());
                missing.add(placeOf(reading));
            }
        });
        stored.forEach((reading, count) -> {
            int once = sent.getOrDefault(reading, 0);
            if (once == 0) {
                boolean altered = missing.contains(placeOf(reading));
                verdict.add(altered ? Fault.ALTERED : Fault.INVENTED, count, reading.toString());
            } else if (count > once) {
                verdict.add(Fault.DUPLICATED, count - once, reading.toString());
            }
        });
    }

    private static String placeOf(Reading reading) {
        return reading.device() + '/' + reading.metric() + '/' + reading.micros();
    }

    private Map<Reading, Integer> readings(Connection connection) throws SQLException {
        Map<Reading, Integer> stored = new HashMap<>();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(10_000);
            try (ResultSet row = statement.executeQuery(
                    "SELECT device_id, metric, (extract(epoch FROM ts) * 1000000)::bigint, value FROM readings"
                            + " WHERE device_id LIKE '" + prefix + "%'")) {
                while (row.next()) {
                    Reading reading = new Reading(
                            row.getString(1),
                            row.getString(2),
                            row.getLong(3),
                            row.getObject(4) == null ? Double.NaN : row.getDouble(4));
                    stored.merge(reading, 1, Integer::sum);
                }
            }
        }
        connection.setAutoCommit(true);
        return stored;
    }

    private void compareLatest(Connection connection, Verdict verdict) throws SQLException {
        try (var statement = connection.prepareStatement(STALE_LATEST)) {
            statement.setString(1, prefix + "%");
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    verdict.add(Fault.WRONG_LATEST, 1, row.getString(1));
                }
            }
        }
    }

    private void compareWindows(Connection connection, Verdict verdict) throws SQLException {
        WindowProof proof = new WindowProof(connection);
        long marks = proof.marks(prefix);
        if (marks > 0) {
            verdict.add(Fault.UNSETTLED, marks, "marks of windows to be computed again");
        }
        proof.wrong(prefix).forEach(window -> verdict.add(Fault.WRONG_WINDOW, 1, window));
    }

    private void compareDeadLetters(Connection connection, Verdict verdict) throws SQLException {
        Map<String, String> stored = deadLetters(connection);
        Map<String, Message> missing = new HashMap<>();
        Map<String, Message> bad = new HashMap<>();
        journal.messages().forEach((message, wasAcknowledged) -> {
            if (message.reason() != null) {
                bad.put(keyOf(message.topic(), message.reason(), message.bytes()), message);
                if (wasAcknowledged) {
                    missing.put(keyOf(message.topic(), message.reason(), message.bytes()), message);
                }
            }
        });
        stored.forEach((key, description) -> {
            missing.remove(key);
            if (!bad.containsKey(key)) {
                verdict.add(Fault.STRANGE_DEAD_LETTER, 1, description);
            }
        });
        missing.values()
                .forEach(
                        message -> verdict.add(Fault.DEAD_LETTER_MISSING, 1, message.topic() + ' ' + message.reason()));
    }

    /** What each says of itself, by what must be equal to what was sent. */
    private static Map<String, String> deadLetters(Connection connection) throws SQLException {
        Map<String, String> stored = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT topic, reason, payload, detail FROM dead_letters")) {
            while (row.next()) {
                stored.put(
                        keyOf(row.getString(1), row.getString(2), row.getBytes(3)),
                        row.getString(1) + ' ' + row.getString(2) + " (" + row.getString(4) + ")");
            }
        }
        return stored;
    }

    /** Dead letters keep the first 64 KB of what is too large. */
    private static String keyOf(String topic, String reason, byte[] payload) {
        byte[] kept = payload.length > 65_536 ? Arrays.copyOf(payload, 65_536) : payload;
        return topic + ' ' + reason + ' ' + new String(kept, StandardCharsets.ISO_8859_1);
    }

    private void compareLedger(Verdict verdict) throws Exception {
        JsonNode ledger = api.json("/api/ledger");
        if (!ledger.path("balanced").asBoolean()) {
            verdict.add(Fault.UNBALANCED, 1, ledger.toString());
            return;
        }
        for (JsonNode stage : ledger.get("stages")) {
            if (stage.get("in_flight").longValue() != 0 || stage.get("lost").longValue() != 0) {
                verdict.add(Fault.UNBALANCED, 1, stage.toString());
            }
        }
    }
}
