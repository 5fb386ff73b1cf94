package io.caravan.tenant;

/** What tells whether a token is good cannot be had: the keys of its issuer, or the registered applications. */
public final class KeysUnavailable extends Exception {

    private static final long serialVersionUID = 1;

    KeysUnavailable(String what, Throwable cause) {
        super(what, cause);
    }
}
