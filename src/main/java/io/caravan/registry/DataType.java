package io.caravan.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** What kind of value a measurement has, as the registry's {@code data_type} names it in lower case. */
public enum DataType {
    FLOAT,
    DOUBLE,
    INTEGER,
    /** true and false, or 0 and 1: a number to a reading. */
    BOOLEAN,
    STRING,
    /** No value of its own, but children that have one. */
    OBJECT;

    /** Whether a value of this type becomes a number in a reading; true for {@link #BOOLEAN} too. */
    public boolean isNumeric() {
        return this != STRING && this != OBJECT;
    }

    /** The declared type; where none is declared, the one that the rest of the declaration suggests. */
    static DataType of(JsonNode declaration, DataType ofParent) {
        String declared = declaration.path("data_type").asText("").toUpperCase(Locale.ROOT);
        for (DataType type : values()) {
            if (type.name().equals(declared)) {
                return type;
            }
        }
        JsonNode sample = declaration.path("valid_values").path(0);
        if (sample.isBoolean()) {
            return BOOLEAN;
        }
        if (sample.isTextual()) {
            return STRING;
        }
        if (declaration.has("components")) {
            return OBJECT;
        }
        return ofParent == OBJECT ? FLOAT : ofParent;
    }
}
