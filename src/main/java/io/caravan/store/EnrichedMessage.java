package io.caravan.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.SerializedString;
import io.caravan.decode.Decoded;
import io.caravan.decode.PayloadHash;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.reading.Quality;
import io.caravan.reading.TrendStatistic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stage needs of an enriched message: its identity, its readings, and what it reports. Reads the bytes up to the end
 * of the readings; what follows is for people and other programs. One instance reads many messages, one after the other, and
 * its fields are those of the last; used by one thread.
 */
public final class EnrichedMessage {

    /** UTF-8 only: of other encodings the parser tells no places in the bytes. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .build();

    /** The fields of a reading as enrich writes them; others are understood in any order. */
    private static final SerializedString[] IN_ORDER = {
        new SerializedString("metric"),
        new SerializedString("value"),
        new SerializedString("unit"),
        new SerializedString("quality"),
        new SerializedString("timestamp")
    };

    private static final int TEXTS = 256;

    private final String[] texts = new String[TEXTS];

    public String tenant;
    public String device;
    public String deviceType;
    public String kind;
    /** When it was measured, microseconds since the epoch. */
    public long timestamp;
    /** When it was received, microseconds since the epoch. */
    public long receivedAt;

    public long sequence;
    /** What the message is known by, a UUID, whatever its readings say; null where they tell. */
    public String eventId;
    /** The whole payload of a message that is an event, else null. */
    public String body;
    /** False where the message says that the device is gone. */
    boolean online;
    /** By what time presence goes where that is not the message's, and silence says nothing; else {@link Decoded#NO_TIME}. */
    long presenceAt;
    /** The devices that go offline with the message. */
    final List<String> offlineWith = new ArrayList<>();
    /** What the device itself says of its channels. */
    final List<TrendStatistic> trends = new ArrayList<>();

    /** Receives the readings of a message in their order. */
    public interface Readings {
        /**
         * @param value NaN where there is none
         * @param timestamp microseconds since the epoch: its own, else that of the message
         */
        void add(String metric, double value, String unit, Quality quality, long timestamp, long sequence);
    }

    /**
     * Reads one message.
     *
     * @throws NotEnriched when it is none
     */
    public void read(byte[] json, Readings readings) {
        try {
            if (json == null) {
                throw new IOException("an empty record");
            }
            parse(json, readings);
        } catch (IOException | IllegalArgumentException e) {
            throw new NotEnriched(e);
        }
    }

    private void parse(byte[] json, Readings readings) throws IOException {
        tenant = null;
        device = null;
        deviceType = null;
        kind = null;
        body = null;
        eventId = null;
        online = true;
        trends.clear();
        presenceAt = Decoded.NO_TIME;
        offlineWith.clear();
        timestamp = Decoded.NO_TIME;
        receivedAt = Decoded.NO_TIME;
        sequence = 0;
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("no enriched message");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "tenant_id" -> tenant = text(parser);
                    case "device_id" -> device = text(parser);
                    case "device_type" -> {
                        deviceType = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
                        parser.skipChildren();
                    }
                    case "event_type" -> kind = text(parser);
                    case "timestamp" -> timestamp = time(parser);
                    case "sequence" -> sequence = parser.getLongValue();
                    case "event_id" -> eventId = text(parser);
                    case "received_at" -> receivedAt = time(parser);
                    case "online" -> online = parser.getBooleanValue();
                    case "presence_at" -> presenceAt = time(parser);
                    case "offline_with" -> texts(parser, offlineWith);
                    case "trend_statistics" -> trends(parser);
                    case "body" -> body = slice(parser, json);
                    case "readings" -> {
                        requireIdentity();
                        readings(parser, readings);
                        return;
                    }
                    default -> parser.skipChildren();
                }
            }
        }
        throw new IOException("an enriched message without readings");
    }

    private void requireIdentity() throws IOException {
        if (tenant == null
                || device == null
                || kind == null
                || timestamp == Decoded.NO_TIME
                || receivedAt == Decoded.NO_TIME) {
            throw new IOException("an enriched message without identity");
        }
    }

    private static void texts(JsonParser parser, List<String> into) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new IOException(parser.currentName() + " is no list");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            into.add(text(parser));
        }
    }

    private void trends(JsonParser parser) throws IOException {
        while (isNext(parser)) {
            String metric = null;
            long time = Decoded.NO_TIME;
            double value = Double.NaN;
            double avg = Double.NaN;
            double min = Double.NaN;
            double max = Double.NaN;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "metric" -> metric = text(parser);
                    case "timestamp" -> time = time(parser);
                    case "value" -> value = number(parser);
                    case "avg" -> avg = number(parser);
                    case "min" -> min = number(parser);
                    case "max" -> max = number(parser);
                    default -> parser.skipChildren();
                }
            }
            if (metric == null || time == Decoded.NO_TIME) {
                throw new IOException("a trend without metric or timestamp");
            }
            trends.add(new TrendStatistic(metric, time, value, avg, min, max));
        }
    }

    private void readings(JsonParser parser, Readings readings) throws IOException {
        for (int place = 0; isNext(parser); place++) {
            int number = place;
            String metric = null;
            double value = Double.NaN;
            String unit = "";
            Quality quality = Quality.GOOD;
            long time = timestamp;
            int expected = 0;
            while (true) {
                boolean inOrder = expected < IN_ORDER.length && parser.nextFieldName(IN_ORDER[expected]);
                if (!inOrder && expected == IN_ORDER.length) {
                    parser.nextToken();
                }
                if (parser.currentToken() != JsonToken.FIELD_NAME) {
                    break;
                }
                String name = inOrder ? IN_ORDER[expected++].getValue() : parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "metric" -> metric = shared(parser);
                    case "value" -> value = number(parser);
                    case "unit" -> unit = shared(parser);
                    case "quality" -> quality = quality(shared(parser));
                    case "timestamp" -> time = time(parser);
                    case "number" -> number = parser.getIntValue();
                    default -> parser.skipChildren();
                }
            }
            if (metric == null) {
                throw new IOException("a reading without metric");
            }
            readings.add(metric, value, unit, quality, time, PayloadHash.mix(sequence, number));
        }
    }

    /** Moves on to the next object of an array; false at its end. */
    private static boolean isNext(JsonParser parser) throws IOException {
        boolean inArray =
                parser.currentToken() == JsonToken.START_ARRAY || parser.currentToken() == JsonToken.END_OBJECT;
        JsonToken token = inArray ? parser.nextToken() : null;
        if (token != JsonToken.START_OBJECT && token != JsonToken.END_ARRAY) {
            throw new IOException("no list of objects");
        }
        return token == JsonToken.START_OBJECT;
    }

    private static Quality quality(String name) {
        return name.equals("GOOD") ? Quality.GOOD : Quality.valueOf(name);
    }

    /** A text that many readings have, the same object for most of them: names repeat from reading to reading. */
    private String shared(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new IOException(parser.currentName() + " is no text");
        }
        char[] text = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int length = parser.getTextLength();
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + text[i];
        }
        int slot = (hash ^ hash >>> 8) & texts.length - 1;
        String known = texts[slot];
        if (known == null || !equals(known, text, from, length)) {
            known = new String(text, from, length);
            texts[slot] = known;
        }
        return known;
    }

    private static boolean equals(String known, char[] text, int from, int length) {
        if (known.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (known.charAt(i) != text[from + i]) {
                return false;
            }
        }
        return true;
    }

    private static String text(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new IOException(parser.currentName() + " is no text");
        }
        return parser.getText();
    }

    private static double number(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return Double.NaN;
        }
        double number = parser.getDoubleValue();
        if (!Double.isFinite(number)) {
            throw new IOException("a number that no double holds");
        }
        return number;
    }

    private static long time(JsonParser parser) throws IOException {
        try {
            return Timestamps.ofText(
                    parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength(), ZoneOffset.UTC);
        } catch (Undecodable e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String slice(JsonParser parser, byte[] json) throws IOException {
        if (!parser.currentToken().isStructStart()) {
            throw new IOException("a body that is neither object nor array");
        }
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        int end = (int) parser.currentLocation().getByteOffset();
        return new String(json, start, end - start, StandardCharsets.UTF_8);
    }
}
