package io.caravan.api;

/** Ends a read of what the client has already, at this version (RFC 9110, 13.1.2). */
public final class NotModified extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotModified(String tag) {
        super(tag, null, false, false);
    }

    /** The entity tag of the version. */
    String tag() {
        return getMessage();
    }
}
