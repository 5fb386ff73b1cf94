package io.caravan.decode;

/** Reads the messages of one dialect. Implementations are stateless and thread-safe. */
@FunctionalInterface
public interface Decoder {

    /**
     * Reads one message, in time linear in its length.
     *
     * @throws Undecodable when it is none of this dialect, with the reason
     */
    Decoded decode(RawMessage raw) throws Undecodable;

    /**
     * What a message holds that is several in one.
     *
     * @throws Undecodable when it is none of this dialect, with the reason
     */
    default Parts parts(RawMessage raw) throws Undecodable {
        return Parts.NONE;
    }

    /** The message with the tenant and device that its topic names by the rules of now, where these may have changed since. */
    default RawMessage addressed(RawMessage raw) {
        return raw;
    }

    /** The message without what devices may put around a payload of its dialect, see {@link Utf8#plain}. */
    default RawMessage plain(RawMessage raw) {
        return raw.plain();
    }

    /** Whether a message without a value is of no use, and no dead letter. */
    default boolean ignoresEmpty(RawMessage raw) {
        return false;
    }

    /** Whether it has what it looks up. Until then its messages wait; nobody can tell what is unknown. */
    default boolean isReady() {
        return true;
    }
}
