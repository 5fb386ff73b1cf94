package io.caravan.decode;

/** A form of times that the registry declares. Immutable, and so thread-safe. */
interface TimeForm {

    /**
     * Microseconds since 1970.
     *
     * @throws Undecodable {@link Reason#INVALID_TIMESTAMP} when it is no time of this form, of 1970 to 9999
     */
    long micros(String text) throws Undecodable;
}
