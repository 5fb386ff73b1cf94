package io.caravan.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caravan.decode.Decoded;
import io.caravan.decode.Measured;
import io.caravan.decode.Quantity;
import io.caravan.decode.Text;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import io.caravan.registry.Measurement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Says why values of a message are no numbers, by the device registry that has read them. Immutable. */
final class Unread {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int MOST_TOLD = 20;
    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX][0-9a-fA-F]+");

    private final DeviceRegistry registry;

    Unread(DeviceRegistry registry) {
        this.registry = registry;
    }

    /** A line for each; nothing of dialects that the registry does not declare. */
    List<String> of(Outcome outcome) {
        Decoded decoded = outcome.decoded(registry);
        if (decoded == null || decoded.measurements() == null) {
            return List.of();
        }
        Map<String, JsonNode> sent = new HashMap<>();
        try {
            JsonNode all = MAPPER.readTree(
                    decoded.measurements().bytes(),
                    decoded.measurements().start(),
                    decoded.measurements().length());
            gather(all, "", sent);
        } catch (IOException e) {
            return List.of();
        }
        DeviceType type = typeOf(decoded);
        List<String> lines = new ArrayList<>();
        for (Measured value : decoded.measured()) {
            String why = why(value, sent.get(value.metric()), type.measurement(value.metric()));
            if (why != null) {
                lines.add(Text.printable(value.metric()) + ": " + why);
            }
        }
        int others = lines.size() - MOST_TOLD;
        if (others > 0) {
            lines.subList(MOST_TOLD, lines.size()).clear();
            lines.add("and " + others + " more");
        }
        return lines;
    }

    private DeviceType typeOf(Decoded decoded) {
        DeviceType named =
                decoded.deviceType() == null ? null : registry.types().find(decoded.deviceType());
        return named != null ? named : registry.types().detect(decoded.names());
    }

    private static void gather(JsonNode node, String path, Map<String, JsonNode> leaves) {
        if (node.isValueNode()) {
            leaves.put(path, node);
        }
        String below = path.isEmpty() ? "" : path + '.';
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            gather(node.get(i), below + i, leaves);
        }
        node.properties().forEach(member -> {
            boolean alone = member.getKey().equals("value") && member.getValue().isValueNode() && !path.isEmpty();
            gather(member.getValue(), alone ? path : below + member.getKey(), leaves);
        });
    }

    /** Null for what is a number. */
    private static String why(Measured value, JsonNode sent, Measurement declared) {
        boolean text = sent != null && sent.isTextual();
        String shown = sent == null ? "" : text ? Text.excerpt(sent.textValue()) : Text.printable(sent.toString());
        if (declared != null && declared.isText() && value.form() != Measured.Form.ABSENT) {
            return shown + " is of a measurement that is declared a string: an event, and no reading";
        }
        return switch (value.form()) {
            case ABSENT -> sent == null || sent.isNull() ? "null" : shown + " stands for no value, as \"missing\" says";
            case TEXT -> text ? shown + " " + ofText(sent.textValue()) : null;
            case OVERFLOW -> "NaN, infinite, or beyond what can be kept, such as 1e999";
            case NO_INTEGER -> shown + " is no number of the type that \"integer\" says";
            case REJECTED ->
                shown + " is not to be used: what stands where \"quality\" says is neither in \"good\" nor in"
                        + " \"uncertain\"";
            case CUT_OFF -> "the frame ends before it, or has a float there that is no number";
            case NUMBER -> null;
        };
    }

    private static String ofText(String text) {
        Quantity withPoint = text.indexOf(',') < 0 ? null : Quantity.parse(text.replace(',', '.'));
        if (withPoint != null) {
            return "has a comma: where that is the decimal point, say \"decimal_comma\": true";
        }
        return HEXADECIMAL.matcher(text.strip()).matches()
                ? "has hexadecimal digits: \"contents\" with the format hex reads them"
                : "is a text, and no number: what it counts as, \"numbers\" can say";
    }
}
