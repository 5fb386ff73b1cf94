package io.caravan.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.decode.Text;
import io.caravan.faults.Message.Event;
import io.caravan.faults.Message.Reading;
import io.caravan.faults.Verdict.Fault;
import io.caravan.it.Api;
import io.caravan.it.Rows;
import io.caravan.oracle.WindowProof;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Compares, as sets, what was sent and acknowledged with what the database holds: readings, events, latest values, presence,
 * directory, settled windows, dead letters; and looks whether the ledger adds up. What was sent and not acknowledged may be there or not.
 */
final class Oracle {

    private static final String STALE_LATEST =
            """
            SELECT device_id || ' ' || metric FROM (
                SELECT DISTINCT ON (tenant_id, device_id, metric) tenant_id, device_id, metric, ts, seq
                FROM readings WHERE starts_with(device_id, ?) ORDER BY tenant_id, device_id, metric, ts DESC, seq DESC) AS newest
            LEFT JOIN latest USING (tenant_id, device_id, metric)
            WHERE latest.ts IS DISTINCT FROM newest.ts OR latest.seq IS DISTINCT FROM newest.seq""";

    /** So many bytes are kept of what is too large. */
    private static final int KEPT = 65_536;

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
            compareEvents(connection, verdict);
            compareLatest(connection, verdict);
            compareDevices(connection, verdict);
            compareWindows(connection, verdict);
            compareDeadLetters(connection, verdict);
        }
        compareLedger(verdict);
        return verdict;
    }

    /** What is stored is read first, here and below: what is sent meanwhile must not look as if nobody had sent it. */
    private void compareReadings(Connection connection, Verdict verdict) throws SQLException {
        Map<Reading, Integer> stored = readings(connection);
        Counts<Reading> expected = new Counts<>();
        journal.messages().forEach((message, acknowledged) -> message.readings()
                .forEach(reading -> expected.add(reading, acknowledged)));
        Set<String> missing = new HashSet<>();
        expected.compare(
                stored,
                verdict,
                lost -> missing.add(placeOf(lost)),
                strange -> missing.contains(placeOf(strange)) ? Fault.ALTERED : Fault.INVENTED);
    }

    private void compareEvents(Connection connection, Verdict verdict) throws SQLException {
        Map<Event, Integer> stored = new HashMap<>();
        each(
                connection,
                "SELECT device_id, kind, (extract(epoch FROM ts) * 1000000)::bigint, body::text FROM events",
                row -> stored.merge(
                        new Event(row.getString(1), row.getString(2), row.getLong(3), row.getString(4)),
                        1,
                        Integer::sum));
        Counts<Event> expected = new Counts<>();
        journal.messages().forEach((message, acknowledged) -> {
            if (message.event() != null) {
                expected.add(message.event(), acknowledged);
            }
        });
        expected.compare(stored, verdict, lost -> {}, strange -> Fault.INVENTED);
    }

    private static String placeOf(Reading reading) {
        return reading.device() + '/' + reading.metric() + '/' + reading.micros();
    }

    private Map<Reading, Integer> readings(Connection connection) throws SQLException {
        Map<Reading, Integer> stored = new HashMap<>();
        each(
                connection,
                "SELECT device_id, metric, (extract(epoch FROM ts) * 1000000)::bigint, value FROM readings",
                row -> stored.merge(
                        new Reading(
                                row.getString(1),
                                row.getString(2),
                                row.getLong(3),
                                row.getObject(4) == null ? Double.NaN : row.getDouble(4)),
                        1,
                        Integer::sum));
        return stored;
    }

    /** The rows of a query of a table, those of the devices that are compared. */
    private void each(Connection connection, String query, RowReader reader) throws SQLException {
        connection.setAutoCommit(false);
        try (var statement = connection.prepareStatement(query + " WHERE starts_with(device_id, ?)")) {
            statement.setFetchSize(10_000);
            statement.setString(1, prefix);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    reader.read(row);
                }
            }
        }
        connection.setAutoCommit(true);
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    /** How often each thing was sent, and how often it was acknowledged. */
    private static final class Counts<T> {

        private final Map<T, Integer> acknowledged = new HashMap<>();
        private final Map<T, Integer> sent = new HashMap<>();

        void add(T thing, boolean wasAcknowledged) {
            sent.merge(thing, 1, Integer::sum);
            if (wasAcknowledged) {
                acknowledged.merge(thing, 1, Integer::sum);
            }
        }

        void compare(Map<T, Integer> stored, Verdict verdict, Consumer<T> lost, Function<T, Fault> strange) {
            acknowledged.forEach((thing, count) -> {
                int missing = count - stored.getOrDefault(thing, 0);
                if (missing > 0) {
                    verdict.add(Fault.LOST, missing, thing.toString());
                    lost.accept(thing);
                }
            });
            stored.forEach((thing, count) -> {
                int once = sent.getOrDefault(thing, 0);
                if (once == 0) {
                    verdict.add(strange.apply(thing), count, thing.toString());
                } else if (count > once) {
                    verdict.add(Fault.DUPLICATED, count - once, thing.toString());
                }
            });
        }
    }

    private void compareLatest(Connection connection, Verdict verdict) throws SQLException {
        try (var statement = connection.prepareStatement(STALE_LATEST)) {
            statement.setString(1, prefix);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    verdict.add(Fault.WRONG_LATEST, 1, row.getString(1));
                }
            }
        }
    }

    /** Whoever was heard of is in the directory, and was last seen then or later. */
    private void compareDevices(Connection connection, Verdict verdict) throws SQLException {
        Set<String> known = new HashSet<>();
        each(connection, "SELECT device_id FROM devices", row -> known.add(row.getString(1)));
        Map<String, Long> seen = new HashMap<>();
        each(
                connection,
                "SELECT device_id, (extract(epoch FROM last_seen) * 1000)::bigint FROM presence",
                row -> seen.merge(row.getString(1), row.getLong(2), Math::max));
        journal.lastHeard().forEach((device, time) -> {
            if (!device.startsWith(prefix)) {
                return;
            }
            if (!known.contains(device)) {
                verdict.add(Fault.UNKNOWN_DEVICE, 1, device);
            }
            Long lastSeen = seen.get(device);
            if (lastSeen == null || lastSeen < time) {
                verdict.add(
                        Fault.WRONG_PRESENCE, 1, device + " last seen at " + lastSeen + ", sent a message at " + time);
            }
        });
    }

    private void compareWindows(Connection connection, Verdict verdict) throws SQLException {
        WindowProof proof = new WindowProof(connection);
        long marks = proof.marks(prefix);
        if (marks > 0) {
            verdict.add(Fault.UNSETTLED, marks, "marks of windows to be computed again");
        }
        proof.wrong(prefix).forEach(window -> verdict.add(Fault.WRONG_WINDOW, 1, window));
    }

    private void compareDeadLetters(Connection connection, Verdict verdict) throws Exception {
        Map<String, String> stored = deadLetters(connection);
        Map<String, Message> missing = new HashMap<>();
        Set<String> bad = new HashSet<>();
        for (Map.Entry<Message, Boolean> sent : journal.messages().entrySet()) {
            Message message = sent.getKey();
            if (message.reason() != null) {
                String key = keyOf(Text.printable(message.topic()), message.reason(), message.bytes());
                bad.add(key);
                if (sent.getValue()) {
                    missing.put(key, message);
                }
            }
        }
        stored.forEach((key, description) -> {
            missing.remove(key);
            if (!bad.contains(key)) {
                verdict.add(Fault.STRANGE_DEAD_LETTER, 1, description);
            }
        });
        missing.values()
                .forEach(
                        message -> verdict.add(Fault.DEAD_LETTER_MISSING, 1, message.topic() + ' ' + message.reason()));
    }

    /** What each says of itself, by what must be equal to what was sent. One that was replayed well is none any more. */
    private static Map<String, String> deadLetters(Connection connection) throws SQLException, IOException {
        Map<String, String> stored = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT topic, reason, payload, detail, payload_length, payload_sha256 FROM dead_letters"
                                + " WHERE dead_letter_state(replays, failed_replay, resolved_replay) <> 'resolved'")) {
            while (row.next()) {
                byte[] payload = row.getBytes(3);
                String sha256 = row.getString(6);
                stored.put(
                        sha256 == null
                                ? keyOf(row.getString(1), row.getString(2), payload)
                                : keyOfCut(row.getString(1), row.getString(2), payload, row.getLong(5), sha256),
                        row.getString(1) + ' ' + row.getString(2) + " (" + row.getString(4) + ")");
            }
        }
        return stored;
    }

    /** Of what the database has refused, the dead letter may hold the message as it was enriched. */
    private static String keyOf(String topic, String reason, byte[] payload) throws IOException {
        if (reason.equals(Message.REFUSED)) {
            return topic + ' ' + reason + ' ' + Api.MAPPER.readTree(payload).get("measurements");
        }
        return payload.length > KEPT && reason.equals("too-large")
                ? keyOfCut(topic, reason, Arrays.copyOf(payload, KEPT), payload.length, sha256(payload))
                : topic + ' ' + reason + ' ' + new String(payload, StandardCharsets.ISO_8859_1);
    }

    private static String keyOfCut(String topic, String reason, byte[] start, long length, String sha256) {
        return topic
                + ' '
                + reason
                + ' '
                + length
                + ' '
                + sha256
                + ' '
                + new String(start, StandardCharsets.ISO_8859_1);
    }

    private static String sha256(byte[] payload) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
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
