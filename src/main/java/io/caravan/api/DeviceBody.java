package io.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.decode.Text;
import java.nio.charset.StandardCharsets;

/**
 * What a request says of a device, checked, as the database takes it. Stateless.
 *
 * @see FreeForm
 */
final class DeviceBody {

    /** The largest body, in bytes. */
    static final int LARGEST = 64 * 1024;

    static final String ID = "device_id";
    static final String LABEL = "label";
    static final String TYPE = "device_type";
    static final String SITE = "site_id";
    static final String ZONE = "zone_id";
    static final String TAGS = "tags";
    static final String PARAMETERS = "parameters";

    private static final int LONGEST_NAME = 200;
    private static final int MOST_TAGS = 100;

    /** What answers show beside that; a device may be sent back as it was read. */
    private static final String[] KNOWN = {
        ID,
        LABEL,
        TYPE,
        SITE,
        ZONE,
        TAGS,
        PARAMETERS,
        "created_at",
        "updated_at",
        "last_seen",
        "online",
        "decommissioned_at"
    };

    private DeviceBody() {}

    /** The fields of a body that is a device, or a patch for one. */
    static Fields fields(byte[] body) {
        return Fields.of(body, KNOWN);
    }

    static Fields fields(ObjectNode body) {
        return Fields.of(body, KNOWN);
    }

    /** A whole device that brings its id; what is not told has its default. */
    static ObjectNode device(Fields fields) {
        String id = fields.text(ID, null);
        if (!Text.isId(id)) {
            throw fields.bad(ID, "must be 1 to " + LONGEST_NAME + " characters without control characters");
        }
        fields.requireNameable(ID, id);
        return device(fields, id);
    }

    /** A whole device of an id. */
    static ObjectNode device(Fields fields, String id) {
        ObjectNode device = told(fields, id);
        if (device.get(TAGS) instanceof ObjectNode tags) {
            tags.properties().removeIf(tag -> tag.getValue().isNull());
        }
        return device;
    }

    private static ObjectNode told(Fields fields, String id) {
        fields.mustBe(ID, id);
        ObjectNode device = JsonNodeFactory.instance.objectNode().put(ID, id);
        copyName(fields, LABEL, device);
        copyName(fields, TYPE, device);
        copyName(fields, SITE, device);
        copyName(fields, ZONE, device);
        copy(fields, TAGS, device);
        copy(fields, PARAMETERS, device);
        return device;
    }

    /** A merge patch (RFC 7396) for a device of an id: null takes away what a member says. */
    static ObjectNode patch(Fields fields, String id) {
        ObjectNode patch = told(fields, id);
        for (String name : new String[] {LABEL, TYPE, SITE, ZONE, TAGS, PARAMETERS}) {
            if (fields.has(name) && !patch.has(name)) {
                patch.putNull(name);
            }
        }
        patch.remove(ID);
        return patch;
    }

    private static void copyName(Fields fields, String name, ObjectNode into) {
        if (fields.value(name) != null) {
            into.put(name, fields.name(name, null, LONGEST_NAME));
        }
    }

    private static void copy(Fields fields, String name, ObjectNode into) {
        JsonNode value = fields.value(name);
        if (value == null) {
            return;
        }
        if (!value.isObject()) {
            throw fields.bad(name, "must be an object");
        }
        if (name.equals(TAGS)) {
            requireTags(fields, value);
        }
        FreeForm.require(value, fields.path(name));
        into.set(name, value);
    }

    private static void requireTags(Fields fields, JsonNode tags) {
        boolean texts = true;
        for (JsonNode tag : tags) {
            texts &=
                    tag.isNull() || tag.isTextual() && tag.textValue().getBytes(StandardCharsets.UTF_8).length <= 1_000;
        }
        if (!texts || tags.size() > MOST_TAGS) {
            throw fields.bad(TAGS, "must be an object of at most " + MOST_TAGS + " texts of at most 1000 bytes each");
        }
    }
}
