package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * What a device says of its own channels, newest first: {@link #ask} before the statement, {@link #answer} after it.
 * Stateless.
 */
public final class TrendStatistics {

    public void ask(Exchange exchange) {
        Series.ask(exchange);
    }

    public void answer(Exchange exchange) {
        List<Row> rows = Answer.ofDevice(exchange, "ts");
        Answer.page(exchange, rows, TrendStatistic::of, Series::after);
    }

    private record TrendStatistic(
            @JsonProperty("device_id") String device,
            String metric,
            String timestamp,
            Double value,
            Double avg,
            Double min,
            Double max) {

        static TrendStatistic of(Row row) {
            return new TrendStatistic(
                    row.text("device_id"),
                    row.text("metric"),
                    row.time("ts"),
                    (Double) row.value("value"),
                    (Double) row.value("avg"),
                    (Double) row.value("min"),
                    (Double) row.value("max"));
        }
    }
}
