package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.caravan.decode.Timestamps;
import io.caravan.window.TypeWidths;
import io.caravan.window.Width;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/**
 * The windows of a device, or those of all devices of a site or zone put together, newest first: {@link #ask} before the
 * statement, which {@link #isOfDevice} chooses, {@link #answer} after it. Thread-safe.
 */
public final class Aggregates {

    private static final int MOST_ROWS = 10_000;
    private static final String PLACE = "caravan.api.place";

    private final TypeWidths widths;

    public Aggregates(TypeWidths widths) {
        this.widths = widths;
    }

    /** What was asked for: a device, or else the devices of a site, of a zone, or of a site's zone. */
    private record Place(String device, String site, String zone, Width width) {

        String kind() {
            return device != null ? "device" : zone != null ? "zone" : "site";
        }
    }

    public void ask(Exchange exchange) {
        Request request = Request.open(
                        exchange, "device", "site", "zone", "metric", "window", "from", "to", "limit", Cursor.PARAMETER)
                .withLimit(100, MOST_ROWS);
        Query query = request.query();
        Place place = place(query);
        TimeRange range = TimeRange.of(query);
        Cursor cursor = query.cursor(Long.class, String.class);
        boolean fromStart = cursor == null || cursor.number(0) >= range.to();
        exchange.setProperty(PLACE, place);
        request.with("device", place.device)
                .with("site", place.site)
                .with("zone", place.zone)
                .with("width", place.width.seconds())
                .with("firstMetric", query.text("metric", ""))
                .with("lastMetric", query.text("metric", Series.LAST_METRIC))
                .with("from", TimeRange.toDatabase(range.from()))
                .with("beforeTime", TimeRange.toDatabase(fromStart ? range.to() : cursor.number(0)))
                .with("beforeMetric", fromStart ? "" : cursor.text(1))
                .handOver(exchange);
    }

    private Place place(Query query) {
        String device = query.text("device", null);
        String site = query.text("site", null);
        String zone = query.text("zone", null);
        if (device == null && site == null && zone == null) {
            throw ApiProblem.parameter("device", "device is required, or site or zone");
        }
        if (device != null && (site != null || zone != null)) {
            String other = site != null ? "site" : "zone";
            throw ApiProblem.parameter(other, other + " cannot be given together with device");
        }
        String window = query.text("window", widths.common().smallest().label());
        TypeWidths.InUse inUse = widths.inUse();
        Width width = inUse.named(window)
                .orElseThrow(() -> ApiProblem.parameter(
                        "window",
                        "window must be one of "
                                + inUse.all().stream().map(Width::label).collect(Collectors.joining(","))));
        return new Place(device, site, zone, width);
    }

    /** Whether the windows of one device are asked for. */
    public boolean isOfDevice(Exchange exchange) {
        return placeOf(exchange).device != null;
    }

    public void answer(Exchange exchange) {
        Place place = placeOf(exchange);
        List<Row> rows = Answer.of(place.kind(), exchange, "start");
        Answer.page(
                exchange,
                rows,
                row -> place.device != null ? OfDevice.of(place, row) : OfPlace.of(place, row),
                last -> Cursor.after(last.micros("start"), last.text("metric")));
    }

    private static Place placeOf(Exchange exchange) {
        return exchange.getProperty(PLACE, Place.class);
    }

    private static String endOf(Place place, Row row) {
        return Timestamps.format(row.micros("start") + place.width.micros());
    }

    private record Statistics(long count, Double sum, Double avg, Double min, Double max, Double stddev) {

        static Statistics of(Row row) {
            return new Statistics(
                    row.number("count"),
                    (Double) row.value("sum"),
                    (Double) row.value("avg"),
                    (Double) row.value("min"),
                    (Double) row.value("max"),
                    (Double) row.value("stddev"));
        }
    }

    private record OfDevice(
            @JsonProperty("device_id") String device,
            String metric,
            String window,
            String start,
            String end,
            @JsonUnwrapped Statistics statistics,
            Double first,
            Double last,
            boolean settled) {

        static OfDevice of(Place place, Row row) {
            return new OfDevice(
                    row.text("device_id"),
                    row.text("metric"),
                    place.width.label(),
                    row.time("start"),
                    endOf(place, row),
                    Statistics.of(row),
                    (Double) row.value("first"),
                    (Double) row.value("last"),
                    (Boolean) row.value("settled"));
        }
    }

    /** Which value of several devices was the first or the last means little, so it is not told. */
    private record OfPlace(
            @JsonProperty("site_id") String site,
            @JsonProperty("zone_id") String zone,
            String metric,
            String window,
            String start,
            String end,
            @JsonUnwrapped Statistics statistics,
            boolean settled) {

        static OfPlace of(Place place, Row row) {
            return new OfPlace(
                    place.site,
                    place.zone,
                    row.text("metric"),
                    place.width.label(),
                    row.time("start"),
                    endOf(place, row),
                    Statistics.of(row),
                    (Boolean) row.value("settled"));
        }
    }
}
