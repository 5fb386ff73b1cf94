package io.caravan.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;

/**
 * Reads SenML packs, in JSON and in CBOR, of devices that the topic names; hands what is no array on to the decoder of
 * other messages. Which of the three a message is, its content tells, and its content type must not contradict. One pass, in
 * time linear in the length. Thread-safe. Source: RFC 8428.
 */
public final class SenmlDecoder implements Decoder {

    private final Decoder others;

    /** @param others reads the messages that are no packs */
    public SenmlDecoder(Decoder others) {
        this.others = others;
    }

    @Override
    public Decoded decode(RawMessage raw) throws Undecodable {
        if (!raw.topic().endsWith("/raw")) {
            return others.decode(raw);
        }
        boolean cbor = SenmlCbor.isPack(raw.payload());
        boolean json = !cbor && isArray(raw.payload());
        String claimed = claimed(raw.contentType());
        if (claimed != null && !(cbor && claimed.endsWith("+cbor") || json && claimed.endsWith("+json"))) {
            throw new Undecodable(
                    Reason.MALFORMED_SENML,
                    "the content type is " + Text.excerpt(claimed) + ", the payload is "
                            + (cbor ? "an array in CBOR" : json ? "an array in JSON" : "no array in JSON or CBOR"));
        }
        if (!cbor && !json) {
            return others.decode(raw);
        }
        if (raw.device() == null) {
            throw new Undecodable(Reason.MISSING_DEVICE_ID, "the topic of a SenML pack must name the device");
        }
        return cbor ? SenmlCbor.decode(raw) : JsonDecoder.read(raw.payload(), parser -> new Json(raw, parser).read());
    }

    /** The content type without its parameters where it is one of RFC 8428, section 12.3, else null. */
    private static String claimed(String contentType) {
        if (contentType == null) {
            return null;
        }
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
        return type.startsWith("application/senml") || type.startsWith("application/sensml") ? type : null;
    }

    private static boolean isArray(byte[] payload) {
        for (byte next : payload) {
            if (next != ' ' && next != '\t' && next != '\r' && next != '\n') {
                return next == '[';
            }
        }
        return false;
    }

    /** A pack in JSON (RFC 8428, section 5). */
    private record Json(RawMessage raw, JsonParser parser, SenmlPack pack) {

        Json(RawMessage raw, JsonParser parser) {
            this(raw, parser, new SenmlPack(raw));
        }

        Decoded read() throws IOException, Undecodable {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                JsonToken token = parser.currentToken();
                if (token != JsonToken.START_OBJECT) {
                    throw new Undecodable(
                            Reason.NOT_AN_OBJECT,
                            pack.where() + "expected a JSON object, found " + JsonDecoder.nameOf(token));
                }
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    field(parser.currentName());
                }
                pack.end();
            }
            return pack.decoded(null);
        }

        private void field(String label) throws IOException, Undecodable {
            SenmlField field = SenmlField.of(label);
            JsonToken token = parser.nextToken();
            if (field == null) {
                pack.unknown(label);
                parser.skipChildren();
                return;
            }
            pack.sees(field);
            if (!fits(field.kind, token)) {
                throw pack.fault(
                        field.label + " must be a " + field.kind.word + ", and is " + JsonDecoder.nameOf(token));
            }
            switch (field.kind) {
                case NUMBER -> pack.number(field, parser.getDoubleValue());
                case TRUTH -> pack.truth(token == JsonToken.VALUE_TRUE);
                default -> pack.text(field, parser.getText());
            }
        }

        private static boolean fits(SenmlField.Kind kind, JsonToken token) {
            return switch (kind) {
                case NUMBER -> token.isNumeric();
                case TRUTH -> token.isBoolean();
                case TEXT, DATA -> token == JsonToken.VALUE_STRING;
            };
        }
    }
}
