package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/**
 * Tells whether a status message, or an MQTT will that came as one, says that its device is gone: {@code online} or {@code
 * connected} is false or 0, or {@code status}, {@code state} or {@code connection} is false or a word such as "offline", at
 * the top or in an object {@code status}. Stateless.
 */
final class StatusReport {

    private static final Set<String> FLAGS = Set.of("online", "connected");
    private static final Set<String> STATES = Set.of("status", "state", "connection");
    private static final Set<String> GONE = Set.of("offline", "disconnected", "unavailable", "lost", "false");

    private StatusReport() {}

    /** @param payload a valid JSON object */
    static boolean saysOffline(byte[] payload) throws IOException {
        try (JsonParser parser = JsonDecoder.FACTORY.createParser(payload)) {
            parser.nextToken();
            return object(parser, true);
        }
    }

    private static boolean object(JsonParser parser, boolean top) throws IOException {
        boolean offline = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (top && token == JsonToken.START_OBJECT && name.equals("status")) {
                offline |= object(parser, false);
            } else if (FLAGS.contains(name)) {
                offline |= isGone(parser, token) || token.isNumeric() && parser.getDoubleValue() == 0;
            } else if (STATES.contains(name)) {
                offline |= isGone(parser, token);
            }
            parser.skipChildren();
        }
        return offline;
    }

    private static boolean isGone(JsonParser parser, JsonToken token) throws IOException {
        return token == JsonToken.VALUE_FALSE
                || token == JsonToken.VALUE_STRING
                        && GONE.contains(parser.getText().strip().toLowerCase(Locale.ROOT));
    }
}
