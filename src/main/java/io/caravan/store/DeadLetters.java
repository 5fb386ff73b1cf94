package io.caravan.store;

import io.caravan.decode.Reason;
import io.caravan.kafka.Replay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Turns records of the dead-letter topic into rows. A dead letter's identity is the place of its message on iot.raw, and its
 * time of receipt, for a topic that is made anew has the same places again; of a part of a message the place of the whole, and its
 * number; one that never got there has its own place on the dead-letter topic, and a replay is the dead letter that it is a replay of.
 * Whatever the headers hold, the row can be stored. A replay that is {@link Reason#IGNORED} makes none. Thread-safe.
 */
public final class DeadLetters {

    private static final String COLUMNS = "caravanDeadLetters";

    private final boolean wait;

    /** @param wait whether messages beyond the limit of their tenant are to be replayed as soon as it has room */
    public DeadLetters(boolean wait) {
        this.wait = wait;
    }

    /** Reads the dead letters of the body: a list of messages, or one. */
    public void collect(Exchange exchange) {
        Message body = exchange.getMessage();
        @SuppressWarnings("unchecked")
        List<Message> batch = body.getBody() instanceof List<?> list ? (List<Message>) list : List.of(body);
        List<DeadLetterRow> rows = new ArrayList<>(batch.size());
        List<Replay> ignored = new ArrayList<>();
        for (Message message : batch) {
            DeadLetterRow row = DeadLetterRow.of(message);
            if (!row.reason().equals(Reason.IGNORED.code())) {
                rows.add(row);
            } else if (row.replay() != null) {
                ignored.add(row.replay());
            }
        }
        Map<String, Object> columns = new HashMap<>();
        columns.put("ignored", ignored.stream().map(Replay::letter).toArray(Long[]::new));
        columns.put("ignoredNumbers", ignored.stream().map(Replay::number).toArray(Integer[]::new));
        columns.put("wait", wait);
        columns.put("originTopics", texts(rows, DeadLetterRow::originTopic));
        columns.put(
                "originPartitions",
                rows.stream().map(DeadLetterRow::originPartition).toArray(Integer[]::new));
        columns.put(
                "originOffsets",
                rows.stream().mapToLong(DeadLetterRow::originOffset).toArray());
        columns.put("originParts", rows.stream().map(DeadLetterRow::originPart).toArray(Integer[]::new));
        columns.put("stampedTimes", rows.stream().map(DeadLetterRow::stampedAt).toArray(Long[]::new));
        columns.put("tenants", texts(rows, DeadLetterRow::tenant));
        columns.put("devices", texts(rows, DeadLetterRow::device));
        columns.put("dialects", texts(rows, DeadLetterRow::dialect));
        columns.put("topics", texts(rows, DeadLetterRow::topic));
        columns.put("stages", texts(rows, DeadLetterRow::stage));
        columns.put("reasons", texts(rows, DeadLetterRow::reason));
        columns.put("details", texts(rows, DeadLetterRow::detail));
        columns.put(
                "receivedTimes", rows.stream().map(DeadLetterRow::receivedAt).toArray(Long[]::new));
        columns.put(
                "failedTimes", rows.stream().mapToLong(DeadLetterRow::failedAt).toArray());
        columns.put("headers", texts(rows, DeadLetterRow::headers));
        columns.put("payloads", rows.stream().map(DeadLetterRow::payload).toArray(byte[][]::new));
        columns.put(
                "payloadLengths", rows.stream().mapToLong(DeadLetterRow::length).toArray());
        columns.put("payloadHashes", texts(rows, DeadLetterRow::sha256));
        columns.put("recordKeys", texts(rows, DeadLetterRow::key));
        columns.put("enriched", rows.stream().map(DeadLetterRow::enriched).toArray(Boolean[]::new));
        columns.put(
                "replayed",
                rows.stream()
                        .map(row -> row.replay() == null ? null : row.replay().letter())
                        .toArray(Long[]::new));
        columns.put(
                "replayNumbers",
                rows.stream()
                        .map(row -> row.replay() == null ? null : row.replay().number())
                        .toArray(Integer[]::new));
        exchange.setProperty(COLUMNS, columns);
    }

    /** Whether the batch has replays that have failed again. */
    public boolean hasReplays(Exchange exchange) {
        return Stream.of((Long[]) columns(exchange).get("replayed")).anyMatch(Objects::nonNull);
    }

    /** Whether the batch has replays of messages that turned out to be none to keep. */
    public boolean hasIgnored(Exchange exchange) {
        return ((Long[]) columns(exchange).get("ignored")).length > 0;
    }

    /** Hands the columns to the statement that follows. */
    public void parameters(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, columns(exchange));
    }

    private static Map<?, ?> columns(Exchange exchange) {
        return exchange.getProperty(COLUMNS, Map.class);
    }

    private static String[] texts(List<DeadLetterRow> rows, Function<DeadLetterRow, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }
}
