package io.caravan.decode;

/** A message that cannot be used, with the reason. Cheap: it records no stack trace, a flood of bad messages makes many. */
public final class Undecodable extends Exception {

    private final transient Reason reason;

    /** @param detail what is wrong and where, for the one who mends the device; no more of the payload than needed */
    public Undecodable(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
