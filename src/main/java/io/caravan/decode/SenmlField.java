package io.caravan.decode;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The fields of a SenML record, with their labels in JSON and CBOR. Source: RFC 8428, table 1. */
enum SenmlField {
    VERSION("bver", -1, Kind.NUMBER),
    BASE_NAME("bn", -2, Kind.TEXT),
    BASE_TIME("bt", -3, Kind.NUMBER),
    BASE_UNIT("bu", -4, Kind.TEXT),
    BASE_VALUE("bv", -5, Kind.NUMBER),
    BASE_SUM("bs", -6, Kind.NUMBER),
    NAME("n", 0, Kind.TEXT),
    UNIT("u", 1, Kind.TEXT),
    VALUE("v", 2, Kind.NUMBER),
    STRING_VALUE("vs", 3, Kind.TEXT),
    BOOLEAN_VALUE("vb", 4, Kind.TRUTH),
    SUM("s", 5, Kind.NUMBER),
    TIME("t", 6, Kind.NUMBER),
    UPDATE_TIME("ut", 7, Kind.NUMBER),
    DATA_VALUE("vd", 8, Kind.DATA);

    /** What a field holds. */
    enum Kind {
        TEXT("text"),
        NUMBER("number"),
        TRUTH("boolean"),
        /** Octets: in JSON a text in base64, in CBOR a byte string. */
        DATA("data");

        final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    private static final Map<String, SenmlField> BY_LABEL =
            Arrays.stream(values()).collect(Collectors.toMap(field -> field.label, Function.identity()));
    private static final SenmlField[] BY_NUMBER = new SenmlField[values().length];

    static {
        for (SenmlField field : values()) {
            BY_NUMBER[field.number + 6] = field;
        }
    }

    final String label;
    final int number;
    final Kind kind;

    SenmlField(String label, int number, Kind kind) {
        this.label = label;
        this.number = number;
        this.kind = kind;
    }

    /** The field of a label in JSON, null for one that the RFC does not have. */
    static SenmlField of(String label) {
        return BY_LABEL.get(label);
    }

    /** The field of a label in CBOR, null for one that the RFC does not have. */
    static SenmlField of(long number) {
        return number < BASE_SUM.number || number > DATA_VALUE.number ? null : BY_NUMBER[(int) number + 6];
    }

    /** A bit of its own, to note which fields a record has. */
    int bit() {
        return 1 << ordinal();
    }
}
