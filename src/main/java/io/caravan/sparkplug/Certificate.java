package io.caravan.sparkplug;

import io.caravan.decode.RawMessage;

/**
 * A birth or the death of a node, or the birth of a device: what the decoding of later messages depends on. Immutable.
 *
 * @param place where on iot.raw it lies
 * @param tenant the group
 * @param node the edge node
 * @param device the device, or {@link #OF_NODE}
 * @param kind what it is
 * @param bdSeq what births and deaths have in common, or null
 * @param hash of the payload
 * @param receivedAt microseconds since the epoch
 * @param since of a node's birth: what was received later is of its session, microseconds since the epoch
 * @param definitions of a birth, what it declares
 */
record Certificate(
        RawMessage.Place place,
        String tenant,
        String node,
        String device,
        Kind kind,
        Long bdSeq,
        long hash,
        long receivedAt,
        long since,
        Definitions definitions) {

    /** Stands for a device in the certificates of nodes. */
    static final String OF_NODE = "";
    /** Stands for the beginning of a session that has not been found out. */
    static final long UNDATED = -1;

    /** The same with the beginning of its session. */
    Certificate since(long begin) {
        return new Certificate(place, tenant, node, device, kind, bdSeq, hash, receivedAt, begin, definitions);
    }

    /** As they are stored. */
    enum Kind {
        NODE_BIRTH,
        NODE_DEATH,
        DEVICE_BIRTH
    }
}
