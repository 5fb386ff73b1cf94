package io.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.settings.MqttAddress;
import io.caravan.simulator.FamilyName;
import io.caravan.simulator.Progress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.KafkaException;

/**
 * One run: publishes, waits until the database holds everything, compares. Flat out means as fast as the application
 * stores: beyond a backlog of {@link #LONGEST_BACKLOG} messages publishing is held back, or the run would measure how much
 * the MQTT broker can hoard.
 */
final class BenchRun {

    static final long LONGEST_BACKLOG = 100_000;

    private static final long LONGEST_BACKLOG_READINGS = 2_100_000;

    private static final int CONNECTIONS = 1;
    private static final int WINDOW = 4000;
    private static final int WINDOW_BYTES = 32 * 1024 * 1024;
    private static final long LOOK_NANOS = 2_000_000_000L;
    private static final long LOOK_OFTEN_NANOS = 200_000_000L;
    private static final long GIVE_UP_NANOS = 30_000_000_000L;
    private static final long STALLED_NANOS = 5_000_000_000L;
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final BenchTarget target;
    private final Workload workload;
    private final double rate;
    private final Duration warmup;
    private final Duration duration;
    private final Progress progress;
    private final Journal journal;

    /**
     * @param rate messages per second of all devices together, 0 for flat out
     * @param warmup time before the duration whose rates, latencies and CPU time do not count
     */
    BenchRun(
            BenchTarget target, Workload workload, double rate, Duration warmup, Duration duration, Progress progress) {
        this.target = target;
        this.workload = workload;
        this.rate = rate;
        this.warmup = warmup;
        this.duration = duration;
        this.progress = progress;
        this.journal = new Journal(workload.devices(), workload.readings());
    }

    /**
     * Runs.
     *
     * @throws io.caravan.settings.UserError when the MQTT broker or the database cannot be reached
     */
    Result run() throws InterruptedException {
        try (Database database = new Database(target);
                F2Setup parameters = workload.family() == FamilyName.F2 ? new F2Setup(target, workload) : null;
                Backlog backlog = new Backlog(target.kafka());
                Publisher publisher = new Publisher(workload, journal, connect(), rate, window())) {
            if (parameters != null) {
                parameters.await();
            }
            boolean kafka = backlog.mark();
            EnrichedProbe probe = kafka ? probe() : null;
            CpuMeter cpu = cpuMeter();

            publish(publisher, backlog, cpu);
            Map<String, Double> seconds = awaitStored(publisher, database, backlog, cpu);
            long noticed = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            if (probe != null) {
                probe.close();
            }

            int from = publisher.measuredFrom();
            Oracle oracle = new Oracle(workload, journal, from);
            progress.show(() -> "comparing with the database");
            database.compare(workload, oracle);
            progress.show(() -> "comparing windows");
            AtRest atRest = database.atRest(workload.prefix(), ledgerBalanced());
            progress.end();

            long stored = oracle.storedFrom(from);
            long lastStored = oracle.lastCommit() > 0 ? oracle.lastCommit() : noticed;
            double span = from < journal.size() ? (lastStored - journal.published(from)) / 1e6 : 0;
            double perSecond = span > 0 ? stored / span : 0;
            double millions = stored * (double) workload.readings() / 1e6;
            Map<String, Double> perMillion = new LinkedHashMap<>();
            if (millions > 0) {
                seconds.forEach((name, used) -> perMillion.put(name, used / millions));
            }
            Histogram enriched = probe == null ? null : probe.arrivals().latency(journal, from);
            List<Backlog.Sample> samples = backlog.samples();
            return new Result(
                    oracle.verdict(),
                    atRest,
                    perSecond,
                    perSecond * workload.readings(),
                    database.commitTimes() ? oracle.latency() : null,
                    enriched,
                    perMillion,
                    samples.stream().mapToLong(Backlog.Sample::messages).max().orElse(-1),
                    Backlog.steady(samples, perSecond),
                    TimeUnit.NANOSECONDS.toMillis(publisher.behind()));
        }
    }

    /** Large messages wait in smaller numbers. */
    private int window() {
        int most = (int) Math.max(WINDOW, Math.min(rate, 1_000_000));
        return Math.max(64, Math.min(most, WINDOW_BYTES / workload.template().length()));
    }

    private long longestBacklog() {
        return Math.max(1, Math.min(LONGEST_BACKLOG, LONGEST_BACKLOG_READINGS / workload.readings()));
    }

    /** What the application says of its ledger, null where it says nothing. */
    private Boolean ledgerBalanced() throws InterruptedException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + target.httpPort() + "/api/ledger"))
                .timeout(ANSWER);
        if (target.token() != null) {
            builder.header("Authorization", "Bearer " + target.token());
        }
        HttpRequest request = builder.build();
        try {
            String answer = HttpClient.newBuilder()
                    .connectTimeout(ANSWER)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
            JsonNode balanced = new ObjectMapper().readTree(answer).get("balanced");
            return balanced == null ? null : balanced.booleanValue();
        } catch (IOException e) {
            return null;
        }
    }

    private List<Outlet> connect() {
        List<Outlet> links = new ArrayList<>();
        for (int i = 0; i < Math.min(CONNECTIONS, workload.devices()); i++) {
            links.add(Outlet.of(target, workload, "caravan-" + workload.prefix() + "connection-" + i));
        }
        return links;
    }

    private EnrichedProbe probe() {
        try {
            return new EnrichedProbe(target.kafka(), workload);
        } catch (KafkaException e) {
            return null;
        }
    }

    private CpuMeter cpuMeter() {
        CpuMeter cpu = new CpuMeter(new Processes());
        MqttAddress mqtt = MqttAddress.of(target.mqtt());
        cpu.add("mqtt", mqtt.host(), mqtt.port());
        URI kafka =
                URI.create("kafka://" + target.kafka().brokers().split(",")[0].strip());
        cpu.add("kafka", kafka.getHost(), kafka.getPort());
        cpu.add("application", "127.0.0.1", target.httpPort());
        URI database = URI.create(target.dbUrl().substring("jdbc:".length()));
        if (database.getHost() != null) {
            cpu.addPostgres(database.getHost(), database.getPort() < 0 ? 5432 : database.getPort());
        }
        cpu.addSelf();
        return cpu;
    }

    private void publish(Publisher publisher, Backlog backlog, CpuMeter cpu) throws InterruptedException {
        Thread thread = new Thread(() -> publisher.run(warmup.toNanos(), duration.toNanos()), "publisher");
        thread.setDaemon(true);
        long start = System.nanoTime();
        thread.start();
        publisher.measuring().await();
        cpu.start();
        long every = rate > 0 ? LOOK_NANOS : LOOK_OFTEN_NANOS;
        long nextLook = System.nanoTime();
        while (thread.isAlive()) {
            long now = System.nanoTime();
            if (now - nextLook >= 0) {
                nextLook = now + every;
                OptionalLong waiting = backlog.look(publisher.acknowledged());
                waiting.ifPresent(messages -> {
                    backlog.keep(now, messages);
                    publisher.hold(rate == 0 && messages > longestBacklog());
                });
            }
            progress.show(() -> String.format(
                    Locale.ROOT,
                    "sent %,d  acknowledged %,d  %,.0f messages/s  backlog %s",
                    publisher.sent(),
                    publisher.acknowledged(),
                    publisher.sent() / ((System.nanoTime() - start) / 1e9),
                    last(backlog)));
            thread.join(50);
        }
    }

    /** Waits until everything acknowledged is stored; answers the CPU time used until then. */
    private Map<String, Double> awaitStored(Publisher publisher, Database database, Backlog backlog, CpuMeter cpu)
            throws InterruptedException {
        long wanted = publisher.acknowledged() * workload.readings();
        boolean allAcknowledged = publisher.acknowledged() == publisher.sent();
        long progressed = System.nanoTime();
        long before = Long.MIN_VALUE;
        Map<String, Double> seconds = null;
        while (System.nanoTime() - progressed < GIVE_UP_NANOS) {
            OptionalLong waiting = backlog.look(publisher.acknowledged());
            long now;
            if (waiting.orElse(0) > 0 && System.nanoTime() - progressed < STALLED_NANOS) {
                now = -waiting.getAsLong();
                progress.show(() -> String.format(Locale.ROOT, "waiting for %,d messages", waiting.getAsLong()));
                Thread.sleep(100);
            } else {
                if (seconds == null) {
                    seconds = cpu.seconds(); // before counting burdens the database
                }
                long stored = database.count(
                        workload.prefix(), journal.size() > 0 ? journal.timestamp(0) - workload.span() : 0);
                now = stored;
                // A message that nobody acknowledged can be stored as well: then the count alone proves nothing.
                if (stored >= wanted && (allAcknowledged || stored == before)) {
                    break;
                }
                progress.show(() -> String.format(Locale.ROOT, "stored %,d of %,d readings", stored, wanted));
                Thread.sleep(1000);
            }
            if (now != before) {
                before = now;
                progressed = System.nanoTime();
            }
        }
        return seconds == null ? cpu.seconds() : seconds;
    }

    private static String last(Backlog backlog) {
        List<Backlog.Sample> samples = backlog.samples();
        return samples.isEmpty()
                ? "not known"
                : String.format(
                        Locale.ROOT, "%,d", samples.get(samples.size() - 1).messages());
    }
}
