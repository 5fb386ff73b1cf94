package io.caravan.window;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.caravan.kafka.OutboundRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/**
 * The open windows of all devices: which of them a partial window goes to, when each is over by the time of its own device,
 * and whether it may be published. What would give a window wrong values gives it none: readings of a closed window are
 * counted and left to the settled one, and so are windows of which a part was read elsewhere, or found no room. Thread-safe.
 */
public final class LiveWindows {

    /** The header that correlates what belongs to one window. */
    static final String WINDOW = "window";
    /** The header that tells whether a window takes nothing any more. */
    static final String OVER = "over";
    /** The header that tells how long to wait for more of a window, in milliseconds. */
    static final String PATIENCE = "patience";

    private static final Duration MEMORY = Duration.ofHours(1);
    private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(1);
    private static final ObjectWriter WRITER = new ObjectMapper().writerFor(Aggregate.class);

    private final TypeWidths typeWidths;
    /** All widths that there have been; it only grows, so that a width keeps its place. */
    private final List<Width> widths = new CopyOnWriteArrayList<>();

    private final Map<String, int[]> placesOfTypes = new HashMap<>();
    private int[] commonPlaces;
    private TypeWidths.InUse inUse;
    private final long grace;
    private final long idleMillis;
    private final String topic;
    private final Room room;
    private final AggregationStrategy merge;
    private final Map<String, Device> devices = new HashMap<>();
    private final Counter late;
    private final Counter refused;
    private final Counter published;
    private long swept;

    /**
     * @param grace how far a device's own time must be past the end of a window before it is over
     * @param idleAfter how long a silent device is waited for past the end of its window
     * @param most how many windows, each of one metric, may be open; at least one
     * @param topic where they are published
     */
    public LiveWindows(
            TypeWidths widths, Duration grace, Duration idleAfter, long most, String topic, MeterRegistry meters) {
        this.typeWidths = widths;
        this.grace = grace.toMillis() * 1_000;
        this.idleMillis = idleAfter.toMillis();
        this.topic = topic;
        room = new Room(most);
        late = Counter.builder("caravan.window.live.late")
                .description("Readings that came after their live window had closed, once for each width")
                .register(meters);
        refused = Counter.builder("caravan.window.live.refused")
                .description("Readings for whose live window there was no room, once for each width")
                .register(meters);
        merge = new MergeWindows(room, late, refused);
        published = Counter.builder("caravan.window.live.published")
                .description("Live windows that were published")
                .register(meters);
        Gauge.builder("caravan.window.live.open", room, Room::taken)
                .description("Live windows that are open")
                .register(meters);
    }

    /** What merges the shares of a window. */
    public AggregationStrategy merge() {
        return merge;
    }

    /**
     * The shares of the partial window in the body: one for each width whose window is not closed, and one for each window
     * that is over, now that its device's time has come this far.
     */
    public synchronized List<Message> atEachWidth(Exchange exchange) {
        Partial partial = exchange.getMessage().getBody(Partial.class);
        long now = System.currentTimeMillis();
        sweep(now);
        List<Message> shares = new ArrayList<>(4);
        String name = partial.tenant + '\t' + partial.device;
        Device device = devices.get(name);
        if (device == null) {
            if (devices.size() >= room.most()) {
                refused.increment((double) partial.readings() * widths.size());
                return shares;
            }
            device = new Device(partial.tenant, partial.device, name);
            devices.put(name, device);
        }
        device.hear(partial, grace, now);
        device.have(placesOf(partial.type), widths);
        for (int width : device.widths()) {
            Share share = share(device, width, partial);
            if (share != null) {
                shares.add(message(exchange.getContext(), share, partial.newest()));
            }
        }
        device.advance(partial.newest());
        for (int width : device.widths()) {
            closePast(exchange.getContext(), device, width, shares);
        }
        return shares;
    }

    /** The places of the widths that devices of a type have; the same array until the registry changes. */
    private int[] placesOf(String type) {
        TypeWidths.InUse now = typeWidths.inUse();
        if (now != inUse) {
            inUse = now;
            commonPlaces = places(now.common());
            placesOfTypes.clear();
            now.own().forEach((name, own) -> placesOfTypes.put(name, places(own)));
        }
        return placesOfTypes.isEmpty() ? commonPlaces : placesOfTypes.getOrDefault(type, commonPlaces);
    }

    private int[] places(List<Width> some) {
        some.stream().filter(width -> !widths.contains(width)).forEach(widths::add);
        return some.stream().mapToInt(widths::indexOf).toArray();
    }

    private Share share(Device device, int width, Partial partial) {
        long start = widths.get(width).startOf(partial.start);
        long end = end(width, start);
        if (device.isOpen(width, start)) {
            return new Share(device, width, start, partial, false);
        }
        if (device.isClosed(width, end)) {
            late.increment(partial.readings());
            return null;
        }
        if (!device.seesWhole(start)) {
            return null;
        }
        if (!room.has(partial.metrics().size())) {
            // what is missing now makes the whole window wrong
            device.closeUntil(width, end);
            refused.increment(partial.readings());
            return null;
        }
        device.open(width, start);
        return new Share(device, width, start, partial, true);
    }

    private void closePast(CamelContext context, Device device, int width, List<Message> shares) {
        long past = device.newest() - grace;
        for (long start : device.openOf(width)) {
            long end = end(width, start);
            if (end <= past) {
                device.close(width, start, end);
                shares.add(message(context, new Share(device, width, start, null, false), device.newest()));
            }
        }
        device.closeUntil(width, widths.get(width).startOf(past));
    }

    private Message message(CamelContext context, Share share, long newest) {
        Message message = new DefaultMessage(context);
        message.setBody(share);
        message.setHeader(WINDOW, widths.get(share.width()) + " " + share.start() + " " + share.device().name);
        // by the device's own clock: it may be wrong, but it runs
        long rest = Math.max(0, end(share.width(), share.start()) - newest) / 1_000;
        message.setHeader(PATIENCE, rest + idleMillis);
        return message;
    }

    private long end(int width, long start) {
        return start + widths.get(width).micros();
    }

    /** The window in the body takes nothing any more. */
    public synchronized void close(Exchange exchange) {
        LiveWindow window = exchange.getMessage().getBody(LiveWindow.class);
        window.device.close(window.width, window.start, end(window.width, window.start));
        window.release();
    }

    /** Whether all readings of the window in the body have come this way. */
    public synchronized boolean isWhole(Exchange exchange) {
        LiveWindow window = exchange.getMessage().getBody(LiveWindow.class);
        return !window.device.gaveUp(window.width, window.start)
                && !window.isIncomplete()
                && window.device.seesWhole(window.start);
    }

    /** Turns the windows of the body, a list, into records: one for each metric. */
    public void records(Exchange exchange) throws JsonProcessingException {
        @SuppressWarnings("unchecked")
        List<LiveWindow> windows = exchange.getMessage().getBody(List.class);
        List<OutboundRecord> records = new ArrayList<>();
        for (LiveWindow window : windows) {
            String key = window.device.tenant + '/' + window.device.id;
            for (Aggregate aggregate : window.aggregates(widths.get(window.width))) {
                records.add(new OutboundRecord(
                        exchange.getContext(), topic, key, WRITER.writeValueAsBytes(aggregate), Map.of()));
            }
        }
        exchange.getMessage().setBody(records);
    }

    /** Counts the records of the body, now that Kafka has them. */
    public void published(Exchange exchange) {
        published.increment(exchange.getMessage().getBody(List.class).size());
    }

    /** Forgets devices that have been silent for long. */
    private void sweep(long now) {
        if (now - swept < BETWEEN_SWEEPS.toMillis()) {
            return;
        }
        swept = now;
        devices.values().removeIf(device -> {
            boolean gone = device.isForgettable(now - MEMORY.toMillis());
            if (gone) {
                device.forget();
            }
            return gone;
        });
    }
}
