package io.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.settings.Settings;
import io.caravan.signin.DataOption;
import io.caravan.signin.OwnToken;
import io.caravan.simulator.DurationConverter;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caravan replay}. Asks a running Caravan over its API, and watches what comes of it. */
@Command(
        name = "replay",
        description = {
            "Sends dead letters through Caravan again, by the API of one that runs, and waits for the outcome.",
            "It signs in with the token CARAVAN_TOKEN (or CARAVAN_TOKEN_FILE), or makes one where it has the secret.",
            "Which ones: by their numbers, or by any of the options that choose, or --all."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 all of them are resolved, or there was nothing to do; 1 some failed again, or cannot be replayed, or the API does not answer;"
                    + " 2 a wrong command line or setting."
        })
final class ReplayCommand implements Callable<Integer> {

    private static final String PAGE = "10000";

    @Mixin
    private ConfigOption config;

    @Mixin
    private DataOption data;

    @Parameters(paramLabel = "ID", arity = "0..*", description = "Dead letters by their numbers.")
    private List<Long> ids = List.of();

    @Option(names = "--all", description = "All that are open.")
    private boolean all;

    @Option(names = "--reason", paramLabel = "CODE", description = "Those that failed for this reason.")
    private String reason;

    @Option(names = "--dialect", paramLabel = "NAME", description = "Those of this dialect.")
    private String dialect;

    @Option(names = "--device", paramLabel = "ID", description = "Those of this device.")
    private String device;

    @Option(names = "--from", paramLabel = "TIME", description = "Those that failed last at this time or later.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Those that failed last before this time.")
    private String to;

    @Option(names = "--replay", paramLabel = "N", description = "Those whose last replay was this one.")
    private String replay;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description =
                    "open, replaying or resolved. Default: open. A replay of what is stored already changes nothing.")
    private String state;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Whose. Default: default.")
    private String tenant;

    @Option(names = "--dry-run", description = "Only counts them.")
    private boolean dryRun;

    @Option(names = "--no-wait", description = "Does not wait for the outcome.")
    private boolean noWait;

    @Option(
            names = "--patience",
            paramLabel = "TIME",
            defaultValue = "1m",
            converter = DurationConverter.class,
            description = "Waits no longer when nothing has changed for this time. Default: ${DEFAULT-VALUE}.")
    private Duration patience;

    @Option(
            names = "--api",
            paramLabel = "URL",
            description = "Where the API is. Default: at caravan.http.host and caravan.http.port.")
    private String api;

    @Spec
    private CommandSpec spec;

    /** The exit code of what the API did not do, of some of many; 0 where it did all. */
    private int refusal;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> filter = filter();
        requireChoice(filter);
        try {
            Settings settings = config.settings();
            ReplayClient client = new ReplayClient(
                    api != null ? api : ReplayClient.addressOf(settings),
                    OwnToken.of(settings, data.folder(), "caravan replay").orElse(null));
            if (dryRun) {
                return count(client, filter);
            }
            List<Long> replays = ids.isEmpty() ? requestByFilter(client, filter) : requestByNumber(client);
            if (noWait || replays.isEmpty()) {
                return refusal;
            }
            boolean resolved = new ReplayWatch(client, query(Map.of()), patience, out(), err()).allResolved(replays);
            return Math.max(refusal, resolved ? 0 : 1);
        } catch (ReplayClient.Refused e) {
            err().println(e.getMessage());
            return codeOf(e);
        } catch (IOException e) {
            err().println(e.getMessage());
            return 1;
        }
    }

    private static int codeOf(ReplayClient.Refused refused) {
        return refused.status() == 400 ? 2 : 1;
    }

    private Map<String, String> filter() {
        Map<String, String> filter = new LinkedHashMap<>();
        put(filter, "reason", reason);
        put(filter, "dialect", dialect);
        put(filter, "device", device);
        put(filter, "from", from);
        put(filter, "to", to);
        put(filter, "replay", replay);
        put(filter, "state", state);
        return filter;
    }

    private static void put(Map<String, String> query, String name, String value) {
        if (value != null) {
            query.put(name, value);
        }
    }

    private void requireChoice(Map<String, String> filter) {
        int choices = (ids.isEmpty() ? 0 : 1) + (filter.isEmpty() ? 0 : 1) + (all ? 1 : 0);
        if (choices != 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    choices == 0
                            ? "Say which: by numbers, by an option such as --reason, or --all"
                            : "Say which in one way only: by numbers, by options, or --all");
        }
        if (dryRun && !ids.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--dry-run counts by options or --all, not by numbers");
        }
    }

    private int count(ReplayClient client, Map<String, String> filter) throws IOException, InterruptedException {
        filter.put("dry_run", "true");
        JsonNode count = client.post("/api/dead-letters/replay" + query(filter)).body();
        out().println(count.get("replayable").longValue() + " dead letters would be replayed; "
                + count.get("not_replayable").longValue() + " cannot be, because not all of them was kept");
        return 0;
    }

    private List<Long> requestByNumber(ReplayClient client) throws IOException, InterruptedException {
        List<Long> replays = new ArrayList<>();
        for (long id : ids) {
            try {
                replays.add(client.post("/api/dead-letters/" + id + "/replay" + query(Map.of()))
                        .body()
                        .get("replay")
                        .longValue());
            } catch (ReplayClient.Refused e) {
                err().println(id + ": " + e.getMessage());
                refusal = Math.max(refusal, codeOf(e));
            }
        }
        out().println(replays.size() + " dead letters asked for");
        return replays;
    }

    private List<Long> requestByFilter(ReplayClient client, Map<String, String> filter)
            throws IOException, InterruptedException {
        filter.put("limit", PAGE);
        long asked = 0;
        long number = 0;
        for (String next = "/api/dead-letters/replay" + query(filter); next != null; ) {
            ReplayClient.Answer page = client.post(next);
            number = page.body().get("replay").longValue();
            asked += page.body().get("requested").longValue();
            next = page.next();
            if (next != null) {
                out().println(asked + " dead letters asked for so far");
            }
        }
        out().println(asked == 0 ? "There are none" : "Replay " + number + ": " + asked + " dead letters asked for");
        return asked == 0 ? List.of() : List.of(number);
    }

    private String query(Map<String, String> parameters) {
        Map<String, String> query = new LinkedHashMap<>(parameters);
        put(query, "tenant", tenant);
        return query.isEmpty()
                ? ""
                : query.entrySet().stream()
                        .map(parameter -> parameter.getKey()
                                + '='
                                + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
