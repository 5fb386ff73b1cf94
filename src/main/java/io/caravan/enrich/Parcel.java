package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.Decoder;
import io.caravan.decode.Parts;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;

/**
 * One message on its way through the enrich stage: what came in, what was read in it, whose it is, or that it is several, or why it cannot be
 * used. Used by one thread.
 */
final class Parcel {

    final RawMessage raw;
    final Object key;
    final String origin;
    /** What it is to be taken apart into; empty for a message that is one. */
    Parts parts = Parts.NONE;

    Decoded decoded;
    String tenant;
    Device device;
    Undecodable failure;
    /** Whose limit it counts against; null for one that does not count. */
    String payer;
    /** Whether that has been asked. */
    boolean counted;

    private final Decoder decoder;

    /** @param decoder reads it, null where its dialect is nobody's */
    Parcel(Decoder decoder, RawMessage raw, Object key, String origin) {
        this.decoder = decoder;
        this.raw = raw;
        this.key = key;
        this.origin = origin;
    }

    /** Whether it is one message that can be used, as far as is known. */
    boolean isUsable() {
        return failure == null && parts.isEmpty();
    }

    /** Marks it as one that cannot be used, or is not to be. */
    void fail(Undecodable why) {
        boolean ignored = why.reason() == Reason.EMPTY_MESSAGE && decoder.ignoresEmpty(raw);
        failure = ignored ? new Undecodable(Reason.IGNORED, why.getMessage()) : why;
    }
}
