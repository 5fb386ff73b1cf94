package io.caravan.window;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the settle route goes on: what its statements ask, and what their answers mean for the next. A backlog goes in stretches
 * of time that grow up to a day while they are quick. Windows with late readings, and those of devices of another type, get
 * half of the time at most, so that a flood of late readings, each making the same windows new again, leaves the database to
 * those who store them. Used by one thread; its metrics may be read by any.
 */
public final class Settling {

    private static final Logger LOG = LoggerFactory.getLogger(Settling.class);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);

    private final TypeWidths widths;
    private final Duration settleAfter;
    private final Timer passes;
    private final Counter settledWindows;
    private final Counter correctedWindows;
    private final Counter retypedWindows;
    private final Counter late;
    private volatile Instant settledUntil;
    private TypeWidths.InUse asked;
    private TypeWidths.InUse configured;
    private boolean more;
    private final Pace stretch;
    private final Pace corrections = new Pace(10, 2_000, 100_000);
    private final Pace retypings = new Pace(10, 10_000, 200_000);
    private long reported = System.nanoTime() - BETWEEN_REPORTS.toNanos();

    /** @param settleAfter how long after its end a window is settled first */
    public Settling(TypeWidths widths, Duration settleAfter, MeterRegistry meters) {
        this.widths = widths;
        this.settleAfter = settleAfter;
        stretch = new Pace(
                widths.common().smallest().seconds(),
                Duration.ofMinutes(10).toSeconds(),
                Duration.ofDays(1).toSeconds());
        passes = Timer.builder("caravan.window.settle")
                .description("What one transaction that settled windows took")
                .register(meters);
        settledWindows = meters.counter("caravan.window.settled", "cause", "closed");
        correctedWindows = meters.counter("caravan.window.settled", "cause", "late");
        retypedWindows = meters.counter("caravan.window.settled", "cause", "retyped");
        late = meters.counter("caravan.window.late");
        TimeGauge.builder("caravan.window.lag", this, TimeUnit.MILLISECONDS, Settling::lagMillis)
                .description("Since the end of the newest settled window of the smallest width")
                .register(meters);
    }

    private double lagMillis() {
        Instant until = settledUntil;
        return until == null
                ? Double.NaN
                : Duration.between(until, Instant.now()).toMillis();
    }

    /** Whether the database has not been told the widths yet, or the registry has changed since. */
    public boolean isNew() {
        return configured != widths.inUse();
    }

    /** Hands the widths to the statement that follows. */
    public void widths(Exchange exchange) {
        asked = widths.inUse();
        List<String> types = new ArrayList<>();
        List<Width> ofTypes = new ArrayList<>();
        asked.own()
                .forEach((type, own) -> own.forEach(width -> {
                    types.add(type);
                    ofTypes.add(width);
                }));
        exchange.getMessage()
                .setHeader(
                        JdbcConstants.JDBC_PARAMETERS,
                        Map.of(
                                "widths", seconds(asked.common()),
                                "types", types.toArray(String[]::new),
                                "typeWidths", seconds(ofTypes)));
    }

    /** Knows now that the database has the widths. */
    public void configured(Exchange exchange) {
        if (Boolean.TRUE.equals(answer(exchange).get("changed"))) {
            LOG.info("Windows of {} from now on; those of the past are made as well", asked);
        }
        configured = asked;
    }

    private static int[] seconds(List<Width> widths) {
        return widths.stream().mapToInt(Width::seconds).toArray();
    }

    /** Hands the statement that follows what it must know to close windows. */
    public void close(Exchange exchange) {
        more = true;
        ask(exchange, "settleAfterSeconds", settleAfter.toMillis() / 1e3);
    }

    /** Whether there was more to settle than the last transaction took on. */
    public boolean hasMore() {
        return more;
    }

    /** Tells the statement that follows how much time it shall take on. */
    public void span(Exchange exchange) {
        ask(exchange, "spanSeconds", stretch.begin(System.nanoTime()));
    }

    /** Takes note of what was settled. */
    public void settled(Exchange exchange) {
        Map<String, ?> answer = answer(exchange);
        more = Boolean.TRUE.equals(answer.get("more"));
        Duration took = stretch.end(System.nanoTime(), more);
        Instant before = settledUntil;
        settledUntil = answer.get("settled") instanceof Timestamp until ? until.toInstant() : null;
        if (answer.get("written") instanceof Number written && !Objects.equals(settledUntil, before)) {
            passes.record(took);
            settledWindows.increment(written.doubleValue());
            report(((Timestamp) answer.get("closing")).toInstant());
        }
    }

    private void report(Instant closing) {
        long now = System.nanoTime();
        if (more && now - reported > BETWEEN_REPORTS.toNanos()) {
            reported = now;
            LOG.info("Windows are settled until {}, {} to go", settledUntil, Duration.between(settledUntil, closing));
        }
    }

    /** Whether windows with late readings may be settled again now. */
    public boolean mayCorrect() {
        return corrections.rested(System.nanoTime());
    }

    /** Tells the statement that follows how many windows it shall take on. */
    public void most(Exchange exchange) {
        ask(exchange, "most", (int) corrections.begin(System.nanoTime()));
    }

    /** Takes note of what was settled again. */
    public void corrected(Exchange exchange) {
        List<?> rows = exchange.getMessage().getBody(List.class);
        boolean full = !rows.isEmpty() && Boolean.TRUE.equals(answer(exchange).get("more"));
        Duration took = corrections.end(System.nanoTime(), full);
        more |= full;
        if (!rows.isEmpty() && answer(exchange).get("marked") instanceof Long marked && marked > 0) {
            passes.record(took);
            late.increment(marked);
            correctedWindows.increment(((Number) answer(exchange).get("written")).doubleValue());
        }
    }

    /** Whether windows of devices of another type may be settled now. */
    public boolean mayRetype() {
        return retypings.rested(System.nanoTime());
    }

    /** Tells the statement that follows how many windows of such devices it shall take on. */
    public void mostRetyped(Exchange exchange) {
        ask(exchange, "most", (int) retypings.begin(System.nanoTime()));
    }

    /** Takes note of what was settled of such devices. */
    public void retyped(Exchange exchange) {
        boolean full = Boolean.TRUE.equals(answer(exchange).get("more"));
        retypings.end(System.nanoTime(), full);
        more |= full;
        if (answer(exchange).get("written") instanceof Number written) {
            retypedWindows.increment(written.doubleValue());
        }
    }

    private static void ask(Exchange exchange, String name, Object value) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, Map.of(name, value));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> answer(Exchange exchange) {
        return (Map<String, ?>) exchange.getMessage().getBody(List.class).get(0);
    }
}
