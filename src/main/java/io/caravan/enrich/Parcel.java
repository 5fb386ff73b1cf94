package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Undecodable;

/**
 * One message on its way through the enrich stage: what came in, what was read in it, whose it is, or why it cannot be
 * used. Used by one thread.
 */
final class Parcel {

    final RawMessage raw;
    final Object key;
    final String origin;
    Decoded decoded;
    String tenant;
    Device device;
    Undecodable failure;
    /** Whether its tenant's limit has been asked. */
    boolean counted;

    Parcel(RawMessage raw, Object key, String origin) {
        this.raw = raw;
        this.key = key;
        this.origin = origin;
    }

    void fail(Undecodable why) {
        failure = why;
    }
}
