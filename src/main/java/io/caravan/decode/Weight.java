package io.caravan.decode;

/** What the payload of a message weighs in memory once it is decoded and enriched. Thread-safe. */
public final class Weight {

    /** A reading with its names, and its place in the enriched message. */
    private static final int READING_BYTES = 64;

    private static final byte SPARKPLUG_METRIC = 0x12;

    private Weight() {}

    /**
     * In bytes, roughly: its length, and so much for every comma, because values of JSON are told apart by commas. An array of
     * ones takes two bytes for a value, and thirty times as much once each has a name. In Sparkplug's payloads every metric
     * begins with a byte that no JSON has. A pack in CBOR has a map for every
     * record, of a value and a sum at most; what only looks like the head of a map makes it seem heavier than it is.
     */
    public static long of(byte[] payload) {
        boolean cbor = SenmlCbor.isPack(payload);
        long readings = 0;
        for (byte next : payload) {
            if (cbor ? (next & 0xe0) == 0xa0 : next == ',' || next == SPARKPLUG_METRIC) {
                readings += cbor ? 2 : 1;
            }
        }
        return payload.length + READING_BYTES * readings;
    }
}
