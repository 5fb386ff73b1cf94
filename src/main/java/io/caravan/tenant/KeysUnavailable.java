package io.caravan.tenant;

/** The keys of the issuer of tokens cannot be had, so nobody can tell whether a token is good. */
public final class KeysUnavailable extends Exception {

    private static final long serialVersionUID = 1;

    KeysUnavailable(Throwable cause) {
        super("The keys of the issuer of tokens cannot be had", cause);
    }
}
