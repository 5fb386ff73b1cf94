package io.caravan.decode;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;

/**
 * Writes a pack in CBOR as the JSON that says the same: labels as in RFC 8428, table 1, octets in base64 with the URL-safe
 * alphabet and no padding. What JSON has no word for is null, and tags are left out. For packs that were read before. Used once, by one thread.
 */
final class CborJson {

    private static final Base64.Encoder DATA = Base64.getUrlEncoder().withoutPadding();

    private final Cbor cbor;
    private final JsonGenerator json;

    private CborJson(Cbor cbor, JsonGenerator json) {
        this.cbor = cbor;
        this.json = json;
    }

    /** The pack in JSON. */
    static byte[] of(byte[] pack) throws Undecodable {
        try (ByteArrayBuilder out = new ByteArrayBuilder(pack.length * 2);
                JsonGenerator json = JsonDecoder.FACTORY.createGenerator(out)) {
            CborJson writer = new CborJson(new Cbor(pack), json);
            writer.cbor.next();
            writer.item(0);
            json.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void item(int depth) throws IOException, Undecodable {
        while (cbor.major() == Cbor.TAG && cbor.argument() != Cbor.DECIMAL_FRACTION) {
            cbor.next();
        }
        switch (cbor.major()) {
            case Cbor.UNSIGNED, Cbor.NEGATIVE -> {
                if (cbor.argument() < 0) {
                    json.writeNumber(cbor.number());
                } else {
                    json.writeNumber(cbor.integer());
                }
            }
            case Cbor.BYTES -> json.writeString(DATA.encodeToString(cbor.octets()));
            case Cbor.TEXT -> json.writeString(cbor.text());
            case Cbor.ARRAY -> {
                json.writeStartArray();
                list(depth, false);
                json.writeEndArray();
            }
            case Cbor.MAP -> {
                json.writeStartObject();
                list(depth, true);
                json.writeEndObject();
            }
            case Cbor.TAG -> number(cbor.number());
            default -> other();
        }
    }

    private void list(int depth, boolean map) throws IOException, Undecodable {
        int count = cbor.count();
        for (int i = 0; i != count; i++) {
            cbor.next();
            if (count < 0 && cbor.isBreak()) {
                return;
            }
            if (map) {
                json.writeFieldName(label(depth));
                cbor.next();
            }
            item(depth + 1);
        }
    }

    /** Only in the records themselves the numbers are those of the RFC. */
    private String label(int depth) throws Undecodable {
        if (cbor.major() == Cbor.TEXT) {
            return cbor.text();
        }
        long number = cbor.integer();
        SenmlField field = depth == 1 ? SenmlField.of(number) : null;
        return field == null ? Long.toString(number) : field.label;
    }

    private void other() throws IOException, Undecodable {
        if (cbor.isTruth()) {
            json.writeBoolean(cbor.truth());
        } else if (cbor.isFloat()) {
            number(cbor.number());
        } else {
            json.writeNull();
        }
    }

    private void number(double number) throws IOException {
        if (Double.isFinite(number)) {
            json.writeNumber(number);
        } else {
            json.writeNull();
        }
    }
}
