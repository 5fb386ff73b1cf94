package io.caravan.store;

import io.caravan.decode.PayloadHash;
import io.caravan.reading.TrendStatistic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a device says of one of its channels, as the row that is stored of it. Immutable. */
record TrendRow(String tenant, String device, long sequence, TrendStatistic trend) {

    static TrendRow of(EnrichedMessage message, int entry) {
        return new TrendRow(
                message.tenant, message.device, PayloadHash.mix(message.sequence, entry), message.trends.get(entry));
    }

    static Map<String, Object> columns(List<TrendRow> rows) {
        Map<String, Object> columns = new HashMap<>();
        columns.put("tenants", rows.stream().map(TrendRow::tenant).toArray(String[]::new));
        columns.put("devices", rows.stream().map(TrendRow::device).toArray(String[]::new));
        columns.put("metrics", rows.stream().map(row -> row.trend.metric()).toArray(String[]::new));
        columns.put(
                "timestamps",
                rows.stream().mapToLong(row -> row.trend.timestamp()).toArray());
        columns.put("sequences", rows.stream().mapToLong(TrendRow::sequence).toArray());
        columns.put(
                "values", rows.stream().mapToDouble(row -> row.trend.value()).toArray());
        columns.put(
                "averages", rows.stream().mapToDouble(row -> row.trend.avg()).toArray());
        columns.put("minima", rows.stream().mapToDouble(row -> row.trend.min()).toArray());
        columns.put("maxima", rows.stream().mapToDouble(row -> row.trend.max()).toArray());
        return columns;
    }
}
