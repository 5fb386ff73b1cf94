package io.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Waits for the outcome of replays, and tells of it whenever it has changed. Used by one thread. */
final class ReplayWatch {

    private static final Duration POLL = Duration.ofMillis(500);

    private final ReplayClient client;
    private final String query;
    private final Duration patience;
    private final PrintWriter out;
    private final PrintWriter err;

    /**
     * @param query what is asked behind the number of a replay: whose it is
     * @param patience how long nothing may change
     */
    ReplayWatch(ReplayClient client, String query, Duration patience, PrintWriter out, PrintWriter err) {
        this.client = client;
        this.query = query;
        this.patience = patience;
        this.out = out;
        this.err = err;
    }

    /** What has become of them, all replays together. */
    private record Outcome(long replaying, long resolved, long open) {

        Outcome plus(JsonNode more) {
            return new Outcome(
                    replaying + more.get("replaying").longValue(),
                    resolved + more.get("resolved").longValue(),
                    open + more.get("open").longValue());
        }
    }

    /** Whether all are resolved; false as well when patience has run out, and it says so. */
    boolean allResolved(List<Long> replays) throws IOException, InterruptedException {
        Outcome last = null;
        long since = System.nanoTime();
        while (true) {
            Outcome outcome = new Outcome(0, 0, 0);
            for (long number : replays) {
                outcome = outcome.plus(client.get("/api/replays/" + number + query));
            }
            if (!outcome.equals(last)) {
                out.println("resolved " + outcome.resolved + ", failed again " + outcome.open + ", on their way "
                        + outcome.replaying);
                last = outcome;
                since = System.nanoTime();
            }
            if (outcome.replaying == 0) {
                return outcome.open == 0;
            }
            if (System.nanoTime() - since > patience.toNanos()) {
                err.println("Nothing has changed for " + patience.toSeconds()
                        + " s. The replay goes on as soon as the stages enrich and store do: see /readyz");
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }
}
