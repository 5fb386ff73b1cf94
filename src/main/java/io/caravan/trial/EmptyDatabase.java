package io.caravan.trial;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * Answers statements as a database does that has nothing yet: look-ups find nothing, and each device that is to be added is.
 * What decoders look up there (parameters of devices, births) would be answered here, from a file.
 */
final class EmptyDatabase {

    private EmptyDatabase() {}

    /** Puts the rows into the body. */
    static void answer(Exchange exchange) {
        Map<?, ?> parameters = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.of(), Map.class);
        List<Map<String, Object>> rows = new ArrayList<>();
        if (parameters.get("devices") instanceof String[] devices && parameters.containsKey("labels")) {
            for (int i = 0; i < devices.length; i++) {
                Map<String, Object> row = new HashMap<>();
                row.put("tenant_id", ((String[]) parameters.get("tenants"))[i]);
                row.put("device_id", devices[i]);
                row.put("device_type", ((String[]) parameters.get("types"))[i]);
                row.put("site_id", ((String[]) parameters.get("sites"))[i]);
                row.put("zone_id", ((String[]) parameters.get("zones"))[i]);
                rows.add(row);
            }
        }
        exchange.getMessage().setBody(rows);
    }
}
