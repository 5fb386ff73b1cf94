package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.api.ApiProblem;
import io.caravan.api.F2Templates;
import io.caravan.decode.F2Topic;
import io.caravan.decode.Undecodable;
import io.caravan.f2.Parameters;
import io.caravan.settings.UserError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Stands in for the parameters of F2 controllers in the database: one template, on the pin that a topic names. Immutable. */
public final class F2Pin {

    private static final String TENANT = "default";
    private static final int CONNECTORS = 5;

    private final F2Topic place;
    private final ObjectNode template;

    /**
     * @param file its name, for people
     * @param content a template as PUT /api/device-templates/{template} takes it
     * @throws UserError when it is none, or the topic is not that of a sensor
     */
    public F2Pin(String topic, String file, byte[] content) {
        this.place = sensor(topic);
        try {
            this.template = F2Templates.document(null, content);
        } catch (ApiProblem e) {
            String field = e.getMessage().contains(e.parameter()) ? "" : e.parameter() + ": ";
            throw new UserError(file + ": " + field + e.getMessage() + ". See docs/f2.md");
        }
    }

    private static F2Topic sensor(String topic) {
        try {
            F2Topic place = F2Topic.parse(topic);
            if (place.pin() >= 0 && place.connectorNumber() >= 1 && place.connectorNumber() <= CONNECTORS) {
                return place;
            }
        } catch (Undecodable e) {
            // told below
        }
        throw new UserError("--f2-template is for topics of F2 sensors, such as"
                + " tele/f2-e4fd45f654be/sensor-mode/J1/sensor-1, not for " + topic);
    }

    /** Makes it all that is known. */
    void wire(Parameters parameters) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (JsonNode point : template.get("data_points")) {
            Map<String, Object> row = row();
            for (String text : List.of("label", "format", "byte_order", "prepend", "append")) {
                row.put(text, point.get(text).textValue());
            }
            row.put("byte_offset", point.get("offset").intValue());
            row.put("decimals", point.get("decimals").intValue());
            row.put("scale", point.get("scale").decimalValue());
            rows.add(row);
        }
        Map<String, Object> pin = row();
        pin.put("controller_id", place.controller());
        pin.put("connector", place.connectorNumber());
        pin.put("pin", place.pin());
        rows.add(pin);
        parameters.take(rows);
    }

    private static Map<String, Object> row() {
        Map<String, Object> row = new HashMap<>();
        row.put("tenant_id", TENANT);
        row.put("template_id", "template");
        return row;
    }
}
