package io.caravan.decode;

import java.util.Set;

/**
 * A payload as the JSON that paths apply to. Not to be changed.
 *
 * @param json one JSON value, as the device sent it or as its format was read
 * @param cutOff the first bytes of those nulls that stand for numbers that should be there, and are not
 */
public record JsonPayload(byte[] json, Set<Integer> cutOff) {

    /** A payload that was JSON already. */
    public static JsonPayload of(byte[] json) {
        return new JsonPayload(json, Set.of());
    }
}
