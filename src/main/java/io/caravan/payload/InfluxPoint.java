package io.caravan.payload;

import io.caravan.decode.JsonText;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** One line of InfluxDB's line protocol being read. Used once, by one thread. */
final class InfluxPoint {

    private static final Pattern DECIMAL = Pattern.compile("[-+.0-9eE]+");
    private static final String OF_MEASUREMENT = ", ";
    static final String OF_KEY = ",= ";

    private final String line;
    private final int number;
    private final JsonText json;
    private int at;

    /** @param number of the line, from 1 */
    InfluxPoint(String line, int number, JsonText json) {
        this.line = line;
        this.number = number;
        this.json = json;
    }

    void write() throws Undecodable {
        json.beginObject();
        json.name("name");
        json.text(word(OF_MEASUREMENT, "the name of the measurement"));
        json.name("tags");
        json.beginObject();
        while (is(',')) {
            at++;
            json.name(key());
            json.text(word(OF_KEY, "the value of a tag"));
        }
        json.endObject();
        blank("fields");
        json.name("fields");
        json.beginObject();
        fields();
        json.endObject();
        if (at < line.length()) {
            blank("timestamp");
            json.name("timestamp");
            timestamp();
        }
        json.endObject();
    }

    private void fields() throws Undecodable {
        at--;
        do {
            at++;
            json.name(key());
            if (is('"')) {
                json.text(quoted());
            } else {
                value(word(OF_KEY, "the value of a field"));
            }
        } while (is(','));
    }

    private String key() throws Undecodable {
        String key = word(OF_KEY, "a key");
        if (!is('=')) {
            throw wrong("expected = behind " + Text.excerpt(key));
        }
        at++;
        return key;
    }

    /** What ends at one of some characters, which a backslash has stand for themselves. */
    private String word(String ends, String what) throws Undecodable {
        StringBuilder word = new StringBuilder();
        while (at < line.length() && ends.indexOf(line.charAt(at)) < 0) {
            boolean escapes =
                    line.charAt(at) == '\\' && at + 1 < line.length() && OF_KEY.indexOf(line.charAt(at + 1)) >= 0;
            at += escapes ? 1 : 0;
            word.append(line.charAt(at++));
        }
        if (word.length() == 0) {
            throw wrong(what + " is missing");
        }
        return word.toString();
    }

    private String quoted() throws Undecodable {
        StringBuilder text = new StringBuilder();
        at++;
        while (!is('"')) {
            if (at + 1 >= line.length()) {
                throw wrong("expected \" at the end of the text");
            }
            boolean escapes = is('\\') && (line.charAt(at + 1) == '"' || line.charAt(at + 1) == '\\');
            at += escapes ? 1 : 0;
            text.append(line.charAt(at++));
        }
        at++;
        return text.toString();
    }

    private void value(String value) throws Undecodable {
        char last = value.charAt(value.length() - 1);
        try {
            if (last == 'i' || last == 'u') {
                String digits = value.substring(0, value.length() - 1);
                if (last == 'i') {
                    json.number(Long.parseLong(digits));
                } else {
                    json.value(Long.toUnsignedString(Long.parseUnsignedLong(digits))
                            .getBytes(StandardCharsets.US_ASCII));
                }
                return;
            }
            switch (value) {
                case "t", "T", "true", "True", "TRUE" -> json.truth(true);
                case "f", "F", "false", "False", "FALSE" -> json.truth(false);
                default -> json.number(decimal(value));
            }
        } catch (NumberFormatException e) {
            throw wrong("no number, truth or text in quotes: " + Text.excerpt(value));
        }
    }

    /** Java's own reading takes more: NaN, and letters at the end. */
    private static double decimal(String value) {
        double number =
                value.length() <= 400 && DECIMAL.matcher(value).matches() ? Double.parseDouble(value) : Double.NaN;
        if (!Double.isFinite(number)) {
            throw new NumberFormatException();
        }
        return number;
    }

    private void timestamp() throws Undecodable {
        String digits = line.substring(at);
        try {
            json.number(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            throw wrong("no timestamp: " + Text.excerpt(digits));
        }
    }

    private void blank(String before) throws Undecodable {
        if (!is(' ')) {
            throw wrong("expected a blank and the " + before);
        }
        while (is(' ')) {
            at++;
        }
    }

    private boolean is(char c) {
        return at < line.length() && line.charAt(at) == c;
    }

    private Undecodable wrong(String what) {
        return PlainText.malformed("no line protocol at character " + (at + 1) + " of line " + number + ": " + what);
    }
}
