package io.caravan.registry;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a device type declares about one metric. Immutable.
 *
 * @param unit the unit of its values, empty where none is declared
 * @param groupUnit the unit of the measurement of which this is a component, where this has another; else null
 * @param min the lowest value to be expected, negative infinity where none is declared
 * @param max the highest value to be expected, positive infinity where none is declared
 * @param dataType the kind of its values
 */
public record Measurement(String unit, String groupUnit, double min, double max, DataType dataType) {

    /** Whether a reading of it should be a number. */
    public boolean isNumeric() {
        return dataType.isNumeric();
    }

    /**
     * The unit of a reading, by what the device says: its own unit counts more than the declared one. But where it gives one
     * unit for a group of values, the group's, it is not that of a component which has another: the power factor beside
     * powers in W is not in W.
     *
     * @param given the unit that the device gives, or null; one that is empty is none
     */
    public String unitOf(String given) {
        return given == null || given.isEmpty() || given.equals(groupUnit) ? unit : given;
    }

    /** Whether values of it are texts, of which none makes a reading. */
    public boolean isText() {
        return dataType == DataType.STRING;
    }

    /** Whether a value lies in min..max, both included; NaN never does. */
    public boolean contains(double value) {
        return value >= min && value <= max;
    }

    /**
     * Whether nothing that is declared speaks against a value: it lies in the range, is whole where it should be, and is in the
     * declared unit, for the range says nothing of others. Where none is declared, a count or a state has none.
     *
     * @param inUnit the unit of the reading, never null
     */
    public boolean expects(double value, String inUnit) {
        return contains(value)
                && (dataType != DataType.INTEGER || value == Math.rint(value))
                && (unit.isEmpty() && !isDiscrete() || UnitSpelling.areSame(unit, inUnit));
    }

    private boolean isDiscrete() {
        return dataType == DataType.INTEGER || dataType == DataType.BOOLEAN;
    }

    /** A top-level measurement. */
    static Measurement of(JsonNode declaration) {
        return of(declaration, "", DataType.FLOAT);
    }

    /** A component of this measurement: it takes the unit and the data type from here where it names none itself. */
    Measurement component(JsonNode declaration) {
        return of(declaration, unit, dataType);
    }

    private static Measurement of(JsonNode declaration, String unitOfParent, DataType typeOfParent) {
        DataType dataType = DataType.of(declaration, typeOfParent);
        double min = Double.NEGATIVE_INFINITY;
        double max = Double.POSITIVE_INFINITY;
        if (declaration.has("min_value") || declaration.has("max_value")) {
            min = declaration.path("min_value").asDouble(min);
            max = declaration.path("max_value").asDouble(max);
        } else if (dataType == DataType.BOOLEAN) {
            min = 0;
            max = 1;
        } else if (dataType.isNumeric() && declaration.has("valid_values")) {
            min = Double.POSITIVE_INFINITY;
            max = Double.NEGATIVE_INFINITY;
            for (JsonNode valid : declaration.path("valid_values")) {
                min = Math.min(min, valid.asDouble());
                max = Math.max(max, valid.asDouble());
            }
        }
        String unit = declaration.path("unit").asText(unitOfParent);
        String groupUnit = unit.equals(unitOfParent) || unitOfParent.isEmpty() ? null : unitOfParent;
        return new Measurement(unit, groupUnit, min, max, dataType);
    }
}
