package io.caravan.window;

import io.caravan.decode.Text;
import io.caravan.kafka.Batch;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import io.caravan.reading.Quality;
import io.caravan.store.EnrichedMessage;
import io.caravan.store.NotEnriched;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.common.TopicPartition;

/**
 * Combines a batch of enriched messages into partial windows of the smallest width, one for each device and window, so that
 * what follows works per device and not per message. A message that has been combined before, because its commit failed, is
 * left out, and so is an event whose id was met a short while ago. Used by the consumer's thread.
 */
public final class Partials {

    private static final int RECENT = 100_000;

    private final Width smallest;
    private final RecentIds ids = new RecentIds(RECENT);
    private final Stretches stretches = new Stretches();

    public Partials(Widths widths) {
        smallest = widths.smallest();
    }

    /** Puts the partial windows into the body, those of a device one after the other, the oldest first. */
    public void combine(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getMessage().getBody(List.class);
        Combination combination = new Combination(smallest, ids);
        for (Message message : batch) {
            RecordPosition position = Batch.positionOf(message);
            long written = message.getHeader(KafkaConstants.TIMESTAMP, Long.class) * 1_000;
            Stretch stretch = stretches.take(
                    position.partition(), position.offset(), position.epoch().orElse(0), written);
            if (stretch != null) {
                combination.add(
                        (byte[]) message.getBody(), RecordHeaders.text(message, RecordHeaders.DIRECTORY_TYPE), stretch);
            }
        }
        exchange.getMessage().setBody(combination.partials());
    }

    /** The group has taken partitions away; what is known of their devices may have become incomplete. */
    public void left(Collection<TopicPartition> partitions) {
        stretches.left(partitions);
    }

    /** The partial windows of one batch. */
    private static final class Combination implements EnrichedMessage.Readings {

        private final Width width;
        private final EnrichedMessage message = new EnrichedMessage();
        private final Map<String, Map<String, TreeMap<Long, Partial>>> tenants = new HashMap<>();
        private final RecentIds ids;
        private String directoryType;
        private Stretch stretch;
        private Partial current;
        private String first; // event id whose readings these are

        Combination(Width width, RecentIds ids) {
            this.width = width;
            this.ids = ids;
        }

        /** @param directoryType the type of the device, where it is not the message's */
        void add(byte[] json, String directoryType, Stretch stretch) {
            this.directoryType = directoryType;
            this.stretch = stretch;
            current = null;
            first = null;
            try {
                message.read(json, this);
            } catch (NotEnriched e) {
                // the store route makes a dead letter of it
            }
        }

        @Override
        public void add(String metric, double value, String unit, Quality quality, long timestamp, long sequence) {
            if (Double.isNaN(value) || isCopy()) {
                return;
            }
            long start = width.startOf(timestamp);
            if (current == null || current.start != start) {
                current = partial(start);
            }
            current.hear(stretch, timestamp, message.receivedAt);
            current.type = directoryType != null ? directoryType : message.deviceType;
            current.add(metric, value, timestamp, sequence);
        }

        /** Asked for every reading of a message; the id is met by the first. */
        private boolean isCopy() {
            String id = message.eventId;
            if (id == null || id.equals(first)) {
                return false;
            }
            if (!ids.isNew(message.tenant, id)) {
                return true;
            }
            first = id;
            return false;
        }

        private Partial partial(long windowStart) {
            return tenants.computeIfAbsent(message.tenant, tenant -> new HashMap<>())
                    .computeIfAbsent(message.device, device -> new TreeMap<>())
                    .computeIfAbsent(windowStart, start -> new Partial(message.tenant, message.device, start));
        }

        List<Partial> partials() {
            List<Partial> all = new ArrayList<>();
            for (Map<String, TreeMap<Long, Partial>> devices : tenants.values()) {
                for (TreeMap<Long, Partial> windows : devices.values()) {
                    Partial any = windows.firstEntry().getValue();
                    if (Text.isClean(any.tenant) && Text.isClean(any.device)) {
                        all.addAll(windows.values());
                    }
                }
            }
            return all;
        }
    }
}
