package io.caravan.payload;

import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.Undecodable;
import java.util.ArrayList;
import java.util.List;

/**
 * InfluxDB's line protocol: an array of points, each an object with {@code name}, {@code tags}, {@code fields} and {@code timestamp}, as
 * Telegraf writes them in JSON. Source: docs.influxdata.com, "Line protocol". Stateless.
 */
public final class LineProtocol implements PayloadFormat {

    @Override
    public void write(byte[] payload, JsonText json) throws Undecodable {
        json.beginArray();
        int number = 0;
        for (String line : lines(PlainText.of(payload))) {
            if (isPoint(line)) {
                new InfluxPoint(line.strip(), number + 1, json).write();
            }
            number += 1 + (int) line.chars().filter(c -> c == '\n').count();
        }
        json.endArray();
    }

    @Override
    public boolean hasRows() {
        return true;
    }

    @Override
    public List<byte[]> rows(byte[] payload) throws Undecodable {
        Lines rows = new Lines(payload.length);
        for (String line : lines(PlainText.of(payload))) {
            if (isPoint(line)) {
                rows.add("", line.strip());
            }
        }
        return rows.all();
    }

    /** The lines, where the text of a field, which begins with a quote behind its =, may hold line feeds. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        boolean quoted = false;
        boolean fields = false;
        boolean comment = false;
        int start = 0;
        char before = 0; // the one before, on the same line and not escaped; 0 where there is none
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char next = i + 1 < text.length() ? text.charAt(i + 1) : 0;
            if (c == '\n' && !quoted) {
                lines.add(text.substring(start, i));
                start = i + 1;
                fields = false;
                comment = false;
                before = 0;
            } else if (c == '\\' && (quoted ? next == '"' || next == '\\' : InfluxPoint.OF_KEY.indexOf(next) >= 0)) {
                i++;
                before = c;
            } else if (quoted) {
                quoted = c != '"';
                before = c;
            } else if (before != 0 || !Character.isWhitespace(c)) {
                comment |= before == 0 && c == '#';
                quoted = c == '"' && fields && !comment && before == '=';
                fields |= c == ' ';
                before = c;
            }
        }
        lines.add(text.substring(start));
        return lines;
    }

    private static boolean isPoint(String line) {
        return !line.isBlank() && !line.stripLeading().startsWith("#");
    }
}
