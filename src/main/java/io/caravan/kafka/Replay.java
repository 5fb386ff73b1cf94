package io.caravan.kafka;

import org.apache.camel.Message;

/**
 * Tells a message that is the replay of a dead letter, in the header {@code replay-of} as {@code <letter>/<number>}. It travels
 * with the message to the stage where it ends, well or not. Immutable.
 *
 * @param letter the dead letter's id
 * @param number which of its replays it is, from 1
 */
public record Replay(long letter, int number) {

    private static final int MOST_DIGITS = 30;

    /** What a message is a replay of; null where it is none, which is the rule. */
    public static Replay of(Message message) {
        if (message.getHeader(RecordHeaders.REPLAY_OF) == null) {
            return null;
        }
        String text = RecordHeaders.text(message, RecordHeaders.REPLAY_OF);
        int slash = text.indexOf('/');
        if (slash < 0 || text.length() > MOST_DIGITS) {
            return null;
        }
        try {
            return new Replay(Long.parseLong(text, 0, slash, 10), Integer.parseInt(text, slash + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            return null; // written by somebody else
        }
    }

    /** The header's value. */
    @Override
    public String toString() {
        return letter + "/" + number;
    }
}
