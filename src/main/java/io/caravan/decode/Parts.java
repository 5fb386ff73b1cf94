package io.caravan.decode;

import java.util.List;

/**
 * What a message holds that is several in one. Immutable.
 *
 * @param payloads the payload of each, to be taken for a message of its own; may be made anew each time that it is asked for.
 *     Empty for a message that is to be decoded as it is
 * @param first the {@linkplain RawMessage#part number} of the first of them
 */
public record Parts(List<byte[]> payloads, int first) {

    /** A message that is one. */
    public static final Parts NONE = new Parts(List.of(), 0);

    public boolean isEmpty() {
        return payloads.isEmpty();
    }
}
