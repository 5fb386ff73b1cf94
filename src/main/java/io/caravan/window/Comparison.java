package io.caravan.window;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Compares each live window with the settled one, in whatever order they come, for a quarter of an hour and for the newest
 * 100,000 windows. A window counts as equal at most once, and as different at most once, then when a late reading has made it
 * so. Used by one thread; its metrics may be read by any.
 */
public final class Comparison {

    private static final Duration MEMORY = Duration.ofMinutes(15);
    private static final int MOST = 100_000;
    private static final double SUM_TOLERANCE = 1e-9;
    private static final double STDDEV_TOLERANCE = 1e-6;
    private static final ObjectReader READER = new ObjectMapper()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .readerFor(Aggregate.class);

    private final Map<String, Counter> equal = new HashMap<>();
    private final Map<String, Counter> differed = new HashMap<>();
    private final Map<Key, Pair> pairs = new LinkedHashMap<>();

    private final TypeWidths widths;
    private final MeterRegistry meters;
    private TypeWidths.InUse counted;

    public Comparison(TypeWidths widths, MeterRegistry meters) {
        this.widths = widths;
        this.meters = meters;
        countAll();
    }

    private void countAll() {
        TypeWidths.InUse now = widths.inUse();
        if (now != counted) {
            counted = now;
            for (Width width : now.all()) {
                equal.put(width.label(), meters.counter("caravan.windows.equal", "window", width.label()));
                differed.put(width.label(), meters.counter("caravan.windows.differed", "window", width.label()));
            }
        }
    }

    private record Key(String tenant, String device, String metric, String window, String start) {}

    /** What is known of one window. */
    private static final class Pair {
        final long since;
        Aggregate live;
        Aggregate settled;
        boolean equal;
        boolean differed;

        Pair(long since) {
            this.since = since;
        }
    }

    /** Compares the windows of a batch; a record that is none is passed over. */
    public void compare(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getMessage().getBody(List.class);
        long now = System.currentTimeMillis();
        countAll();
        for (Message message : batch) {
            Aggregate window = read(message.getBody());
            if (window != null && differed.containsKey(window.window())) {
                take(window, now);
            }
        }
        forget(now - MEMORY.toMillis());
    }

    private static Aggregate read(Object body) {
        try {
            return body instanceof byte[] json ? READER.readValue(json) : null;
        } catch (IOException e) {
            return null;
        }
    }

    private void take(Aggregate window, long now) {
        Key key = new Key(window.tenant(), window.device(), window.metric(), window.window(), window.start());
        Pair pair = pairs.computeIfAbsent(key, any -> new Pair(now));
        if (window.settled()) {
            pair.settled = window;
        } else {
            pair.live = window;
        }
        if (pair.live == null || pair.settled == null) {
            return;
        }
        boolean same = areEqual(pair.live, pair.settled);
        if (same && !pair.equal) {
            pair.equal = true;
            equal.get(window.window()).increment();
        } else if (!same && !pair.differed) {
            pair.differed = true;
            differed.get(window.window()).increment();
        }
    }

    private void forget(long before) {
        Iterator<Pair> oldest = pairs.values().iterator();
        while (oldest.hasNext()) {
            if (oldest.next().since >= before && pairs.size() <= MOST) {
                return;
            }
            oldest.remove();
        }
    }

    /** Equal but for the order in which the values were added up. */
    static boolean areEqual(Aggregate live, Aggregate settled) {
        double largest = Math.max(Math.abs(settled.min()), Math.abs(settled.max()));
        return live.count() == settled.count()
                && live.min() == settled.min()
                && live.max() == settled.max()
                && live.first() == settled.first()
                && live.last() == settled.last()
                && near(live.sum(), settled.sum(), SUM_TOLERANCE * largest * settled.count())
                && near(live.avg(), settled.avg(), SUM_TOLERANCE * largest)
                && near(live.stddev(), settled.stddev(), STDDEV_TOLERANCE * largest);
    }

    private static boolean near(Double one, Double other, double tolerance) {
        return one == null || other == null ? one == other : Math.abs(one - other) <= tolerance;
    }
}
