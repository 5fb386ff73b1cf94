package io.caravan.sparkplug;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one receiver knows of one edge node: who was born and declares what, and which sequence number comes next. Certificates
 * alone decide how messages are decoded; sequence numbers only tell when a rebirth has to be asked for. Used by one thread.
 */
final class Session {

    private static final int NUMBERS = 256;

    private Certificate birth;
    private Certificate death;
    private final Map<String, Definitions> devices = new TreeMap<>();

    /** The last sequence number, or {@link Payload#NO_SEQ} while nothing has been received since the session was loaded. */
    private int last = Payload.NO_SEQ;
    /** The hash of the last message of each number, by which a message that is delivered again is known. */
    private int[] hashes;

    private final BitSet missing = new BitSet(NUMBERS);

    /**
     * Takes a certificate as the newest. Those of one node are given in the order of iot.raw, live or as they were stored.
     *
     * @return what is to be stored; null where it changes nothing, because it was received before or is of an older session
     */
    Certificate apply(Certificate certificate) {
        return switch (certificate.kind()) {
            case NODE_BIRTH -> birthOfNode(certificate);
            case NODE_DEATH -> deathOfNode(certificate);
            case DEVICE_BIRTH -> {
                devices.put(certificate.device(), certificate.definitions());
                yield certificate;
            }
        };
    }

    private Certificate birthOfNode(Certificate certificate) {
        if (birth != null && birth.hash() == certificate.hash()) {
            return null;
        }
        Certificate dated =
                certificate.since() != Certificate.UNDATED ? certificate : certificate.since(begin(certificate));
        birth = dated;
        death = null;
        devices.clear();
        return dated;
    }

    /** When the session of a birth began, or the one before it was surely over. */
    private long begin(Certificate certificate) {
        if (death != null) {
            return death.receivedAt();
        }
        if (birth == null) {
            return 0; // nothing is known of an older session
        }
        return java.util.Objects.equals(birth.bdSeq(), certificate.bdSeq()) ? birth.since() : certificate.receivedAt();
    }

    private Certificate deathOfNode(Certificate certificate) {
        if (death != null || isStale(certificate.bdSeq())) {
            return null;
        }
        birth = null;
        death = certificate;
        devices.clear();
        last = Payload.NO_SEQ;
        missing.clear();
        return certificate;
    }

    /** Whether a death is of an older session than the birth (Sparkplug 3.0.0, 5.4: the numbers do not match). */
    private boolean isStale(Long bdSeq) {
        return birth != null && birth.bdSeq() != null && bdSeq != null && !bdSeq.equals(birth.bdSeq());
    }

    boolean isBorn() {
        return birth != null;
    }

    /** Whether what was received at a time is of the session that goes on now. */
    boolean covers(long receivedAt) {
        return birth != null && receivedAt > birth.since();
    }

    /** What the newest birth of a device, or of the node, declares; null while none is known. */
    Definitions definitions(String device) {
        if (!device.equals(Certificate.OF_NODE)) {
            return devices.get(device);
        }
        return birth == null ? null : birth.definitions();
    }

    /** Whether the birth of a device, or of the node, is known. */
    boolean isWhole(String device) {
        return definitions(device) != null;
    }

    /** The devices that were born since the node was. */
    List<String> devices() {
        return new ArrayList<>(devices.keySet());
    }

    /** How many metrics it holds in memory. */
    int size() {
        int size = birth == null ? 0 : birth.definitions().size();
        for (Definitions definitions : devices.values()) {
            size += definitions.size();
        }
        return size;
    }

    /**
     * Notes the sequence number of a message. One that was received before, with the same content, changes nothing.
     *
     * @param first whether counting begins with it: a birth of the node
     */
    void received(int seq, long hash, boolean first) {
        if (seq == Payload.NO_SEQ) {
            return;
        }
        if (hashes == null) {
            hashes = new int[NUMBERS];
        }
        if (hashes[seq] == (int) hash && last != Payload.NO_SEQ) {
            return;
        }
        hashes[seq] = (int) hash;
        if (first || last == Payload.NO_SEQ) {
            last = seq;
            missing.clear();
        } else if (missing.get(seq)) {
            missing.clear(seq);
        } else {
            for (int next = (last + 1) % NUMBERS; next != seq; next = (next + 1) % NUMBERS) {
                missing.set(next);
            }
            last = seq;
        }
    }

    /** Whether a message between the first and the last has not been received. */
    boolean isMissingAny() {
        return !missing.isEmpty();
    }
}
