package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.reading.TrendStatistic;
import java.io.IOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the field {@code trends} of a message: an array of entries, or one alone, each with the channel {@code c}, the time
 * {@code t}, and {@code v}, {@code avg}, {@code min} and {@code max} as numbers or as texts. An entry without a channel or
 * without any number is passed over: the message is kept whole in any case. Stateless.
 */
final class TrendsReport {

    private TrendsReport() {}

    /**
     * The entries in their order, with {@link Decoded#NO_TIME} where their time is none.
     *
     * @param trends valid JSON
     * @param zone the zone of a time that names none
     */
    static List<TrendStatistic> read(Slice trends, ZoneId zone) throws IOException {
        List<TrendStatistic> entries = new ArrayList<>(4);
        try (JsonParser parser = JsonDecoder.FACTORY.createParser(trends.bytes(), trends.start(), trends.length())) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                entry(parser, zone, entries);
            } else if (parser.currentToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (parser.currentToken() == JsonToken.START_OBJECT) {
                        entry(parser, zone, entries);
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        }
        return entries;
    }

    private static void entry(JsonParser parser, ZoneId zone, List<TrendStatistic> entries) throws IOException {
        String metric = null;
        long time = Decoded.NO_TIME;
        double value = Double.NaN;
        double avg = Double.NaN;
        double min = Double.NaN;
        double max = Double.NaN;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (name) {
                case "c" -> metric = metric(parser, token);
                case "t" -> time = time(parser, zone);
                case "v" -> value = number(parser, token);
                case "avg" -> avg = number(parser, token);
                case "min" -> min = number(parser, token);
                case "max" -> max = number(parser, token);
                default -> parser.skipChildren();
            }
        }
        boolean says = !Double.isNaN(value) || !Double.isNaN(avg) || !Double.isNaN(min) || !Double.isNaN(max);
        if (metric != null && says) {
            entries.add(new TrendStatistic(metric, time, value, avg, min, max));
        }
    }

    private static String metric(JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NUMBER_INT) {
            parser.skipChildren();
            return null;
        }
        String text = parser.getText();
        return Text.isId(text) ? text : null;
    }

    private static long time(JsonParser parser, ZoneId zone) throws IOException {
        try {
            return JsonTokens.time(parser, zone);
        } catch (Undecodable e) {
            parser.skipChildren();
            return Decoded.NO_TIME;
        }
    }

    private static double number(JsonParser parser, JsonToken token) throws IOException {
        if (token.isNumeric()) {
            double number = parser.getDoubleValue();
            return Double.isFinite(number) ? number : Double.NaN;
        }
        if (token == JsonToken.VALUE_STRING) {
            Quantity quantity = Quantity.parse(parser.getText());
            return quantity == null ? Double.NaN : quantity.value();
        }
        parser.skipChildren();
        return Double.NaN;
    }
}
