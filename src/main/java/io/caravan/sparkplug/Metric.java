package io.caravan.sparkplug;

import io.caravan.decode.Decoded;
import io.caravan.decode.Slice;

/**
 * A metric as a payload has it. Immutable.
 *
 * @param name its name, or null where the alias stands for it
 * @param alias the alias, or null
 * @param timestamp microseconds since the epoch, or {@link Decoded#NO_TIME}
 * @param type one of {@link DataTypes}, {@link DataTypes#UNKNOWN} where the birth says it
 * @param isTransient whether it is not to be stored
 * @param unit the property {@code engUnit}, or null
 * @param quality the property {@code Quality}, or {@link #GOOD}
 * @param field which field of the value is set
 * @param bits the value of an integer field or a boolean
 * @param number the value of a float or a double
 * @param raw the bytes of a text, of bytes, of a data set or of a template; else null
 */
record Metric(
        String name,
        Long alias,
        long timestamp,
        int type,
        boolean isTransient,
        String unit,
        int quality,
        Field field,
        long bits,
        double number,
        Slice raw) {

    static final int GOOD = 192;
    static final int BAD = 0;

    /** The fields of a value; NONE is null. */
    enum Field {
        NONE,
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        BOOLEAN,
        STRING,
        BYTES,
        DATA_SET,
        TEMPLATE,
        EXTENSION
    }

    /** The same with the name and the type that its birth declares. */
    Metric named(String other, int declared) {
        return new Metric(other, alias, timestamp, declared, isTransient, unit, quality, field, bits, number, raw);
    }

    /** How the metric is called in words that tell what is wrong with it. */
    String shown() {
        return name != null
                ? "the metric " + io.caravan.decode.Text.excerpt(name)
                : "the alias " + Long.toUnsignedString(alias);
    }
}
