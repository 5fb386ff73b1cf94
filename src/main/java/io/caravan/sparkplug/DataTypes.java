package io.caravan.sparkplug;

/**
 * The data types of metrics by their numbers, and what an integer field means by its type. Source: Sparkplug 3.0.0, 6.4.16.
 * Stateless.
 */
final class DataTypes {

    /** Stands for a type that a metric does not name: data messages leave it to the birth. */
    static final int UNKNOWN = 0;

    static final int INT8 = 1;
    static final int INT16 = 2;
    static final int INT32 = 3;
    static final int INT64 = 4;
    static final int UINT8 = 5;
    static final int UINT16 = 6;
    static final int UINT32 = 7;
    static final int UINT64 = 8;
    static final int FLOAT = 9;
    static final int DOUBLE = 10;
    static final int BOOLEAN = 11;
    static final int STRING = 12;
    static final int DATE_TIME = 13;

    private static final String[] NAMES = {
        "Unknown",
        "Int8",
        "Int16",
        "Int32",
        "Int64",
        "UInt8",
        "UInt16",
        "UInt32",
        "UInt64",
        "Float",
        "Double",
        "Boolean",
        "String",
        "DateTime",
        "Text",
        "UUID",
        "DataSet",
        "Bytes",
        "File",
        "Template",
        "PropertySet",
        "PropertySetList",
        "Int8Array",
        "Int16Array",
        "Int32Array",
        "Int64Array",
        "UInt8Array",
        "UInt16Array",
        "UInt32Array",
        "UInt64Array",
        "FloatArray",
        "DoubleArray",
        "BooleanArray",
        "StringArray",
        "DateTimeArray"
    };

    private DataTypes() {}

    /** The name of a type, or its number where it has none. */
    static String name(int type) {
        return type >= 0 && type < NAMES.length ? NAMES[type] : Integer.toString(type);
    }

    /** Whether a value of the type is a number; a boolean is 0 or 1, a time milliseconds since 1970. */
    static boolean isNumeric(int type) {
        return type >= INT8 && type <= BOOLEAN || type == DATE_TIME;
    }

    /**
     * The number that an integer field holds. Encoders disagree on how far they extend a sign, and some send UInt32 in the
     * field of 64 bits: the type's own bits decide.
     *
     * @param bits the field, one of 32 bits without a sign
     */
    static double integer(int type, long bits) {
        return switch (type) {
            case INT8 -> (byte) bits;
            case INT16 -> (short) bits;
            case INT32 -> (int) bits;
            case UINT8 -> bits & 0xffL;
            case UINT16 -> bits & 0xffffL;
            case UINT32 -> bits & 0xffff_ffffL;
            case UINT64, DATE_TIME -> unsigned(bits);
            case BOOLEAN -> bits == 0 ? 0 : 1;
            default -> bits;
        };
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : 2.0 * (bits >>> 1 | bits & 1); // the last bit decides how the half is rounded
    }
}
