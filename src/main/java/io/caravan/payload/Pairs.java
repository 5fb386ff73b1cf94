package io.caravan.payload;

import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import java.util.regex.Pattern;

/** Names with their values, such as {@code T=21.5;H=40}: one object of texts. A line ends a pair as the separator does. Immutable. */
public final class Pairs implements PayloadFormat {

    private static final Pattern LINE_END = Pattern.compile("[\r\n]");

    private final String separator;
    private final String assignment;

    /**
     * @param separator stands between pairs
     * @param assignment stands between name and value; the first counts
     */
    public Pairs(String separator, String assignment) {
        this.separator = separator;
        this.assignment = assignment;
    }

    @Override
    public boolean hasWords() {
        return true;
    }

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        String text = PlainText.of(payload);
        json.beginObject();
        boolean some = false;
        for (String line : LINE_END.split(text)) {
            int start = 0;
            while (start <= line.length()) {
                int end = line.indexOf(separator, start);
                end = end < 0 ? line.length() : end;
                some |= pair(line.substring(start, end).strip(), json);
                start = end + separator.length();
            }
        }
        json.endObject();
        if (!some) {
            throw PlainText.malformed("no name stands before a '" + Text.printable(assignment) + "' in "
                    + Text.excerpt(text.strip()) + ": is \"assignment\" right?");
        }
    }

    /** What has no value, such as the name of a device before its values, is there with null. */
    private boolean pair(String pair, JsonText json) throws Undecodable {
        int at = pair.indexOf(assignment);
        if (pair.isEmpty() || at == 0) {
            return false;
        }
        json.name((at < 0 ? pair : pair.substring(0, at)).strip());
        json.word(at < 0 ? "" : pair.substring(at + assignment.length()).strip());
        return at > 0;
    }
}
