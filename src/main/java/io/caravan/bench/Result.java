package io.caravan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run found out. Rates, latencies and CPU time leave the warm-up out; the verdict leaves nothing out.
 *
 * @param stored latency from publish to stored in microseconds, empty where nothing was, null where it is not known
 * @param enriched latency from publish to the enriched topic in microseconds, likewise
 * @param cpu CPU-seconds per million readings, by process
 * @param maxLag the longest backlog in messages, -1 where it is not known
 * @param lagSteady whether the backlog did not grow in the last half of the run
 * @param behindMillis how far publishing fell behind its schedule at worst
 */
record Result(
        Verdict verdict,
        AtRest atRest,
        double messagesPerSecond,
        double readingsPerSecond,
        Histogram stored,
        Histogram enriched,
        Map<String, Double> cpu,
        long maxLag,
        boolean lagSteady,
        long behindMillis) {

    private static final String NO_COMMIT_TIMES =
            "n/a (set track_commit_timestamp = on in PostgreSQL's configuration and restart it)";
    private static final long NOTABLY_BEHIND_MILLIS = 250;

    /** Whether nothing is wrong. */
    boolean pass() {
        return verdict.pass() && atRest.pass();
    }

    /** One JSON object; what is not known is null. */
    String json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("verdict", pass() ? "PASS" : "FAIL");
        json.put("sent", verdict.sent());
        json.put("acknowledged", verdict.acknowledged());
        json.put("stored", verdict.stored());
        json.put("lost", verdict.lost());
        json.put("duplicated", verdict.duplicated());
        json.put("altered", verdict.altered());
        json.put("invented", verdict.invented());
        putKnown(json, "windows", atRest.windows());
        putKnown(json, "wrong_windows", atRest.wrongWindows());
        putKnown(json, "dead_letters", atRest.deadLetters());
        json.put("ledger_balanced", atRest.balanced());
        json.put("messages_per_second", rounded(messagesPerSecond));
        json.put("readings_per_second", rounded(readingsPerSecond));
        put(json, "latency_ms", stored);
        put(json, "latency_enriched_ms", enriched);
        ObjectNode perMillion = json.putObject("cpu_seconds_per_million_readings");
        cpu.forEach((name, seconds) -> perMillion.put(name, rounded(seconds)));
        if (maxLag < 0) {
            json.putNull("max_lag");
            json.putNull("lag_steady");
        } else {
            json.put("max_lag", maxLag);
            json.put("lag_steady", lagSteady);
        }
        json.put("behind_schedule_ms", behindMillis);
        return json.toString();
    }

    /** A table for people. */
    String table() {
        StringBuilder table = new StringBuilder();
        line(
                table,
                "messages",
                String.format(
                        Locale.ROOT,
                        "sent %,d   acknowledged %,d   stored %,d   lost %,d",
                        verdict.sent(),
                        verdict.acknowledged(),
                        verdict.stored(),
                        verdict.lost()));
        line(
                table,
                "readings",
                String.format(
                        Locale.ROOT,
                        "duplicated %,d   altered %,d   invented %,d",
                        verdict.duplicated(),
                        verdict.altered(),
                        verdict.invented()));
        line(
                table,
                "at rest",
                "settled windows "
                        + (atRest.windows() < 0
                                ? "n/a"
                                : String.format(
                                        Locale.ROOT, "%,d   wrong %,d", atRest.windows(), atRest.wrongWindows()))
                        + "   dead letters "
                        + (atRest.deadLetters() < 0 ? "n/a" : String.format(Locale.ROOT, "%,d", atRest.deadLetters()))
                        + "   ledger "
                        + (atRest.balanced() == null ? "n/a" : atRest.balanced() ? "balanced" : "NOT BALANCED"));
        line(
                table,
                "rate",
                String.format(
                        Locale.ROOT, "%,.0f messages/s   %,.0f readings/s", messagesPerSecond, readingsPerSecond));
        if (behindMillis > NOTABLY_BEHIND_MILLIS) {
            line(
                    table,
                    "",
                    String.format(Locale.ROOT, "publishing fell up to %,d ms behind its schedule", behindMillis));
        }
        line(table, "latency, ms", "    p50      p90      p99      max");
        line(table, "  to enriched", enriched == null ? "n/a (the enriched topic cannot be read)" : row(enriched));
        line(table, "  to stored", stored == null ? NO_COMMIT_TIMES : row(stored));
        String backlog = maxLag < 0
                ? "n/a (Kafka does not answer)"
                : String.format(Locale.ROOT, "at most %,d messages, %s", maxLag, lagSteady ? "steady" : "GROWING");
        line(table, "backlog", backlog);
        line(table, "CPU", "seconds per million readings");
        cpu.forEach((name, seconds) -> line(table, "", String.format(Locale.ROOT, "%7.1f  %s", seconds, name)));
        line(
                table,
                pass() ? "PASS" : "FAIL",
                pass()
                        ? "everything acknowledged is stored, once, as it was sent"
                        : "the database does not hold what was sent, or not what follows from it");
        if (isNothingThere()) {
            line(table, "", "Nothing of what was acknowledged is among what this user of the database sees.");
            line(table, "", "It may be the database of another Caravan, or the topics are another tenant's:");
            line(table, "", "then dead letters of that tenant have the messages.");
        }
        return table.toString();
    }

    /** Then one looks in the wrong place, more likely than that all of it was lost. */
    private boolean isNothingThere() {
        return verdict.acknowledged() > 0 && verdict.stored() == 0 && verdict.lost() == verdict.acknowledged();
    }

    private static void line(StringBuilder table, String title, String text) {
        table.append(String.format(Locale.ROOT, "%-14s%s%n", title, text));
    }

    private static String row(Histogram micros) {
        if (micros.getTotalCount() == 0) {
            return "n/a (nothing of the run was seen there)";
        }
        return String.format(
                Locale.ROOT,
                "%7.1f  %7.1f  %7.1f  %7.1f",
                micros.getValueAtPercentile(50) / 1000.0,
                micros.getValueAtPercentile(90) / 1000.0,
                micros.getValueAtPercentile(99) / 1000.0,
                micros.getMaxValue() / 1000.0);
    }

    private static void putKnown(ObjectNode json, String name, long count) {
        if (count < 0) {
            json.putNull(name);
        } else {
            json.put(name, count);
        }
    }

    private static void put(ObjectNode json, String name, Histogram micros) {
        if (micros == null || micros.getTotalCount() == 0) {
            json.putNull(name);
            return;
        }
        json.putObject(name)
                .put("p50", rounded(micros.getValueAtPercentile(50) / 1000.0))
                .put("p90", rounded(micros.getValueAtPercentile(90) / 1000.0))
                .put("p99", rounded(micros.getValueAtPercentile(99) / 1000.0))
                .put("max", rounded(micros.getMaxValue() / 1000.0));
    }

    private static double rounded(double value) {
        return Math.rint(value * 10) / 10;
    }
}
