package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Undecodable;
import java.util.List;

/**
 * One message on its way through the enrich stage: what came in, what was read in it, whose it is, or that it is several, or why it cannot be
 * used. Used by one thread.
 */
final class Parcel {

    final RawMessage raw;
    final Object key;
    final String origin;
    /** What it is to be taken apart into; empty for a message that is one. */
    List<byte[]> parts = List.of();

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

    /** Whether it is one message that can be used, as far as is known. */
    boolean isUsable() {
        return failure == null && parts.isEmpty();
    }

    void fail(Undecodable why) {
        failure = why;
    }
}
