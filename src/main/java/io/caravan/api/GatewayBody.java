package io.caravan.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a request says of a gateway, checked. Stateless. */
final class GatewayBody {

    /** The largest body, in bytes. */
    static final int LARGEST = 256 * 1024;

    static final String LABEL = "label";
    static final String DEVICES = "devices";
    static final String PREFIXES = "topic_prefixes";

    private static final String USER = "username";
    private static final String DEFAULT_LABEL = "gateway";
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_PREFIX = 500;
    private static final int MOST_DEVICES = 1_000;
    private static final int MOST_PREFIXES = 100;

    /** A level of a prefix: nothing in it that looks like something else, or like nothing, or means something to who stores it. */
    private static final String LEVEL = "[\\p{L}\\p{M}\\p{N}_.:@=,()-]+( +[\\p{L}\\p{M}\\p{N}_.:@=,()-]+)*";

    private GatewayBody() {}

    /** A whole gateway, which speaks for something. */
    static ObjectNode gateway(byte[] body) {
        Fields fields = Fields.of(body, LABEL, DEVICES, PREFIXES);
        ObjectNode gateway = JsonNodeFactory.instance.objectNode();
        gateway.put(LABEL, label(fields));
        put(gateway, DEVICES, devices(fields));
        put(gateway, PREFIXES, prefixes(fields));
        if (gateway.get(DEVICES).isEmpty() && gateway.get(PREFIXES).isEmpty()) {
            throw fields.bad(DEVICES, "must name a device, or " + PREFIXES + " a prefix");
        }
        return gateway;
    }

    /**
     * A merge patch (RFC 7396) for the gateway of a name. A list takes the place of the whole list, null of what there was. A
     * gateway may be sent back as it was read.
     */
    static ObjectNode patch(byte[] body, String user) {
        Fields fields = Fields.of(body, LABEL, DEVICES, PREFIXES, USER, "created_at", "password_at", "updated_at");
        fields.mustBe(USER, user);
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        if (fields.has(LABEL)) {
            patch.put(LABEL, label(fields));
        }
        if (fields.has(DEVICES)) {
            put(patch, DEVICES, devices(fields));
        }
        if (fields.has(PREFIXES)) {
            put(patch, PREFIXES, prefixes(fields));
        }
        return patch;
    }

    /** What stands in an array of texts. */
    static String[] texts(ObjectNode gateway, String name) {
        ArrayNode array = gateway.withArrayProperty(name);
        String[] texts = new String[array.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = array.get(i).textValue();
        }
        return texts;
    }

    private static String label(Fields fields) {
        return fields.name(LABEL, DEFAULT_LABEL, LONGEST_NAME);
    }

    private static List<String> devices(Fields fields) {
        return names(fields, DEVICES, MOST_DEVICES, LONGEST_NAME);
    }

    private static List<String> prefixes(Fields fields) {
        List<String> prefixes = names(fields, PREFIXES, MOST_PREFIXES, LONGEST_PREFIX);
        for (int i = 0; i < prefixes.size(); i++) {
            String must = fault(prefixes.get(i));
            if (must != null) {
                throw fields.bad(PREFIXES + '[' + i + ']', must);
            }
        }
        return prefixes;
    }

    /** What a prefix must be, null where it is that; the table has the same rules. */
    private static String fault(String prefix) {
        if (!prefix.matches("[^/+#]+(/[^/+#]+)*") || prefix.startsWith("$")) {
            return "must be whole levels of a topic, such as building/room1: none of them empty, without + and #, no $ first";
        }
        if (!prefix.matches(LEVEL + "(/" + LEVEL + ")*") || !Normalizer.isNormalized(prefix, Normalizer.Form.NFC)) {
            return "must have letters, digits and - _ . : @ = , ( ) in its levels, and blanks only between others; "
                    + "letters with marks as one character (Unicode NFC)";
        }
        if ((prefix + '/').startsWith("iot/")
                || (prefix + '/').startsWith("STATE/")
                || prefix.equals("spBv1.0")
                || prefix.startsWith("spBv1.0/STATE")) {
            return "cannot be claimed: topics of iot name their tenant themselves, those of Sparkplug their group, "
                    + "and a state is of the host application that it names";
        }
        return null;
    }

    private static List<String> names(Fields fields, String name, int most, int longest) {
        return fields.value(name) == null ? List.of() : fields.names(name, most, longest);
    }

    private static void put(ObjectNode into, String name, List<String> texts) {
        ArrayNode array = into.putArray(name);
        Set<String> once = new LinkedHashSet<>(texts);
        once.forEach(array::add);
    }
}
