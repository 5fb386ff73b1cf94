package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.util.RawValue;
import org.apache.camel.Exchange;

/** The sites, zones and sensor types that devices of a tenant have, by name: {@code ask...} before the statement, {@code answer...} after it. Stateless. */
public final class Places {

    private static final int MOST_ROWS = 1_000;

    public void askSites(Exchange exchange) {
        Request request = Request.open(exchange, "limit", Cursor.PARAMETER).withLimit(100, MOST_ROWS);
        Cursor cursor = request.query().cursor(String.class);
        request.with("after", cursor == null ? "" : cursor.text(0)).handOver(exchange);
    }

    public void answerSites(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), Site::of, row -> Cursor.after(row.text("site_id")));
    }

    public void askZones(Exchange exchange) {
        Request request =
                Request.open(exchange, "site", "limit", Cursor.PARAMETER).withLimit(100, MOST_ROWS);
        Cursor cursor = request.query().cursor(String.class, String.class);
        request.with("site", request.query().text("site", null))
                .with("afterSite", cursor == null ? "" : cursor.text(0))
                .with("after", cursor == null ? "" : cursor.text(1))
                .handOver(exchange);
    }

    public void answerZones(Exchange exchange) {
        Answer.page(
                exchange,
                Answer.rows(exchange),
                Zone::of,
                row -> Cursor.after(row.text("site_id"), row.text("zone_id")));
    }

    public void askSensorTypes(Exchange exchange) {
        Request request =
                Request.open(exchange, "site", "limit", Cursor.PARAMETER).withLimit(100, MOST_ROWS);
        Cursor cursor = request.query().cursor(String.class);
        request.with("site", request.query().text("site", null))
                .with("after", cursor == null ? "" : cursor.text(0))
                .handOver(exchange);
    }

    public void answerSensorTypes(Exchange exchange) {
        Answer.page(exchange, Answer.rows(exchange), SensorType::of, row -> Cursor.after(row.text("sensor_type")));
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Site(
            @JsonProperty("site_id") String id, String label, RawValue attributes, long zones, long devices) {

        static Site of(Row row) {
            return new Site(
                    row.text("site_id"), row.text("label"), told(row), row.number("zones"), row.number("devices"));
        }
    }

    /** What people have told of a place; null where nobody has. */
    private static RawValue told(Row row) {
        return row.value("attributes") == null ? null : row.json("attributes");
    }

    private record Zone(
            @JsonProperty("site_id") String site,
            @JsonProperty("zone_id") String id,
            @JsonInclude(JsonInclude.Include.NON_NULL) String label,
            @JsonInclude(JsonInclude.Include.NON_NULL) RawValue attributes,
            long devices) {

        static Zone of(Row row) {
            String site = row.text("site_id");
            return new Zone(
                    site.isEmpty() ? null : site,
                    row.text("zone_id"),
                    row.text("label"),
                    told(row),
                    row.number("devices"));
        }
    }

    private record SensorType(@JsonProperty("sensor_type") String name, String unit, long devices, String newest) {

        static SensorType of(Row row) {
            return new SensorType(row.text("sensor_type"), row.text("unit"), row.number("devices"), row.time("newest"));
        }
    }
}
