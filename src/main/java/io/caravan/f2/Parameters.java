package io.caravan.f2;

import io.caravan.f2.Wiring.Sensor;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parameters of all F2 controllers, held in memory as a whole, so that no message waits for the database, and what is
 * not there costs no query either. Replaced by the route {@code refresh-f2-parameters}. Thread-safe.
 */
public final class Parameters {

    private static final Logger LOG = LoggerFactory.getLogger(Parameters.class);

    private record Template(String tenant, String id) {}

    private volatile Map<String, Wiring> controllers;

    /** Whether they have been loaded since the start. Until then nobody can tell what is unknown. */
    public boolean isLoaded() {
        return controllers != null;
    }

    /** What sits on the pins of a controller, null where it has no parameters. */
    public Wiring find(String controller) {
        return controllers.get(controller);
    }

    /** Replaces all of them by rows of {@code sql/select-f2-parameters.sql}: pins name a controller, data points do not. */
    public void take(@Body List<Map<String, Object>> rows) {
        Map<Template, List<DataPoint>> templates = templates(rows);
        Map<String, String> metrics = new HashMap<>();
        Map<String, Wiring> fresh = new HashMap<>();
        for (Map<String, Object> row : rows) {
            String controller = (String) row.get("controller_id");
            if (controller == null) {
                continue;
            }
            String tenant = (String) row.get("tenant_id");
            Wiring wiring = fresh.computeIfAbsent(controller, id -> new Wiring(tenant, new HashMap<>()));
            List<DataPoint> points = templates.get(new Template(tenant, (String) row.get("template_id")));
            if (points != null) {
                int connector = number(row, "connector");
                int pin = number(row, "pin");
                List<String> names = points.stream()
                        .map(point -> connector + "." + pin + "." + point.metric())
                        .map(name -> metrics.computeIfAbsent(name, same -> same))
                        .toList();
                wiring.pins().put(Wiring.place(connector, pin), new Sensor(names, points));
            }
        }
        if (!fresh.equals(controllers)) {
            LOG.info("The parameters of {} F2 controllers are in use", fresh.size());
        }
        controllers = fresh;
    }

    private static Map<Template, List<DataPoint>> templates(List<Map<String, Object>> rows) {
        Map<Template, List<DataPoint>> templates = new HashMap<>();
        for (Map<String, Object> row : rows) {
            if (row.get("controller_id") == null) {
                templates
                        .computeIfAbsent(
                                new Template((String) row.get("tenant_id"), (String) row.get("template_id")),
                                template -> new ArrayList<>())
                        .add(pointOf(row));
            }
        }
        return templates;
    }

    private static DataPoint pointOf(Map<String, Object> row) {
        BigDecimal scale = (BigDecimal) row.get("scale");
        return new DataPoint(
                (String) row.get("label"),
                DataPoint.unitOf((String) row.get("prepend"), (String) row.get("append")),
                DataFormat.of((String) row.get("format")),
                row.get("byte_order").equals("little") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN,
                number(row, "byte_offset"),
                number(row, "decimals"),
                scale.compareTo(BigDecimal.ONE) == 0 ? BigDecimal.ONE : scale);
    }

    private static int number(Map<String, Object> row, String column) {
        return ((Number) row.get(column)).intValue();
    }
}
