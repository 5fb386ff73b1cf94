package io.caravan.store;

/** A record of the enriched topic that Caravan did not write: it cannot be stored, and trying again would not help. */
public final class NotEnriched extends RuntimeException {

    NotEnriched(Throwable cause) {
        super("no enriched message: " + cause.getMessage(), cause);
    }
}
