package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caravan.reading.Quality;
import java.io.IOException;

/** What a message says of its own values, of those that are around. The worst counts. Used once, by one thread. */
final class Judgement {

    private Quality quality = Quality.GOOD;

    /** Begins values that are judged by themselves; answers what to end them with. */
    Quality begin() {
        Quality around = quality;
        quality = Quality.GOOD;
        return around;
    }

    /** Ends them: what was said since they began holds for the leaves of a range. */
    void end(Quality around, JsonLeaves leaves, int from, int to) {
        leaves.judge(quality, from, to);
        quality = around;
    }

    /** Takes the value that the parser stands on for what the device says; null says nothing. */
    void take(OwnQuality meaning, JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        Quality said = token.isNumeric()
                ? meaning.of(parser.getDoubleValue())
                : meaning.of(token.isScalarValue() ? parser.getText() : null);
        quality = said.compareTo(quality) > 0 ? said : quality;
    }
}
