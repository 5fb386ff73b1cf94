package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.caravan.decode.Scale;
import io.caravan.f2.DataFormat;
import io.caravan.f2.DataPoint;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;

/** The kinds of sensors that F2 controllers have, with the data points of their frames. Stateless. */
public final class F2Templates extends F2Resource {

    private static final int MOST_POINTS = 250;
    private static final int LAST_BYTE = 65_535;
    private static final int LONGEST_LABEL = 100;
    private static final int LONGEST_AFFIX = 32;
    private static final List<String> ORDERS = List.of("big", "little");

    public F2Templates() {
        super(
                "device template",
                "template",
                "template_id",
                "1 to 64 lower-case letters, digits, - and _, and begin with a letter or digit");
    }

    @Override
    Object of(Row row) {
        return Template.of(row);
    }

    /** Notes whether it is new, and asks for it as it is now. */
    public void stored(Exchange exchange) {
        boolean created = (Boolean) Answer.rows(exchange).get(0).value("created");
        Stored.readAgain(exchange, created);
    }

    /** @throws ApiProblem 409 when a pin has it */
    @Override
    public void answerDelete(Exchange exchange) {
        for (Row row : Answer.rows(exchange)) {
            if (row.value("controller_id") != null) {
                throw ApiProblem.conflict("The controller " + row.text("controller_id") + " has it, on pin "
                        + row.value("pin") + " of connector " + row.value("connector"));
            }
        }
        super.answerDelete(exchange);
    }

    @Override
    ObjectNode toStore(String template, byte[] body) {
        return document(template, body);
    }

    /**
     * A body as the database takes it, with what it leaves out.
     *
     * @param template the id that it may repeat, and its name if it has none; null where it may have any
     * @throws ApiProblem when it is wrong
     */
    public static ObjectNode document(String template, byte[] body) {
        Fields fields = Fields.of(body, "template_id", "name", "model", "description", "device_type", "data_points");
        if (template != null) {
            fields.mustBe("template_id", template);
        }
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("name", fields.name("name", template == null ? "template" : template, LONGEST_LABEL));
        document.put("model", fields.text("model", ""));
        document.put("description", fields.text("description", ""));
        document.put("device_type", fields.text("device_type", ""));
        Set<String> metrics = new HashSet<>();
        List<Fields> points = fields.objects(
                "data_points",
                MOST_POINTS,
                "label",
                "format",
                "byte_order",
                "offset",
                "length",
                "decimals",
                "scale",
                "prepend",
                "append");
        if (points.isEmpty()) {
            throw fields.bad("data_points", "must have one data point at least");
        }
        for (Fields point : points) {
            document.withArray("data_points").add(dataPoint(point));
            if (!metrics.add(DataPoint.metricOf(point.text("label", null)))) {
                throw point.bad("label", "must differ from the others by more than case and blanks");
            }
        }
        return document;
    }

    private static ObjectNode dataPoint(Fields fields) {
        ObjectNode point = JsonNodeFactory.instance.objectNode();
        point.put("label", fields.name("label", null, LONGEST_LABEL));
        DataFormat format = DataFormat.of(fields.text("format", null));
        if (format == null) {
            throw fields.bad("format", "must be one of " + DataFormat.names());
        }
        point.put("format", format.toString());
        String order = fields.text("byte_order", "big");
        if (!ORDERS.contains(order)) {
            throw fields.bad("byte_order", "must be big or little");
        }
        point.put("byte_order", order);
        point.put("offset", fields.number("offset", null, 0, LAST_BYTE));
        if (fields.number("length", format.bytes(), 0, LAST_BYTE) != format.bytes()) {
            throw fields.bad("length", "must be " + format.bytes() + ", which is how long " + format + " is");
        }
        point.put("length", format.bytes());
        point.put("decimals", fields.number("decimals", 0, 0, DataPoint.MOST_DECIMALS));
        BigDecimal scale = fields.decimal("scale", BigDecimal.ONE);
        if (!Scale.isFactor(scale)) {
            throw fields.bad("scale", "must be from 1e-15 to 1e15, or the same below 0");
        }
        point.put("scale", scale);
        point.put("prepend", fields.text("prepend", "", LONGEST_AFFIX));
        point.put("append", fields.text("append", "", LONGEST_AFFIX));
        return point;
    }

    private record Template(
            @JsonProperty("template_id") String id,
            String name,
            String model,
            String description,
            @JsonProperty("device_type") String deviceType,
            @JsonProperty("data_points") RawValue dataPoints) {

        static Template of(Row row) {
            return new Template(
                    row.text("template_id"),
                    row.text("name"),
                    row.text("model"),
                    row.text("description"),
                    row.text("device_type"),
                    row.json("data_points"));
        }
    }
}
