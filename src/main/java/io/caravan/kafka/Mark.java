package io.caravan.kafka;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * What tells the record before a committed offset from another one that may come to stand there. The text of the commit ends
 * with it; JSON is read as if it were not there. Immutable.
 *
 * @param offset the offset of the record
 * @param epoch the leader epoch in which it was written
 * @param timestamp what Kafka has as its time, milliseconds since the epoch, or -1
 */
record Mark(long offset, int epoch, long timestamp) {

    private static final Pattern TEXT = Pattern.compile(" last=(\\d{1,18})/(\\d{1,9})/(-?\\d{1,18})$");

    /** The mark of a record, empty where the broker tells no epoch. */
    static Optional<Mark> of(RecordPosition position) {
        return position.epoch().map(epoch -> new Mark(position.offset(), epoch, position.timestamp()));
    }

    /** The mark of a commit; empty where it has none, or that of another offset: somebody has translated it. */
    static Optional<Mark> of(OffsetAndMetadata committed) {
        Matcher text = TEXT.matcher(committed.metadata());
        if (!text.find() || Long.parseLong(text.group(1)) != committed.offset() - 1) {
            return Optional.empty();
        }
        return Optional.of(new Mark(
                Long.parseLong(text.group(1)), Integer.parseInt(text.group(2)), Long.parseLong(text.group(3))));
    }

    /** How it stands behind the text of a commit. */
    String text() {
        return " last=" + offset + '/' + epoch + '/' + timestamp;
    }

    /** A commit whose mark stands where Kafka's client has a place for it, in place of its text. */
    static OffsetAndMetadata withEpoch(OffsetAndMetadata committed) {
        return of(committed)
                .map(last -> new OffsetAndMetadata(
                        committed.offset(),
                        Optional.of(last.epoch),
                        TEXT.matcher(committed.metadata()).replaceFirst("")))
                .orElse(committed);
    }
}
