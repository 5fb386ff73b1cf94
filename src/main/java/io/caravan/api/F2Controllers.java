package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.caravan.decode.Text;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;

/** The F2 controllers, and which sensor is on which pin of their connectors. Stateless. */
public final class F2Controllers extends F2Resource {

    private static final int CONNECTORS = 5;
    private static final int LAST_PIN = 99;
    private static final int LONGEST_NAME = 200;

    public F2Controllers() {
        super(
                "controller",
                "controller",
                "controller_id",
                "a MAC address, or 1 to 64 letters, digits, - and _ that begin with a letter or digit");
    }

    @Override
    Object of(Row row) {
        return Controller.of(row);
    }

    /** Notes whether it is new, and asks for it as it is now; or tells why it was not stored. */
    public void stored(Exchange exchange) {
        String outcome = Answer.rows(exchange).get(0).text("outcome");
        if (outcome.equals("other tenant")) {
            throw ApiProblem.conflict("Another tenant has a controller of this id");
        }
        if (outcome.startsWith("no template ")) {
            String template = outcome.substring("no template ".length());
            Request request = Request.of(exchange);
            throw ApiProblem.parameter(
                    placeOf(template, Fields.json(request.parameter("body"), "body")),
                    "There is no device template " + Text.excerpt(template) + " of the tenant '" + request.tenant()
                            + "'");
        }
        Stored.readAgain(exchange, outcome.equals("created"));
    }

    /** The first pin that has a template, as a path in the body. */
    private static String placeOf(String template, JsonNode body) {
        JsonNode connectors = body.get("connectors");
        for (int i = 0; i < connectors.size(); i++) {
            JsonNode pins = connectors.get(i).get("pins");
            for (int j = 0; j < pins.size(); j++) {
                if (pins.get(j).get("template").textValue().equals(template)) {
                    return "connectors[" + i + "].pins[" + j + "].template";
                }
            }
        }
        throw new IllegalStateException("no pin has the template " + Text.excerpt(template));
    }

    /** The id of a controller, also as a MAC address with colons, and as the device that it is. */
    @Override
    String idInPath(Exchange exchange) {
        String id = super.idInPath(exchange).toLowerCase(Locale.ROOT);
        return (id.startsWith("f2-") ? id.substring("f2-".length()) : id).replace(":", "");
    }

    @Override
    ObjectNode toStore(String controller, byte[] body) {
        Fields fields = Fields.of(body, "controller_id", "device_id", "name", "model", "serial_number", "connectors");
        fields.mustBe("controller_id", controller);
        fields.mustBe("device_id", "f2-" + controller);
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("name", fields.text("name", "", LONGEST_NAME));
        document.put("model", fields.text("model", "", LONGEST_NAME));
        document.put("serial_number", fields.text("serial_number", "", LONGEST_NAME));
        ArrayNode connectors = document.putArray("connectors");
        Set<Integer> numbers = new HashSet<>();
        for (Fields connector : fields.objects("connectors", CONNECTORS, "connector", "pins")) {
            int number = number(connector);
            if (!numbers.add(number)) {
                throw connector.bad("connector", "must not be that of another");
            }
            ObjectNode each = connectors.addObject().put("connector", number);
            ArrayNode pins = each.putArray("pins");
            Set<Integer> taken = new HashSet<>();
            for (Fields pin : connector.objects("pins", LAST_PIN + 1, "pin", "template", "name", "serial_number")) {
                pins.add(pin(pin, taken));
            }
        }
        return document;
    }

    private static ObjectNode pin(Fields fields, Set<Integer> taken) {
        int position = fields.number("pin", null, 0, LAST_PIN);
        if (!taken.add(position)) {
            throw fields.bad("pin", "must not be that of another on this connector");
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("pin", position)
                .put("template", fields.name("template", null, LONGEST_NAME))
                .put("name", fields.text("name", "", LONGEST_NAME))
                .put("serial_number", fields.text("serial_number", "", LONGEST_NAME));
    }

    /** 1 to 5, also as J1 to J5. */
    private static int number(Fields connector) {
        JsonNode value = connector.value("connector");
        if (value != null && value.isTextual() && value.textValue().matches("[Jj]?[1-5]")) {
            String text = value.textValue();
            return text.charAt(text.length() - 1) - '0';
        }
        if (value != null && !value.isIntegralNumber()) {
            throw connector.bad("connector", "must be a number from 1 to 5, or J1 to J5");
        }
        return connector.number("connector", null, 1, CONNECTORS);
    }

    private record Controller(
            @JsonProperty("controller_id") String id,
            @JsonProperty("device_id") String device,
            String name,
            String model,
            @JsonProperty("serial_number") String serialNumber,
            RawValue connectors) {

        static Controller of(Row row) {
            String id = row.text("controller_id");
            return new Controller(
                    id,
                    "f2-" + id,
                    row.text("name"),
                    row.text("model"),
                    row.text("serial_number"),
                    row.json("connectors"));
        }
    }
}
