package io.caravan.decode;

/** A message that cannot be used, with the reason. Cheap: it records no stack trace, a flood of bad messages makes many. */
public final class Undecodable extends Exception {

    private final transient Reason reason;
    private final String field;

    /** @param detail what is wrong and where, for the one who mends the device; no more of the payload than needed */
    public Undecodable(Reason reason, String detail) {
        this(reason, null, detail);
    }

    /** @param field the field of the message that is to blame, null where none is */
    Undecodable(Reason reason, String field, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.field = field;
    }

    /** The field of the message that is to blame, null where none is, or its dialect does not tell. */
    public String field() {
        return field;
    }

    public Reason reason() {
        return reason;
    }
}
