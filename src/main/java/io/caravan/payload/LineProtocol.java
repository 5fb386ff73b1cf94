package io.caravan.payload;

import io.caravan.decode.JsonText;
import io.caravan.decode.PayloadFormat;
import io.caravan.decode.Undecodable;
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
        for (String line : PlainText.of(payload).split("\n")) {
            number++;
            if (isPoint(line)) {
                new InfluxPoint(line.strip(), number, json).write();
            }
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
        for (String line : PlainText.of(payload).split("\n")) {
            if (isPoint(line)) {
                rows.add("", line.strip());
            }
        }
        return rows.all();
    }

    private static boolean isPoint(String line) {
        return !line.isBlank() && !line.stripLeading().startsWith("#");
    }
}
