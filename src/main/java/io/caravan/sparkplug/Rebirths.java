package io.caravan.sparkplug;

import io.caravan.kafka.OutboundRecord;
import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.camel.Exchange;

/**
 * Which edge nodes are to be asked to be born again, because a message of theirs is missing or none of their births explains one.
 * A node is asked once in an interval, and again only after it has sent something that still needs it. Messages older than a
 * minute ask for nothing: they are history, and what is read again must disturb nobody. Thread-safe.
 */
public final class Rebirths {

    private static final long FRESH_MICROS = 60_000_000;
    /** More nodes than any process reads; whoever may publish could invent them. */
    private static final int MOST = 10_000;

    private final String topic;
    private final Duration interval;
    private final Duration reorder;
    private final LongSupplier micros;
    private final Counter asked;
    private final Map<Receiver, Wish> wishes = new ConcurrentHashMap<>();
    private final Map<String, Long> asking = new ConcurrentHashMap<>();

    /** @param gap whether it is for missing messages alone, which may still come */
    private record Wish(Topic node, long due, boolean gap) {}

    /**
     * @param topic the topic of Kafka for commands
     * @param interval how long a node is left alone after it was asked; null where nobody is ever asked
     * @param reorder how long a missing message is waited for
     */
    public Rebirths(String topic, Duration interval, Duration reorder, MeterRegistry meters) {
        this(topic, interval, reorder, meters, () -> System.currentTimeMillis() * 1_000);
    }

    Rebirths(String topic, Duration interval, Duration reorder, MeterRegistry meters, LongSupplier micros) {
        this.topic = topic;
        this.interval = interval;
        this.reorder = reorder;
        this.micros = micros;
        this.asked = Counter.builder("caravan.sparkplug.rebirths")
                .description("Rebirths that edge nodes were asked for")
                .register(meters);
    }

    /** Notes that nothing explains a message. */
    void wanted(Receiver receiver, Topic node, long receivedAt) {
        wish(receiver, receivedAt, new Wish(node, receivedAt, false));
    }

    /** Notes what the session looks like after a message in its place. */
    void heard(Receiver receiver, Topic node, Session session, long receivedAt) {
        if (node.type() == Topic.Type.NDEATH || node.type() == Topic.Type.NBIRTH) {
            wishes.remove(receiver);
        } else if (!session.isBorn() || node.type().isData() && !session.isWhole(node.device())) {
            wanted(receiver, node, receivedAt);
        } else if (session.isMissingAny()) {
            // from now on, not from the receipt: what is missing may be waiting in the same backlog
            wish(receiver, receivedAt, new Wish(node, micros.getAsLong() + reorder.toMillis() * 1_000, true));
        } else {
            wishes.computeIfPresent(receiver, (same, wish) -> wish.gap ? null : wish);
        }
    }

    private void wish(Receiver receiver, long receivedAt, Wish wish) {
        if (interval != null
                && micros.getAsLong() - receivedAt < FRESH_MICROS
                && (wishes.size() < MOST || wishes.containsKey(receiver))) {
            wishes.merge(receiver, wish, (one, other) -> one.gap && !other.gap ? other : one);
        }
    }

    /** Puts a command for each node that is to be asked now into the body. */
    public void take(Exchange exchange) {
        long now = micros.getAsLong();
        long pause = interval == null ? 0 : interval.toMillis() * 1_000;
        asking.values().removeIf(last -> now - last >= pause);
        List<OutboundRecord> commands = new ArrayList<>();
        wishes.forEach((receiver, wish) -> {
            String key = receiver.tenant() + '/' + receiver.node();
            if (wish.due <= now && asking.putIfAbsent(key, now) == null) {
                wishes.remove(receiver, wish);
                commands.add(new OutboundRecord(
                        exchange.getContext(),
                        topic,
                        key,
                        RebirthCommand.payload(now / 1_000),
                        Map.of(
                                RecordHeaders.TOPIC,
                                wish.node.commands(),
                                RecordHeaders.EXPIRES_AT,
                                Long.toString(now + pause))));
            }
        });
        asked.increment(commands.size());
        exchange.getMessage().setBody(commands);
    }

    /** Whether the body has commands. */
    public boolean isAny(Exchange exchange) {
        return !exchange.getMessage().getBody(List.class).isEmpty();
    }
}
