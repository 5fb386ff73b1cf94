package io.caravan.store;

import io.caravan.decode.Text;
import io.caravan.reading.Quality;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Reduces a batch of enriched messages to the newest reading of each metric and the time each device was last heard of,
 * sorted by key so that two writers lock rows in the same order. Thread-safe.
 */
public final class Newest {

    private static final String LATEST = "caravanLatest";
    private static final String HEARD = "caravanHeard";
    /** What enrich lets through, too; the index of a table takes no rows of any length. */
    private static final int LONGEST_KEY = 200;

    /** A record that is no enriched message, or that no row can hold, is passed over: the store route makes a dead letter of it. */
    public void reduce(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getMessage().getBody(List.class);
        Map<String, Map<String, Device>> tenants = new HashMap<>();
        EnrichedMessage message = new EnrichedMessage();
        for (Message record : batch) {
            try {
                message.read(
                        (byte[]) record.getBody(), (metric, value, unit, quality, sequence) -> device(tenants, message)
                                .offer(metric, message.timestamp, sequence, value, unit, quality));
                device(tenants, message).heard(message.receivedAt);
            } catch (NotEnriched e) {
                // the store route makes a dead letter of it
            }
        }
        // What the database would refuse, foreign records can hold; refused, it would come again for good and stop the
        // others.
        Device[] sorted = tenants.values().stream()
                .flatMap(devices -> devices.values().stream())
                .filter(device -> isKey(device.tenant) && isKey(device.id))
                .sorted()
                .toArray(Device[]::new);
        ReadingColumns columns = new ReadingColumns(sorted.length * 4);
        String[] owners = new String[sorted.length];
        String[] ids = new String[sorted.length];
        long[] heard = new long[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            owners[i] = sorted[i].tenant;
            ids[i] = sorted[i].id;
            heard[i] = sorted[i].heard;
            sorted[i].newest.forEach(new Flush(columns, sorted[i]));
        }
        exchange.setProperty(LATEST, columns.parameters());
        exchange.setProperty(HEARD, Map.of("tenants", owners, "devices", ids, "timestamps", heard));
    }

    private static boolean isKey(String text) {
        return text.length() <= LONGEST_KEY && Text.isClean(text);
    }

    private static Device device(Map<String, Map<String, Device>> tenants, EnrichedMessage message) {
        return tenants.computeIfAbsent(message.tenant, tenant -> new HashMap<>())
                .computeIfAbsent(message.device, id -> new Device(message.tenant, id));
    }

    /** Hands the newest readings to the statement that follows. */
    public void latest(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, exchange.getProperty(LATEST));
    }

    /** Hands the times of presence to the statement that follows. */
    public void presence(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, exchange.getProperty(HEARD));
    }

    /** What a batch tells of one device. */
    private static final class Device implements Comparable<Device> {

        final String tenant;
        final String id;
        final Map<String, Row> newest = new TreeMap<>();
        long heard;

        Device(String tenant, String id) {
            this.tenant = tenant;
            this.id = id;
        }

        void heard(long receivedAt) {
            heard = Math.max(heard, receivedAt);
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
