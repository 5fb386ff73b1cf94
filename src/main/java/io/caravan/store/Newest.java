package io.caravan.store;

import io.caravan.decode.Decoded;
import io.caravan.decode.Text;
import io.caravan.reading.Quality;
import io.caravan.registry.Patience;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reduces a batch of enriched messages to the newest reading of each metric and the presence of each device, sorted by key so
 * that two writers lock rows in the same order. Thread-safe.
 */
public final class Newest {

    private static final Logger LOG = LoggerFactory.getLogger(Newest.class);

    /** The property of the exchange with what the batch tells of each device. */
    private static final String DEVICES = "caravanNewest";

    /** What enrich lets through, too; the index of a table takes no rows of any length. */
    private static final int LONGEST_KEY = 200;

    private final Patience patience;
    private final Counter refused;
    private final AtomicBoolean told = new AtomicBoolean();

    public Newest(Patience patience, MeterRegistry meters) {
        this.patience = patience;
        this.refused = Counter.builder("caravan.latest.refused")
                .description("Devices of a batch whose newest values the database has refused")
                .register(meters);
    }

    /** A record that is no enriched message, or that no row can hold, is passed over: the store route makes a dead letter of it. */
    public void reduce(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getMessage().getBody(List.class);
        Map<String, Map<String, Device>> tenants = new HashMap<>();
        EnrichedMessage message = new EnrichedMessage();
        for (Message record : batch) {
            try {
                message.read((byte[]) record.getBody(), (metric, value, unit, quality, timestamp, sequence) -> {
                    // of an event that is known by its id, only the store can tell whether it is the first
                    if (message.eventId == null) {
                        device(tenants, message.tenant, message.device)
                                .offer(metric, timestamp, sequence, value, unit, quality);
                    }
                });
                device(tenants, message.tenant, message.device).heard(message, message.online);
                for (String gone : message.offlineWith) {
                    device(tenants, message.tenant, gone).heard(message, false);
                }
            } catch (NotEnriched e) {
                // the store route makes a dead letter of it
            }
        }
        // What the database would refuse, foreign records can hold; refused, it would come again for good and stop the
        // others.
        exchange.setProperty(
                DEVICES,
                tenants.values().stream()
                        .flatMap(devices -> devices.values().stream())
                        .filter(device -> isKey(device.tenant) && isKey(device.id))
                        .sorted()
                        .toList());
    }

    /** Leaves of the batch the one device that is the body. */
    public void one(Exchange exchange) {
        exchange.setProperty(DEVICES, List.of(exchange.getMessage().getBody()));
    }

    /** Counts the device that the database has refused, and tells the log of the first. */
    public void refused(Exchange exchange) {
        refused.increment();
        if (told.compareAndSet(false, true)) {
            Device device = devices(exchange).get(0);
            LOG.warn(
                    "The database refuses the newest values of {}/{}, and maybe others (caravan_latest_refused_total): {}",
                    device.tenant,
                    device.id,
                    exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)
                            .getMessage());
        }
    }

    /** Hands the newest readings to the statement that follows. */
    public void latest(Exchange exchange) {
        List<Device> devices = devices(exchange);
        ReadingColumns columns = new ReadingColumns(devices.size() * 4);
        for (Device device : devices) {
            device.newest.forEach(new Flush(columns, device));
        }
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, columns.parameters());
    }

    /** Hands the devices' presence to the statement that follows. */
    public void presence(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, presenceOf(devices(exchange)));
    }

    @SuppressWarnings("unchecked")
    private static List<Device> devices(Exchange exchange) {
        return exchange.getProperty(DEVICES, List.class);
    }

    private Map<String, Object> presenceOf(List<Device> devices) {
        Map<String, Object> columns = new HashMap<>(patience.parameters());
        columns.put("tenants", devices.stream().map(device -> device.tenant).toArray(String[]::new));
        columns.put("devices", devices.stream().map(device -> device.id).toArray(String[]::new));
        columns.put(
                "firstHeard",
                devices.stream().mapToLong(device -> device.firstHeard).toArray());
        columns.put(
                "lastHeard",
                devices.stream().mapToLong(device -> device.lastHeard).toArray());
        columns.put("online", devices.stream().map(device -> device.online).toArray(Boolean[]::new));
        columns.put(
                "announces", devices.stream().map(device -> device.announces).toArray(Boolean[]::new));
        columns.put(
                "changed", devices.stream().mapToLong(device -> device.changed).toArray());
        columns.put(
                "timestamps",
                devices.stream().mapToLong(device -> device.timestamp).toArray());
        columns.put(
                "sequences",
                devices.stream().mapToLong(device -> device.sequence).toArray());
        return columns;
    }

    private static boolean isKey(String text) {
        return text.length() <= LONGEST_KEY && Text.isClean(text);
    }

    private static Device device(Map<String, Map<String, Device>> tenants, String tenant, String device) {
        return tenants.computeIfAbsent(tenant, name -> new HashMap<>())
                .computeIfAbsent(device, id -> new Device(tenant, id));
    }

    /** What a batch tells of one device. */
    private static final class Device implements Comparable<Device> {

        final String tenant;
        final String id;
        final Map<String, Row> newest = new TreeMap<>();
        long firstHeard = Long.MAX_VALUE;
        long lastHeard = Long.MIN_VALUE;
        /** What the newest message says, by timestamp and sequence, and when it was received that this began. */
        boolean online;

        /** Whether it stays online in silence, because it announces that it goes. */
        boolean announces;

        long changed;
        long timestamp = Decoded.NO_TIME;
        long sequence;

        Device(String tenant, String id) {
            this.tenant = tenant;
            this.id = id;
        }

        void heard(EnrichedMessage message, boolean says) {
            boolean first = timestamp == Decoded.NO_TIME;
            boolean announced = message.presenceAt != Decoded.NO_TIME;
            long at = announced ? message.presenceAt : message.timestamp;
            firstHeard = Math.min(firstHeard, message.receivedAt);
            lastHeard = Math.max(lastHeard, message.receivedAt);
            if (first || at > timestamp || at == timestamp && message.sequence > sequence) {
                if (first || says != online) {
                    online = says;
                    changed = message.receivedAt;
                }
                timestamp = at;
                sequence = message.sequence;
                announces = announced;
            }
        }

        void offer(String metric, long timestamp, long sequence, double value, String unit, Quality quality) {
            Row row = newest.computeIfAbsent(metric, name -> new Row());
            if (row.unit == null
                    || timestamp > row.timestamp
                    || timestamp == row.timestamp && sequence > row.sequence) {
                row.timestamp = timestamp;
                row.sequence = sequence;
                row.value = value;
                row.unit = unit;
                row.quality = quality;
            }
        }

        @Override
        public int compareTo(Device other) {
            int order = tenant.compareTo(other.tenant);
            return order != 0 ? order : id.compareTo(other.id);
        }
    }

    /** The newest reading of one metric; the unit is null until there is one. */
    private static final class Row {
        long timestamp;
        long sequence;
        double value;
        String unit;
        Quality quality;
    }

    private record Flush(ReadingColumns columns, Device device) implements BiConsumer<String, Row> {
        @Override
        public void accept(String metric, Row row) {
            if (!isKey(metric) || !Text.isClean(row.unit)) {
                return;
            }
            columns.add(
                    device.tenant, device.id, metric, row.timestamp, row.sequence, row.value, row.unit, row.quality);
        }
    }
}
