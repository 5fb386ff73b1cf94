package io.caravan.decode;

/**
 * Reads a pack in CBOR. Labels may be the whole numbers of the RFC or, as its extensions' are, texts. Numbers may be whole,
 * floating-point or decimal fractions, as the RFC says; other tags have no place in its fields, and are passed over in
 * others. Used once, by one thread. Source: RFC 8428, section 6.
 */
final class SenmlCbor {

    private static final int DEEPEST = 32;

    private final Cbor cbor;
    private final SenmlPack pack;

    private SenmlCbor(RawMessage raw) {
        cbor = new Cbor(raw.payload());
        pack = new SenmlPack(raw);
    }

    /** Whether a payload begins as an array in CBOR does; no text in JSON does so. */
    static boolean isPack(byte[] payload) {
        if (payload.length == 0) {
            return false;
        }
        int first = payload[0] & 0xff;
        return first >> 5 == Cbor.ARRAY
                || first == 0xd9 && payload.length > 2 && payload[1] == (byte) 0xd9 && payload[2] == (byte) 0xf7;
    }

    /** Reads a pack that begins as one. */
    static Decoded decode(RawMessage raw) throws Undecodable {
        SenmlCbor reader = new SenmlCbor(raw);
        reader.records();
        boolean text = reader.pack.hasText();
        return reader.pack.decoded(text ? Slice.of(CborJson.of(raw.payload())) : null);
    }

    private void records() throws Undecodable {
        if (cbor.next() == Cbor.TAG) {
            cbor.next();
        }
        if (cbor.major() != Cbor.ARRAY) {
            throw cbor.fault("no array");
        }
        int count = cbor.count();
        for (int i = 0; i != count; i++) {
            cbor.next();
            if (count < 0 && cbor.isBreak()) {
                break;
            }
            if (cbor.major() != Cbor.MAP) {
                throw new Undecodable(Reason.NOT_AN_OBJECT, pack.where() + "expected a map");
            }
            record();
            pack.end();
        }
        if (!cbor.isAtEnd()) {
            throw new Undecodable(Reason.MALFORMED_SENML, "more than one CBOR value");
        }
    }

    private void record() throws Undecodable {
        int count = cbor.count();
        for (int i = 0; i != count; i++) {
            cbor.next();
            if (count < 0 && cbor.isBreak()) {
                return;
            }
            SenmlField field = label();
            cbor.next();
            if (field == null) {
                skip(2);
            } else {
                pack.sees(field);
                value(field);
            }
        }
    }

    private SenmlField label() throws Undecodable {
        if (cbor.major() == Cbor.TEXT) {
            String label = cbor.text();
            SenmlField field = SenmlField.of(label);
            if (field == null) {
                pack.unknown(label);
            }
            return field;
        }
        if (cbor.major() > Cbor.NEGATIVE) {
            throw pack.fault("a label that is neither a whole number nor a text");
        }
        return SenmlField.of(cbor.integer());
    }

    private void value(SenmlField field) throws Undecodable {
        switch (field.kind) {
            case NUMBER -> {
                require(
                        field,
                        cbor.major() <= Cbor.NEGATIVE
                                || cbor.isFloat()
                                || cbor.major() == Cbor.TAG && cbor.argument() == Cbor.DECIMAL_FRACTION);
                pack.number(field, cbor.number());
            }
            case TRUTH -> {
                require(field, cbor.isTruth());
                pack.truth(cbor.truth());
            }
            case TEXT -> {
                require(field, cbor.major() == Cbor.TEXT);
                pack.text(field, cbor.text());
            }
            case DATA -> {
                require(field, cbor.major() == Cbor.BYTES);
                cbor.octets();
            }
        }
    }

    private void require(SenmlField field, boolean holds) throws Undecodable {
        if (!holds) {
            throw pack.fault(field.label + " must be a " + field.kind.word);
        }
    }

    /** Passes over the item whose head was read, and all that is in it. */
    private void skip(int depth) throws Undecodable {
        while (cbor.major() == Cbor.TAG) {
            cbor.next();
        }
        switch (cbor.major()) {
            case Cbor.BYTES -> cbor.octets();
            case Cbor.TEXT -> cbor.text();
            case Cbor.ARRAY -> skip(depth, false);
            case Cbor.MAP -> skip(depth, true);
            default -> {
                if (cbor.isBreak()) {
                    throw cbor.fault("an end without a beginning");
                }
            }
        }
    }

    private void skip(int depth, boolean map) throws Undecodable {
        if (depth >= DEEPEST) {
            throw new Undecodable(Reason.TOO_DEEP, "nested deeper than " + DEEPEST + " levels");
        }
        int count = cbor.count();
        for (int i = 0; i != count; i++) {
            cbor.next();
            if (count < 0 && cbor.isBreak()) {
                return;
            }
            if (map) {
                if (cbor.major() > Cbor.NEGATIVE && cbor.major() != Cbor.TEXT) {
                    throw pack.fault("a label that is neither a whole number nor a text");
                }
                skip(depth + 1);
                cbor.next();
            }
            skip(depth + 1);
        }
    }
}
