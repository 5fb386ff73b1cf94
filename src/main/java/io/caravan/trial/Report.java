package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.decode.Text;
import io.caravan.decode.Timestamps;
import io.caravan.kafka.RecordHeaders;
import io.caravan.reading.Quality;
import io.caravan.registry.DeviceRegistry;
import io.caravan.store.EnrichedMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Tells people, or programs, what became of a message. What devices wrote is shown without control characters. */
public final class Report {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final List<String> HEAD = List.of("metric", "value", "unit", "quality", "timestamp", "sequence");
    private static final String NEW = " (taken for one that the directory may add)";
    private static final int VALUE = 1;
    private static final int QUALITY = 3;
    /** The bounds of JavaScript's numbers (ECMA-262, 6.1.6.1.20). */
    private static final double PLAIN_FROM = 1e-6;

    private static final double PLAIN_BELOW = 1e21;

    private final PrintWriter out;
    private final Unread unread;
    private final boolean coloured;

    public Report(PrintWriter out, DeviceRegistry registry, boolean coloured) {
        this.out = out;
        this.unread = new Unread(registry);
        this.coloured = coloured;
    }

    /** One line of JSON: the enriched message as Kafka gets it, or of any other what its headers say. */
    public void json(Outcome outcome) {
        if (!outcome.isEnriched()) {
            ObjectNode letter = MAPPER.createObjectNode();
            letter.put("reason", outcome.header(RecordHeaders.REASON));
            letter.put("detail", outcome.header(RecordHeaders.DETAIL));
            letter.put("stage", outcome.header(RecordHeaders.STAGE));
            letter.put("dialect", outcome.header(RecordHeaders.DIALECT));
            letter.put("topic", outcome.header(RecordHeaders.TOPIC));
            outcome.topics().forEach(letter.putArray("topics")::add);
            out.println(letter);
        } else {
            out.println(new String(outcome.value(), StandardCharsets.UTF_8));
        }
    }

    /** A page for people. */
    public void text(Outcome outcome) {
        if (!outcome.isEnriched()) {
            out.println(
                    outcome.isIgnored()
                            ? coloured("33", "ignored: it is counted, and goes nowhere")
                            : red("dead letter: " + outcome.header(RecordHeaders.REASON)));
            row(outcome);
            line("detail", outcome.header(RecordHeaders.DETAIL));
            line("stage", outcome.header(RecordHeaders.STAGE));
            line("dialect", outcome.header(RecordHeaders.DIALECT));
            line("tenant", outcome.header(RecordHeaders.OWNER_TENANT));
            line("device", outcome.header(RecordHeaders.OWNER_DEVICE));
            line("topics", String.join(", ", outcome.topics()));
            unread.of(outcome).forEach(why -> line("no value", why));
            return;
        }
        out.println(green("enriched"));
        enriched(outcome);
    }

    private void enriched(Outcome outcome) {
        JsonNode json;
        try {
            json = MAPPER.readTree(outcome.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<List<String>> readings = new ArrayList<>();
        new EnrichedMessage()
                .read(
                        outcome.value(),
                        (metric, value, unit, quality, timestamp, sequence) -> readings.add(List.of(
                                Text.printable(metric),
                                quality == Quality.BAD ? "null" : number(value),
                                Text.printable(unit),
                                quality.name(),
                                Timestamps.format(timestamp),
                                Long.toString(sequence))));
        boolean own = json.at("/data_quality/timestamp_valid").asBoolean();
        row(outcome);
        line("dialect", outcome.header(RecordHeaders.DIALECT));
        line("tenant", json.path("tenant_id").asText());
        line("device", json.path("device_id").asText() + NEW);
        line("type", json.path("device_type").asText());
        line("site", json.path("site_id").asText(""));
        line("zone", json.path("zone_id").asText(""));
        line("kind", json.path("event_type").asText());
        line("timestamp", json.path("timestamp").asText() + (own ? "" : " (the time of receipt)"));
        line("sequence", json.path("sequence").asText());
        line("presence", json.path("online").asBoolean(true) ? "online" : "offline");
        line("event", json.has("body") ? "yes, the whole payload" : "no");
        line(
                "trends",
                json.has("trend_statistics")
                        ? Integer.toString(json.path("trend_statistics").size())
                        : "");
        line("topics", String.join(", ", outcome.topics()));
        line("readings", Integer.toString(readings.size()));
        unread.of(outcome).forEach(why -> line("no value", why));
        if (!readings.isEmpty()) {
            out.println();
            table(readings);
        }
    }

    private void row(Outcome outcome) {
        line("row", outcome.row() > 0 ? Integer.toString(outcome.row()) : "");
    }

    private void line(String name, String value) {
        if (!value.isEmpty()) {
            out.println("  " + pad(name, 11) + Text.printable(value));
        }
    }

    private void table(List<List<String>> rows) {
        int[] widths = HEAD.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(row.get(i)));
            }
        }
        row(HEAD, widths);
        rows.forEach(row -> row(row, widths));
    }

    private void row(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder(" ");
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            boolean right = i == VALUE || i == HEAD.size() - 1;
            String padded = right ? " ".repeat(widths[i] - length(cell)) + cell : pad(cell, widths[i]);
            line.append(i == 0 ? " " : "  ").append(i == QUALITY ? byQuality(cell, padded) : padded);
        }
        out.println(line);
    }

    private String byQuality(String quality, String shown) {
        return switch (quality) {
            case "UNCERTAIN" -> coloured("33", shown);
            case "BAD" -> red(shown);
            default -> shown;
        };
    }

    /** In full as far as people read it so, as a counter of millions. */
    private static String number(double value) {
        double size = Math.abs(value);
        String text = Double.toString(value);
        if (size >= PLAIN_FROM && size < PLAIN_BELOW) {
            text = new BigDecimal(text).toPlainString();
        }
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - length(text)));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private String green(String text) {
        return coloured("32", text);
    }

    private String red(String text) {
        return coloured("31", text);
    }

    /** ECMA-48, 8.3.117: select graphic rendition. */
    private String coloured(String colour, String text) {
        return coloured ? "\u001b[" + colour + "m" + text + "\u001b[0m" : text;
    }
}
