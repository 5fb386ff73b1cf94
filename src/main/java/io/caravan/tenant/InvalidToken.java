package io.caravan.tenant;

/** A token that says nothing of who asks: forged, expired, of another issuer. Its text tells why, and nothing that the token holds. */
public final class InvalidToken extends Exception {

    private static final long serialVersionUID = 1;

    InvalidToken(String why) {
        super(why, null, false, false);
    }
}
