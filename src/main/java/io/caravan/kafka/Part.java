package io.caravan.kafka;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Message;

/**
 * Which part a record is of a message that was taken apart. It is the same each time that the message is read, so a dead letter of
 * it is as well. Immutable.
 *
 * @param topic where the message lies
 * @param number 0 for the message without its rows, 1 for the first row
 */
public record Part(String topic, int partition, long offset, int number) {

    private static final Pattern FORM = Pattern.compile("([\\w.-]{1,249})/(\\d{1,9})/(\\d{1,18})/(\\d{1,9})");

    /** What the header of a record says; null where there is none, or no such. */
    public static Part of(Message message) {
        String text = RecordHeaders.text(message, RecordHeaders.PART);
        Matcher form = text == null ? null : FORM.matcher(text);
        return form == null || !form.matches()
                ? null
                : new Part(
                        form.group(1),
                        Integer.parseInt(form.group(2)),
                        Long.parseLong(form.group(3)),
                        Integer.parseInt(form.group(4)));
    }
}
