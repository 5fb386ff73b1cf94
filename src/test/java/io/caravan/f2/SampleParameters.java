package io.caravan.f2;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Parameters as rows of the database. */
public final class SampleParameters {

    private final List<Map<String, Object>> rows = new ArrayList<>();

    /** What sql/samples/f2.sql holds. */
    public static SampleParameters shipped() {
        return new SampleParameters()
                .pin("e4fd45f654be", 1, 1, "env")
                .pin("abc123def456", 2, 2, "power")
                .pin("123456abcdef", 4, 3, "env")
                .point("env", "Temperature", "Int16", "big", 0, 2, "1", "", " °C")
                .point("env", "Humidity", "Uint16", "big", 2, 2, "1", "", " %")
                .point("env", "CO2", "Uint16", "big", 4, 0, "1", "", " ppm")
                .point("power", "Voltage", "Uint16", "big", 0, 1, "1", "", " V")
                .point("power", "Current", "Int16", "big", 2, 3, "1", "", " A");
    }

    public SampleParameters pin(String controller, Integer connector, Integer pin, String template) {
        Map<String, Object> row = new HashMap<>();
        row.put("tenant_id", "default");
        row.put("controller_id", controller);
        row.put("connector", connector);
        row.put("pin", pin);
        row.put("template_id", template);
        rows.add(row);
        return this;
    }

    public SampleParameters point(
            String template,
            String label,
            String format,
            String order,
            int offset,
            int decimals,
            String scale,
            String prepend,
            String append) {
        Map<String, Object> row = new HashMap<>();
        row.put("tenant_id", "default");
        row.put("template_id", template);
        row.put("label", label);
        row.put("format", format);
        row.put("byte_order", order);
        row.put("byte_offset", offset);
        row.put("decimals", decimals);
        row.put("scale", new BigDecimal(scale));
        row.put("prepend", prepend);
        row.put("append", append);
        rows.add(row);
        return this;
    }

    public Parameters parameters() {
        Parameters parameters = new Parameters();
        parameters.take(rows);
        return parameters;
    }
}
