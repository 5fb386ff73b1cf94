package io.caravan.sparkplug;

import io.caravan.decode.RawMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * The sessions of edge nodes, partition by partition of iot.raw. Memory is a cache of the table of certificates: what was decoded
 * can be decoded again, and comes out the same, from any offset. A batch begins with {@link #begin}; where it does not begin at
 * the offset at which the one before ended, the sessions of its partition are forgotten and loaded anew. Thread-safe, as long as
 * each partition is used by the thread that reads it.
 */
public final class Sessions {

    /** Metrics in memory for each partition, some 150 bytes each; those of the nodes that were silent longest go first. */
    private static final int MOST_METRICS = 100_000;
    /** What a session takes besides, as metrics. */
    private static final int SESSION = 10;

    private final Map<Integer, Partition> partitions = new ConcurrentHashMap<>();

    private static final class Partition {
        final LinkedHashMap<Receiver, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);
        final List<Certificate> fresh = new ArrayList<>();
        long first;
        long next = -1;
        long reached = -1;
        int held;

        void forget() {
            sessions.clear();
            held = 0;
        }
    }

    /**
     * Makes ready for the messages of a batch.
     *
     * @param first the first offset of the partition in it
     * @param last the last one
     */
    void begin(int partition, long first, long last) {
        Partition state = partitions.computeIfAbsent(partition, number -> new Partition());
        if (state.next != first) {
            state.forget();
        }
        Iterator<Map.Entry<Receiver, Session>> eldest =
                state.sessions.entrySet().iterator();
        while (state.held > MOST_METRICS && eldest.hasNext()) {
            state.held -= eldest.next().getValue().size() + SESSION;
            eldest.remove();
        }
        state.fresh.clear();
        state.first = first;
        state.next = last + 1;
        state.reached = -1;
    }

    /** The offset with which the batch of a partition begins. */
    long first(int partition) {
        return partitions.get(partition).first;
    }

    boolean holds(int partition, Receiver receiver) {
        return partitions.get(partition).sessions.containsKey(receiver);
    }

    /** Takes the certificates that were stored before the batch, none where there are none; in the order of iot.raw. */
    void load(int partition, Receiver receiver, List<Certificate> certificates) {
        Partition state = partitions.get(partition);
        Session session = new Session();
        certificates.forEach(session::apply);
        state.sessions.put(receiver, session);
        state.held += session.size() + SESSION;
    }

    /** The session that a message is of. */
    Session session(RawMessage.Place place, Receiver receiver) {
        Partition state = partitions.computeIfAbsent(place.partition(), number -> new Partition());
        return state.sessions.computeIfAbsent(receiver, key -> new Session());
    }

    /** Whether a message is in its place: neither a replay, nor one that its batch has had already. */
    boolean inPlace(RawMessage.Place place) {
        Partition state = partitions.get(place.partition());
        if (place.replay() || place.offset() <= state.reached) {
            return false;
        }
        state.reached = place.offset();
        return true;
    }

    /** Takes the certificate of a message that is in its place. */
    boolean apply(Session session, Certificate certificate) {
        Partition state = partitions.get(certificate.place().partition());
        int before = session.size();
        Certificate taken = session.apply(certificate);
        state.held += session.size() - before;
        if (taken != null) {
            state.fresh.add(taken);
        }
        return taken != null;
    }

    /** The certificates of the batches under way in these partitions that are not stored yet. */
    List<Certificate> fresh(Set<Integer> numbers) {
        return numbers.stream()
                .map(partitions::get)
                .filter(state -> state != null)
                .flatMap(state -> state.fresh.stream())
                .toList();
    }

    /** Notes that they are stored. */
    void stored(Set<Integer> numbers) {
        numbers.forEach(number -> partitions.computeIfPresent(number, (same, state) -> {
            state.fresh.clear();
            return state;
        }));
    }

    /** Forgets partitions that are another member's now. */
    public void left(Collection<TopicPartition> gone) {
        partitions
                .keySet()
                .removeAll(gone.stream().map(TopicPartition::partition).collect(Collectors.toSet()));
    }
}
