package io.caravan.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.caravan.decode.Decoded;
import io.caravan.decode.EventDecoder;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import io.caravan.decode.Utf8;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The events of one body, all of them good: one JSON object, an array of objects, or an object on each line (NDJSON). Their
 * bytes are those of the body, so that the same event sent in another company is the same bytes. Used once, by one thread.
 */
final class EventBody {

    /** An event, and what it says of itself. */
    record Event(byte[] payload, Decoded decoded) {}

    private static final int MOST_FAULTS = 20;
    private static final int DEEPEST = 64;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();

    private final EventDecoder decoder;
    private final int largest;
    private final List<Event> events = new ArrayList<>();
    private final List<BodyFault> faults = new ArrayList<>();
    private boolean tooLarge;

    /** @param largest how many bytes an event may have */
    EventBody(EventDecoder decoder, int largest) {
        this.decoder = decoder;
        this.largest = largest;
    }

    /**
     * The events in their order.
     *
     * @param lines whether each line is an event
     * @throws ApiProblem 400 or 413 when one of them is not good, or there is none
     */
    List<Event> read(byte[] received, boolean lines) {
        byte[] body = Utf8.plain(received);
        if (lines) {
            lines(body);
        } else if (isArray(body)) {
            array(body);
        } else if (firstByte(body, 0, body.length) < body.length) {
            add(body, 0, body.length, null, null);
        }
        if (!faults.isEmpty()) {
            throw ApiProblem.body(
                    tooLarge ? 413 : 400,
                    "None of the events was taken: " + faults.get(0).detail()
                            + (faults.size() == MOST_FAULTS ? "; at most " + MOST_FAULTS + " errors are listed" : ""),
                    faults);
        }
        if (events.isEmpty()) {
            throw ApiProblem.of(400, "There is no event in the body");
        }
        return events;
    }

    private void lines(byte[] body) {
        int start = 0;
        for (int line = 1; start < body.length && faults.size() < MOST_FAULTS; line++) {
            int end = start;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            if (firstByte(body, start, end) < end) {
                add(body, start, end, line, null);
            }
            start = end + 1;
        }
    }

    private void array(byte[] body) {
        int index = 0;
        try (JsonParser parser = FACTORY.createParser(body)) {
            parser.nextToken();
            for (JsonToken token = parser.nextToken();
                    token != JsonToken.END_ARRAY && faults.size() < MOST_FAULTS;
                    token = parser.nextToken()) {
                if (token == null) {
                    throw new IOException("the array does not end");
                }
                int start = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                int end = (int) parser.currentLocation().getByteOffset();
                add(body, start, end, null, index++);
            }
            if (faults.isEmpty() && parser.nextToken() != null) {
                throw new IOException("more than one JSON value");
            }
        } catch (IOException e) {
            fault(
                    null,
                    index,
                    new Undecodable(Reason.MALFORMED_JSON, "the array is no JSON in this element or behind it"));
        }
    }

    private void add(byte[] body, int start, int end, Integer line, Integer index) {
        int last = end;
        while (last > start && isSpace(body[last - 1])) {
            last--;
        }
        byte[] payload = Arrays.copyOfRange(body, firstByte(body, start, last), last);
        if (payload.length > largest) {
            tooLarge = true;
            fault(line, index, new Undecodable(Reason.TOO_LARGE, payload.length + " bytes, more than " + largest));
            return;
        }
        try {
            events.add(new Event(payload, decoder.decode(new RawMessage("events", "", null, null, 0, payload))));
        } catch (Undecodable e) {
            fault(line, index, e);
        }
    }

    private void fault(Integer line, Integer index, Undecodable why) {
        faults.add(new BodyFault(line, index, why.field(), why.reason().code(), why.getMessage()));
    }

    private static boolean isArray(byte[] body) {
        int first = firstByte(body, 0, body.length);
        return first < body.length && body[first] == '[';
    }

    /** The first byte that is no blank, the end where there is none. */
    private static int firstByte(byte[] body, int start, int end) {
        int at = start;
        while (at < end && isSpace(body[at])) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }
}
