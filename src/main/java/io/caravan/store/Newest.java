package io.caravan.store;

import io.caravan.reading.Quality;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    /** A record that is no enriched message is passed over: the store route makes a dead letter of it. */
    public void reduce(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getMessage().getBody(List.class);
        Map<Key, Row> newest = new HashMap<>();
        Map<Key, Long> heard = new TreeMap<>();
        EnrichedMessage message = new EnrichedMessage();
        for (Message record : batch) {
            try {
                message.read((byte[]) record.getBody(), (metric, value, unit, quality, sequence) -> {
                    Row row = new Row(message.timestamp, sequence, value, unit, quality);
                    newest.merge(new Key(message.tenant, message.device, metric), row, Row::newer);
                });
            } catch (NotEnriched e) {
                continue;
            }
            heard.merge(new Key(message.tenant, message.device, ""), message.receivedAt, Math::max);
        }
        ReadingColumns columns = new ReadingColumns(newest.size());
        new TreeMap<>(newest)
                .forEach((key, row) -> columns.add(
                        key.tenant,
                        key.device,
                        key.metric,
                        row.timestamp,
                        row.sequence,
                        row.value,
                        row.unit,
                        row.quality));
        exchange.setProperty(LATEST, columns.parameters());
        Map<String, Object> presence = new HashMap<>();
        presence.put("tenants", heard.keySet().stream().map(Key::tenant).toArray(String[]::new));
        presence.put("devices", heard.keySet().stream().map(Key::device).toArray(String[]::new));
        presence.put(
                "timestamps", heard.values().stream().mapToLong(Long::longValue).toArray());
        exchange.setProperty(HEARD, presence);
    }

    /** Hands the newest readings to the statement that follows. */
    public void latest(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, exchange.getProperty(LATEST));
    }

    /** Hands the times of presence to the statement that follows. */
    public void presence(Exchange exchange) {
        exchange.getMessage().setHeader(JdbcConstants.JDBC_PARAMETERS, exchange.getProperty(HEARD));
    }

    private record Key(String tenant, String device, String metric) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = tenant.compareTo(other.tenant);
            if (order == 0) {
                order = device.compareTo(other.device);
            }
            return order != 0 ? order : metric.compareTo(other.metric);
        }
    }

    private record Row(long timestamp, long sequence, double value, String unit, Quality quality) {
        Row newer(Row other) {
            boolean later = other.timestamp > timestamp || other.timestamp == timestamp && other.sequence > sequence;
            return later ? other : this;
        }
    }
}
