package io.caravan.reading;

/** How far a reading can be trusted, after the three classes of OPC UA (Part 8, status codes). Stored as its ordinal. */
public enum Quality {
    /** As the device measured it. */
    GOOD,
    /** Usable with care: outside the range that the device type declares, or without a time of the device's own. */
    UNCERTAIN,
    /** No value: what should be a number is none, or the device itself says that it is of no use. */
    BAD
}
