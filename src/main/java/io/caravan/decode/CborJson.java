package io.caravan.decode;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.caravan.reading.Float32;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.Base64;

/**
 * Writes CBOR as the JSON that says the same (RFC 8949, 6.1): labels of a SenML pack as in RFC 8428, table 1, octets in base64 with the URL-safe
 * alphabet and no padding; those of other CBOR as a data URL. NaN and infinity there are 1e999, which no double holds; what else JSON has no word for is null, and tags are left out, but those of big
 * numbers. Used once, by one thread.
 */
final class CborJson {

    private static final Base64.Encoder DATA = Base64.getUrlEncoder().withoutPadding();

    /** Before bytes in base64, so that they are taken for nothing else, such as a number (RFC 2397). */
    static final String DATA_URL = "data:;base64,";

    /** For a number that is none: one that is read as such, in rows and in what is read of them as well. */
    private static final String NO_NUMBER = "1e999";

    private static final int DEEPEST = 32;
    /** No double needs more bytes. */
    private static final int LARGEST_BIGNUM = 128;

    private final Cbor cbor;
    private final JsonGenerator json;
    private final boolean pack;

    private CborJson(Cbor cbor, JsonGenerator json, boolean pack) {
        this.cbor = cbor;
        this.json = json;
        this.pack = pack;
    }

    /** A pack that was read before, in JSON. */
    static byte[] of(byte[] pack) throws Undecodable {
        return write(pack, new Cbor(pack), true);
    }

    /** Any CBOR in JSON: names are texts, or whole numbers as texts. */
    static byte[] ofAny(byte[] bytes) throws Undecodable {
        return write(bytes, new Cbor(bytes, Reason.MALFORMED_PAYLOAD), false);
    }

    private static byte[] write(byte[] bytes, Cbor cbor, boolean pack) throws Undecodable {
        try (ByteArrayBuilder out = new ByteArrayBuilder(bytes.length * 2 + 16);
                JsonGenerator json = JsonDecoder.FACTORY.createGenerator(out)) {
            CborJson writer = new CborJson(cbor, json, pack);
            cbor.next();
            writer.item(0);
            if (!cbor.isAtEnd()) {
                throw new Undecodable(Reason.MALFORMED_PAYLOAD, "more than one CBOR value");
            }
            json.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void item(int depth) throws IOException, Undecodable {
        if (depth > DEEPEST) {
            throw new Undecodable(Reason.TOO_DEEP, "nested deeper than " + DEEPEST + " levels");
        }
        if (cbor.isBreak()) {
            throw cbor.fault("an end of what has its length, or did not begin");
        }
        while (cbor.major() == Cbor.TAG && cbor.argument() != Cbor.DECIMAL_FRACTION) {
            if (pack) {
                cbor.next();
            } else if (tagged(cbor.argument())) {
                return;
            }
        }
        switch (cbor.major()) {
            case Cbor.UNSIGNED, Cbor.NEGATIVE -> {
                if (cbor.argument() < 0) {
                    json.writeNumber(cbor.number());
                } else {
                    json.writeNumber(cbor.integer());
                }
            }
            case Cbor.BYTES -> {
                String data = DATA.encodeToString(cbor.octets());
                json.writeString(pack ? data : DATA_URL + data);
            }
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

    /** Reads what a tag is of, where the tag has it mean a number, and the next item's head otherwise; answers whether it did. */
    private boolean tagged(long tag) throws IOException, Undecodable {
        if (tag == Cbor.BIGFLOAT) {
            throw cbor.fault("a bigfloat, which is not read");
        }
        boolean bytes = cbor.next() == Cbor.BYTES;
        if (bytes && (tag == Cbor.BIGNUM || tag == Cbor.NEGATIVE_BIGNUM)) {
            byte[] octets = cbor.octets();
            if (octets.length > LARGEST_BIGNUM) {
                throw cbor.fault("a whole number of " + octets.length + " bytes");
            }
            BigInteger number = new BigInteger(1, octets);
            json.writeNumber(tag == Cbor.BIGNUM ? number : number.not()); // -1 - n
            return true;
        }
        return false;
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
        if (cbor.major() > Cbor.NEGATIVE) {
            throw cbor.fault("a name that is neither a text nor a whole number");
        }
        long number = cbor.integer();
        SenmlField field = pack && depth == 1 ? SenmlField.of(number) : null;
        return field == null ? Long.toString(number) : field.label;
    }

    private void other() throws IOException, Undecodable {
        if (cbor.isTruth()) {
            json.writeBoolean(cbor.truth());
        } else if (cbor.isFloat()) {
            number(pack || !cbor.isSingle() ? cbor.number() : Float32.meant((float) cbor.number()));
        } else {
            json.writeNull();
        }
    }

    private void number(double number) throws IOException {
        if (Double.isFinite(number)) {
            json.writeNumber(number);
        } else if (pack) {
            json.writeNull(); // was read before
        } else {
            json.writeNumber(NO_NUMBER);
        }
    }
}
